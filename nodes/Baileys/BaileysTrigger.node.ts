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
import { credentialFor } from '../shared/credentialFor';
import { isolateNotice } from '../shared/webhook/isolateAdvice';
import { passOnce } from '../shared/webhook/passOnce';
import { receiveWebhook } from '../shared/webhook/receiveWebhook';
import { tellRefused } from '../shared/webhook/refusedDeliveries';
import { eventsProperty, triggerOptionsProperty } from '../shared/webhook/triggerProperties';
import { webhookLifecycle } from '../shared/webhook/webhookLifecycle';
import { searchSessions, triggerOf } from './gateways';
import { inboxHubTrigger } from './gateways/inboxHub/provider';
import { wahaTrigger } from './gateways/waha/provider';

/** The parameters that belong to one gateway only. */
const INBOX_HUB = { show: { gateway: ['inboxHub'] } };
const WAHA = { show: { gateway: ['waha'] } };

/** Starts a workflow on WhatsApp events from a Baileys gateway: verified, once, in one shape. */
export class BaileysTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Baileys Trigger',
		name: 'baileysTrigger',
		icon: { light: 'file:baileys.svg', dark: 'file:baileys.dark.svg' },
		group: ['trigger'],
		// Version 1 would make n8n evaluate an expression, and build an isolate, for each request.
		version: 2,
		subtitle: 'WhatsApp events from Inbox Hub or WAHA',
		description: 'Starts the workflow when a verified WhatsApp event arrives from a Baileys gateway (Inbox Hub or WAHA)',
		eventTriggerDescription: 'Waiting for a WhatsApp event',
		activationMessage: 'Verified WhatsApp events now start this workflow, each one only once.',
		defaults: { name: 'Baileys Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'realtimeWebhooksInboxHubApi',
				required: false,
				displayOptions: credentialFor({ gateway: ['inboxHub'] }),
			},
			{
				name: 'realtimeWebhooksWahaApi',
				required: false,
				displayOptions: credentialFor({ gateway: ['waha'] }),
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
				displayName: 'Gateway',
				name: 'gateway',
				type: 'options',
				noDataExpression: true,
				default: 'inboxHub',
				description: 'The server that connects your WhatsApp sessions and sends their events',
				options: [
					{ name: 'Inbox Hub', value: 'inboxHub' },
					{ name: 'WAHA', value: 'waha' },
				],
			},
			{
				displayName:
					"If the credential has an API key, publishing registers this workflow's URL and secret on the session below, and unpublishing restores the previous webhook. Without a key, copy the Production URL above into the webhook settings of your Inbox Hub session and use the same secret as in the credential.",
				name: 'registrationNotice',
				type: 'notice',
				default: '',
				displayOptions: INBOX_HUB,
			},
			{
				displayName:
					"If the credential has an API key, publishing adds this workflow's URL and secret to the session below, and unpublishing removes them. Other webhooks stay. WAHA restarts the session each time, also when you listen for a test event. Without a key, add the Production URL above to the session yourself and use the webhook secret from the credential as its HMAC key.",
				name: 'wahaRegistrationNotice',
				type: 'notice',
				default: '',
				displayOptions: WAHA,
			},
			eventsProperty(WHATSAPP_EVENTS, ['whatsapp.message.received']),
			{
				displayName: 'Session',
				name: 'session',
				type: 'resourceLocator',
				default: { mode: 'list', value: '' },
				description:
					'The WhatsApp session to register on when you publish the workflow. Only used if the credential has an API key.',
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
						placeholder: 'e.g. 93 or default',
						validation: [
							{
								type: 'regex',
								properties: {
									regex: '^[A-Za-z0-9_-]{1,100}$',
									errorMessage:
										'Enter the numeric session ID for Inbox Hub, or the session name for WAHA',
								},
							},
						],
					},
				],
			},
			{ ...triggerOptionsProperty(inboxHubTrigger.deduplication), displayOptions: INBOX_HUB },
			{ ...triggerOptionsProperty(wahaTrigger.deduplication), displayOptions: WAHA },
			isolateNotice,
		],
	};

	methods = { listSearch: { searchSessions } };

	webhookMethods = { default: webhookLifecycle(triggerOf) };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveWebhook(this, triggerOf(this));
	}

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await tellRefused(this);
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await passOnce(this, triggerOf(this));
	}
}
