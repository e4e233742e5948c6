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
import { credentialForStore } from '../shared/cluster/deduplicationStore';
import { testRealtimeRedisCredential } from '../shared/cluster/redisCredentialTest';
import { nothingArriving, triggerPanelOf, webhookWords } from '../shared/nothingArriving';
import { isolateNotice } from '../shared/webhook/isolateAdvice';
import { passOnce } from '../shared/webhook/passOnce';
import { receiveWebhook } from '../shared/webhook/receiveWebhook';
import { tellRefused } from '../shared/webhook/refusedDeliveries';
import { eventsProperty, triggerOptionsProperty } from '../shared/webhook/triggerProperties';
import { webhookLifecycle } from '../shared/webhook/webhookLifecycle';
import { searchSessions, triggerOf } from './gateways';
import { testInboxHubCredential } from './gateways/inboxHub/credentialTest';
import { inboxHubTrigger } from './gateways/inboxHub/provider';
import { testWahaCredential } from './gateways/waha/credentialTest';
import { wahaTrigger } from './gateways/waha/provider';

/** What registers by itself. */
const automatic = (gateway: string) => ({
	show: { gateway: [gateway], registration: ['automatic'] },
});

/** The parameters that belong to one gateway only. */
const INBOX_HUB = { show: { gateway: ['inboxHub'] } };
const WAHA = { show: { gateway: ['waha'] } };

const WORDS = webhookWords('The gateway');

/** Starts a workflow on WhatsApp events from a Baileys gateway: verified, once, in one shape. */
export class BaileysTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Baileys Trigger',
		name: 'baileysTrigger',
		icon: { light: 'file:baileys.svg', dark: 'file:baileys.dark.svg' },
		group: ['trigger'],
		// Version 1 would make n8n evaluate an expression, and build an isolate, for each request.
		version: 2,
		subtitle: '={{ $parameter["gateway"] === "waha" ? "WAHA" : "Inbox Hub" }}',
		description:
			'Starts the workflow when a verified WhatsApp event arrives from a Baileys gateway (Inbox Hub or WAHA)',
		eventTriggerDescription: 'Waiting for a WhatsApp event',
		activationMessage: 'Verified WhatsApp events now start this workflow, each one only once.',
		defaults: { name: 'Baileys Trigger' },
		triggerPanel: triggerPanelOf(WORDS),
		hints: nothingArriving(WORDS),
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'realtimeWebhooksInboxHubApi',
				required: false,
				testedBy: 'testInboxHubCredential',
				displayOptions: credentialFor({ gateway: ['inboxHub'] }),
			},
			{
				name: 'realtimeWebhooksWahaApi',
				required: false,
				testedBy: 'testWahaCredential',
				displayOptions: credentialFor({ gateway: ['waha'] }),
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
				displayName: 'Registration',
				name: 'registration',
				type: 'options',
				noDataExpression: true,
				default: 'automatic',
				description: 'How the gateway learns the webhook URL of this workflow',
				options: [
					{
						name: 'Automatic',
						value: 'automatic',
						description: 'Publishing registers the URL. Needs an API key in the credential.',
					},
					{
						name: 'Manual',
						value: 'manual',
						description: 'You copy the Production URL into the gateway',
					},
				],
			},
			{
				displayName:
					"Publishing registers this workflow's URL and webhook secret on the session below. Unpublishing restores the previous webhook. Without an API key in the credential, nothing is registered.",
				name: 'registrationNotice',
				type: 'notice',
				default: '',
				displayOptions: automatic('inboxHub'),
			},
			{
				displayName:
					"Publishing adds this workflow's URL and webhook secret to the session below, and unpublishing removes them. Other webhooks stay. WAHA restarts the session each time, also when you listen for a test event. Without an API key in the credential, nothing is registered.",
				name: 'wahaRegistrationNotice',
				type: 'notice',
				default: '',
				displayOptions: automatic('waha'),
			},
			{
				displayName:
					'Copy the Production URL above into the webhook settings of your session. Use the webhook secret from the credential there too (WAHA calls it HMAC key).',
				name: 'manualRegistrationNotice',
				type: 'notice',
				default: '',
				displayOptions: { show: { registration: ['manual'] } },
			},
			eventsProperty(WHATSAPP_EVENTS, ['whatsapp.message.received']),
			{
				displayName: 'Session',
				name: 'session',
				type: 'resourceLocator',
				default: { mode: 'list', value: '' },
				displayOptions: { show: { registration: ['automatic'] } },
				description: 'The WhatsApp session to register on when you publish the workflow',
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
			...isolateNotice(),
		],
	};

	methods = {
		credentialTest: { testInboxHubCredential, testRealtimeRedisCredential, testWahaCredential },
		listSearch: { searchSessions },
	};

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
