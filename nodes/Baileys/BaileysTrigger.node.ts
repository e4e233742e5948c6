import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { WHATSAPP_EVENTS } from '../../lib/whatsapp/vocabulary';
import { passOnce } from '../shared/passOnce';
import { receiveWebhook } from '../shared/receiveWebhook';
import { eventsProperty, triggerOptionsProperty } from '../shared/triggerProperties';
import { webhookLifecycle } from '../shared/webhookLifecycle';
import { searchSessions } from './gateways/inboxHub/searchSessions';
import { inboxHubTrigger } from './gateways/inboxHub/trigger';

/** Starts a workflow on WhatsApp events from a Baileys gateway: verified, once, in one shape. */
export class BaileysTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Baileys Trigger',
		name: 'baileysTrigger',
		icon: { light: 'file:baileys.svg', dark: 'file:baileys.dark.svg' },
		group: ['trigger'],
		// Version 1 would make n8n evaluate an expression, and build an isolate, for each request.
		version: 2,
		subtitle: 'Inbox Hub',
		description: 'Starts the workflow on verified WhatsApp events from a Baileys gateway',
		eventTriggerDescription: 'Waiting for a WhatsApp event',
		activationMessage: 'Verified WhatsApp events now start this workflow, each one once.',
		defaults: { name: 'Baileys Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'inboxHubApi', required: false }],
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
					"With an API key in the credential, publishing registers this workflow's URL and secret on the session below, and unpublishing restores what was there. Without one, copy the Production URL above into the webhook settings of your Inbox Hub session, with the same secret as in the credential.",
				name: 'registrationNotice',
				type: 'notice',
				default: '',
			},
			eventsProperty(WHATSAPP_EVENTS, ['whatsapp.message.received']),
			{
				displayName: 'Session',
				name: 'session',
				type: 'resourceLocator',
				default: { mode: 'list', value: '' },
				description:
					'WhatsApp session to register on when the workflow is published. Needs an API key in the credential.',
				modes: [
					{
						displayName: 'From List',
						name: 'list',
						type: 'list',
						typeOptions: { searchListMethod: 'searchSessions', searchable: true },
					},
					{
						displayName: 'By ID',
						name: 'id',
						type: 'string',
						placeholder: 'e.g. 93',
						validation: [
							{
								type: 'regex',
								properties: {
									regex: '^[A-Za-z0-9_-]{1,100}$',
									errorMessage: 'Use the numeric ID of the session',
								},
							},
						],
					},
				],
			},
			triggerOptionsProperty(inboxHubTrigger.deduplication),
		],
	};

	methods = { listSearch: { searchSessions } };

	webhookMethods = { default: webhookLifecycle(inboxHubTrigger) };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveWebhook(this, inboxHubTrigger);
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await passOnce(this, inboxHubTrigger);
	}
}
