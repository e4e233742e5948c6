import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { REFUSED_TYPE } from '../../lib/receive/refusals';
import { YAPE_EVENTS } from '../../lib/yape/vocabulary';
import { credentialForStore } from '../shared/cluster/deduplicationStore';
import { testRealtimeRedisCredential } from '../shared/cluster/redisCredentialTest';
import { nothingArriving, triggerPanelOf, webhookWords } from '../shared/nothingArriving';
import { isolateNotice } from '../shared/webhook/isolateAdvice';
import { passOnce } from '../shared/webhook/passOnce';
import { receiveWebhook } from '../shared/webhook/receiveWebhook';
import { tellRefused } from '../shared/webhook/refusedDeliveries';
import {
	eventsProperty,
	REFUSED_NAME,
	triggerOptionsProperty,
} from '../shared/webhook/triggerProperties';
import { webhookLifecycle } from '../shared/webhook/webhookLifecycle';
import { testYapeNotifierCredential } from './credentialTest';
import { notificationOptionProperties } from './notificationOptions';
import { yapeTrigger } from './provider';

const WORDS = webhookWords('The phone');

const EVENT_NAMES = Object.fromEntries([
	...YAPE_EVENTS.map(({ type, name }) => [type, name]),
	[REFUSED_TYPE, REFUSED_NAME],
]);

/** Starts a workflow on payment notifications of Yape, Plin and other wallets, sent by a phone. */
export class YapeTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Yape Trigger',
		name: 'yapeTrigger',
		icon: { light: 'file:yape.svg', dark: 'file:yape.dark.svg' },
		group: ['trigger'],
		// Version 1 would make n8n evaluate an expression, and build an isolate, for each request.
		version: 2,
		subtitle: `={{ !Array.isArray($rawParameter["events"]) ? "Notifications" : $rawParameter["events"].includes("*") ? "All notifications" : $rawParameter["events"].map((type) => (${JSON.stringify(EVENT_NAMES)})[type] ?? type).join(", ") }}`,
		description:
			'Starts the workflow when a phone forwards a payment notification from Yape, Plin or another wallet',
		eventTriggerDescription: 'Waiting for a notification from the phone',
		activationMessage: 'Verified notifications now start this workflow, each one only once.',
		defaults: { name: 'Yape Trigger' },
		triggerPanel: triggerPanelOf(WORDS),
		hints: nothingArriving(WORDS),
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'realtimeWebhooksYapeNotifierApi',
				required: false,
				testedBy: 'testYapeNotifierCredential',
			},
			{
				name: 'realtimeWebhooksRealtimeRedisApi',
				required: false,
				testedBy: 'testRealtimeRedisCredential',
				displayOptions: credentialForStore('options'),
			},
		],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				// Without this n8n would answer the literal text "firstEntryJson".
				responseData: '',
				// Static, for speed: the URL is /webhook/<webhookId>, as long and random as n8n made it.
				isFullPath: true,
				path: '',
			},
		],
		properties: [
			{
				displayName:
					'A notification is not proof of payment. For larger amounts, check the wallet or its statement before you hand over goods.',
				name: 'proofNotice',
				type: 'notice',
				default: '',
			},
			{
				displayName:
					'Copy the Production URL above into the app that forwards the notifications, and use the same secret as in the credential.',
				name: 'registrationNotice',
				type: 'notice',
				default: '',
			},
			eventsProperty(YAPE_EVENTS, ['yape.payment.received']),
			triggerOptionsProperty(yapeTrigger.deduplication, notificationOptionProperties),
			...isolateNotice(),
		],
	};

	methods = { credentialTest: { testRealtimeRedisCredential, testYapeNotifierCredential } };

	webhookMethods = { default: webhookLifecycle(yapeTrigger) };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveWebhook(this, yapeTrigger);
	}

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await tellRefused(this);
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await passOnce(this, yapeTrigger);
	}
}
