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
import { credentialForStore } from '../shared/cluster/deduplicationStore';
import { testRealtimeRedisCredential } from '../shared/cluster/redisCredentialTest';
import { nothingArriving, triggerPanelOf, webhookWords } from '../shared/nothingArriving';
import { isolateNotice } from '../shared/webhook/isolateAdvice';
import { passOnce } from '../shared/webhook/passOnce';
import { receiveWebhook } from '../shared/webhook/receiveWebhook';
import { tellRefused } from '../shared/webhook/refusedDeliveries';
import { triggerOptionsProperty } from '../shared/webhook/triggerProperties';
import { webhookLifecycle } from '../shared/webhook/webhookLifecycle';
import { lookupOptionProperties } from './lookUp';
import { kometiaTrigger } from './provider';

const WORDS = webhookWords(
	'Kometia',
	'Deliveries are refused: the API key belongs to another store, or Event Path is wrong. The n8n log shows why.',
);

/** Starts a workflow on events of a Kometia store, each one confirmed by Kometia's API. */
export class KometiaTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Kometia Trigger',
		name: 'kometiaTrigger',
		icon: { light: 'file:kometia.svg', dark: 'file:kometia.dark.svg' },
		group: ['trigger'],
		// Version 1 would make n8n evaluate an expression, and build an isolate, for each request.
		version: 2,
		subtitle:
			'={{ $rawParameter["events"] === "*" ? "All store events" : $rawParameter["events"].startsWith("=") ? "Store events" : $rawParameter["events"] }}',
		description:
			"Starts the workflow when an event arrives from a Kometia store and Kometia's API confirms it",
		eventTriggerDescription: 'Waiting for an event from the store',
		activationMessage: 'Verified store events now start this workflow, each one only once.',
		defaults: { name: 'Kometia Trigger' },
		triggerPanel: triggerPanelOf(WORDS),
		hints: nothingArriving(WORDS),
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{ name: 'realtimeWebhooksKometiaApi', required: false },
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
					"In Kometia's panel, open 'Desarrolladores', click 'Agregar Webhook', paste the Production URL above, and choose the events. If the credential has a URL Secret, add it to the URL as ?secret=…",
				name: 'registrationNotice',
				type: 'notice',
				default: '',
			},
			{
				displayName: 'Events',
				name: 'events',
				type: 'string',
				required: true,
				default: '*',
				placeholder: 'e.g. order.*, product.updated',
				description:
					"The events that start the workflow. Enter Kometia's event names separated by commas. Use * for any text: order.* selects all order events and * selects every event. The prefix 'kometia.' is optional. Add webhook.refused to also get reports of refused deliveries, which * does not include.",
			},
			triggerOptionsProperty(kometiaTrigger.deduplication, lookupOptionProperties),
			...isolateNotice(),
		],
	};

	methods = { credentialTest: { testRealtimeRedisCredential } };

	webhookMethods = { default: webhookLifecycle(kometiaTrigger) };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveWebhook(this, kometiaTrigger);
	}

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await tellRefused(this);
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await passOnce(this, kometiaTrigger);
	}
}
