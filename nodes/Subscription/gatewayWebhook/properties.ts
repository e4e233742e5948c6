import type { INodeProperties } from 'n8n-workflow';
import { NOT_FOR_AGENTS } from '../../shared/asTool';
import { eventsProperty } from '../../shared/webhook/triggerProperties';
import { WHATSAPP_EVENTS } from '../../../lib/whatsapp/vocabulary';
import { gatewayOptions } from './webhookOrder';
import { targetProperties } from './targets';

const resource = ['gatewayWebhook'];

/** Parameters of the resource Gateway Webhook. */
export const gatewayWebhookProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'register',
		displayOptions: { show: { resource } },
		options: [
			{
				name: 'Get',
				value: 'get',
				description: 'Get the webhook of each session',
				action: 'Get gateway webhooks',
			},
			{
				name: 'Register',
				value: 'register',
				description:
					'Register a webhook URL on each session. Sessions that already have it are left unchanged.',
				action: 'Register gateway webhooks',
			},
			{
				name: 'Remove',
				value: 'remove',
				description: 'Remove a webhook URL from each session',
				action: 'Remove gateway webhooks',
				displayOptions: NOT_FOR_AGENTS,
			},
		],
	},
	{
		displayName: 'Gateway',
		name: 'gateway',
		type: 'options',
		noDataExpression: true,
		default: 'inboxHub',
		displayOptions: { show: { resource } },
		description: 'The server of the sessions',
		options: [
			{ name: 'EuAtendo / Evolution API', value: 'euAtendo' },
			{ name: 'Inbox Hub', value: 'inboxHub' },
			{ name: 'WAHA', value: 'waha' },
		],
	},
	...targetProperties,
	{
		displayName: 'Webhook to Remove',
		name: 'webhookToRemove',
		type: 'options',
		noDataExpression: true,
		default: 'url',
		displayOptions: { show: { resource, operation: ['remove'] } },
		description:
			"Which webhooks to remove. A webhook that somebody else registered can't be restored.",
		options: [
			{
				name: 'Any',
				value: 'any',
				description: 'All webhooks of the session, no matter who registered them',
			},
			{
				name: 'With This URL',
				value: 'url',
				description: 'Only the webhook with the URL below',
			},
		],
	},
	{
		displayName: 'Webhook URL',
		name: 'webhookUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/1b9d6bcd',
		displayOptions: { show: { resource, operation: ['register'] } },
		description:
			"The URL that receives the events, such as the Production URL of a Baileys Trigger or EuAtendo Trigger. Deliveries are signed with 'Webhook Secret' from the credential.",
	},
	{
		displayName: 'Webhook URL',
		name: 'webhookUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/1b9d6bcd',
		displayOptions: { show: { resource, operation: ['remove'], webhookToRemove: ['url'] } },
		description: 'The URL to remove',
	},
	{
		displayName: 'Webhook URL',
		name: 'webhookUrl',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/1b9d6bcd',
		displayOptions: { show: { resource, operation: ['get'] } },
		description:
			"The output field 'registered' shows whether the session delivers to this URL. Leave empty to only read the webhooks.",
	},
	{
		...eventsProperty(WHATSAPP_EVENTS, ['whatsapp.message.received']),
		displayOptions: {
			show: { resource, operation: ['register'], gateway: ['euAtendo', 'waha'] },
		},
		description:
			'The events to deliver. All Events also includes events that are not in this list.',
	},
	gatewayOptions,
];
