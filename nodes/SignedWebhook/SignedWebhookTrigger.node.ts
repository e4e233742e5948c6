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
import { passOnce } from '../shared/webhook/passOnce';
import { receiveWebhook } from '../shared/webhook/receiveWebhook';
import { tellRefused } from '../shared/webhook/refusedDeliveries';
import { webhookLifecycle } from '../shared/webhook/webhookLifecycle';
import { answerSetup } from './answerSetup';
import { schemeSubtitle, signedWebhookProperties } from './properties';
import { signedWebhookTrigger } from './provider';
import { testSignedWebhookCredential } from './settings';

const WORDS = webhookWords('The provider');

/** Starts a workflow on signed webhooks of any provider: verified, and each one once. */
export class SignedWebhookTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Signed Webhook Trigger',
		name: 'signedWebhookTrigger',
		icon: { light: 'file:signedWebhook.svg', dark: 'file:signedWebhook.dark.svg' },
		group: ['trigger'],
		// Version 1 would make n8n evaluate an expression, and build an isolate, for each request.
		version: 2,
		subtitle: schemeSubtitle,
		description:
			'Starts the workflow when a signed webhook arrives from Stripe, GitHub, Shopify and others, or from your own system. Forged and duplicate webhooks start nothing.',
		eventTriggerDescription: 'Waiting for a signed webhook',
		activationMessage: 'Verified webhooks now start this workflow, each one only once.',
		defaults: { name: 'Signed Webhook Trigger' },
		triggerPanel: triggerPanelOf(WORDS),
		hints: nothingArriving(WORDS),
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'realtimeWebhooksSignedWebhookApi',
				required: false,
				testedBy: 'testSignedWebhookCredential',
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
			{
				// Meta asks by GET whether the address is really the user's.
				name: 'setup',
				httpMethod: 'GET',
				responseMode: 'onReceived',
				responseData: '',
				isFullPath: true,
				path: '',
				ndvHideUrl: true,
			},
		],
		properties: signedWebhookProperties,
	};

	methods = { credentialTest: { testRealtimeRedisCredential, testSignedWebhookCredential } };

	webhookMethods = { default: webhookLifecycle(signedWebhookTrigger) };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return this.getWebhookName() === 'setup'
			? await answerSetup(this)
			: await receiveWebhook(this, signedWebhookTrigger);
	}

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await tellRefused(this);
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await passOnce(this, signedWebhookTrigger);
	}
}
