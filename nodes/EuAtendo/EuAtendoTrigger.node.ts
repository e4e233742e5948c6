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
import { WHATSAPP_EVENTS } from '../../lib/whatsapp/vocabulary';
import { isolateNotice } from '../shared/webhook/isolateAdvice';
import { passOnce } from '../shared/webhook/passOnce';
import { receiveWebhook } from '../shared/webhook/receiveWebhook';
import { tellRefused } from '../shared/webhook/refusedDeliveries';
import { eventsProperty, triggerOptionsProperty } from '../shared/webhook/triggerProperties';
import { webhookLifecycle } from '../shared/webhook/webhookLifecycle';
import { searchInstances } from './instances';
import { tokenLeewayOption } from './verify';
import { euAtendoTrigger } from './provider';

/** Starts a workflow on WhatsApp events from ApiEuAtendo or any Evolution API 2.x server. */
export class EuAtendoTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'EuAtendo Trigger',
		name: 'euAtendoTrigger',
		icon: { light: 'file:euAtendo.svg', dark: 'file:euAtendo.dark.svg' },
		group: ['trigger'],
		// Version 1 would make n8n evaluate an expression, and build an isolate, for each request.
		version: 2,
		subtitle: 'Evolution API',
		description: 'Starts the workflow on verified WhatsApp events from ApiEuAtendo (Evolution API)',
		eventTriggerDescription: 'Waiting for a WhatsApp event',
		activationMessage: 'Verified WhatsApp events now start this workflow, each one once.',
		defaults: { name: 'EuAtendo Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'realtimeWebhooksEvolutionApi', required: false }],
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
					"With an API key in the credential, publishing registers this workflow's URL and secret on the instances below, and unpublishing restores what was there. Without one, set the webhook yourself: the Production URL above, with the header jwt_key that holds the secret of the credential, and 'Webhook by Events' off.",
				name: 'registrationNotice',
				type: 'notice',
				default: '',
			},
			{
				displayName: 'Receive From',
				name: 'scope',
				type: 'options',
				default: 'instance',
				options: [
					{
						name: 'All Instances (Central Address)',
						value: 'all',
						description: 'One address for all; the event tells the instance in its source',
					},
					{
						name: 'One Instance',
						value: 'instance',
						description: 'An address for this instance only',
					},
				],
			},
			{
				displayName: 'Instance',
				name: 'instance',
				type: 'resourceLocator',
				default: { mode: 'list', value: '' },
				displayOptions: { show: { scope: ['instance'] } },
				description:
					'Instance to register on when the workflow is published, which needs an API key in the credential. Events of other instances are ignored.',
				modes: [
					{
						displayName: 'From List',
						name: 'list',
						type: 'list',
						typeOptions: { searchListMethod: 'searchInstances', searchable: true },
					},
					{ displayName: 'By Name', name: 'name', type: 'string', placeholder: 'e.g. shop1' },
				],
			},
			{
				displayName: 'Instances',
				name: 'instances',
				type: 'string',
				default: '*',
				placeholder: 'e.g. shop1, sales-*',
				displayOptions: { show: { scope: ['all'] } },
				description:
					'Instances to register on when the workflow is published, and to accept events of: names separated by commas, where * stands for any text. New instances are registered with the next publication.',
			},
			eventsProperty(WHATSAPP_EVENTS, ['whatsapp.message.received']),
			triggerOptionsProperty(euAtendoTrigger.deduplication, [tokenLeewayOption]),
			isolateNotice,
		],
	};

	methods = { listSearch: { searchInstances } };

	webhookMethods = { default: webhookLifecycle(euAtendoTrigger) };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveWebhook(this, euAtendoTrigger);
	}

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await tellRefused(this);
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await passOnce(this, euAtendoTrigger);
	}
}
