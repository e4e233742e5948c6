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
import { isolateNotice } from '../shared/webhook/isolateAdvice';
import { passOnce } from '../shared/webhook/passOnce';
import { receiveWebhook } from '../shared/webhook/receiveWebhook';
import { tellRefused } from '../shared/webhook/refusedDeliveries';
import { triggerOptionsProperty } from '../shared/webhook/triggerProperties';
import { webhookLifecycle } from '../shared/webhook/webhookLifecycle';
import { lookupOptionProperties } from './lookUp';
import { kometiaTrigger } from './provider';

/** Starts a workflow on events of a Kometia store, each one confirmed by Kometia's API. */
export class KometiaTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Kometia Trigger',
		name: 'kometiaTrigger',
		icon: { light: 'file:kometia.svg', dark: 'file:kometia.dark.svg' },
		group: ['trigger'],
		// Version 1 would make n8n evaluate an expression, and build an isolate, for each request.
		version: 2,
		subtitle: 'Store events',
		description: "Starts the workflow on events of a Kometia store, verified by Kometia's API",
		eventTriggerDescription: 'Waiting for an event of the store',
		activationMessage: 'Verified events of the store now start this workflow, each one once.',
		defaults: { name: 'Kometia Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'realtimeWebhooksKometiaApi', required: false }],
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
					"Copy the Production URL above into Kometia's panel: section 'Desarrolladores', button 'Agregar Webhook', and choose the events there. If the credential has a URL Secret, append it to the URL as ?secret=…",
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
					"Which events start the workflow: their names as Kometia writes them, separated by commas. * stands for any text, so order.* means all of orders and * alone means all events. With or without 'kometia.' in front. Write webhook.refused as well to be told of refused deliveries, which * does not stand for.",
			},
			triggerOptionsProperty(kometiaTrigger.deduplication, lookupOptionProperties),
			isolateNotice,
		],
	};

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
