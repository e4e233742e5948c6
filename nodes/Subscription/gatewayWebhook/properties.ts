import type { INodeProperties } from 'n8n-workflow';
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
		description: 'What to do with the webhooks of the sessions',
		options: [
			{
				name: 'Get',
				value: 'get',
				description: 'Tell where each session delivers to',
				action: 'Get gateway webhooks',
			},
			{
				name: 'Register',
				value: 'register',
				description:
					'Make each session deliver to a URL; what is registered already stays as it is',
				action: 'Register gateway webhooks',
			},
			{
				name: 'Remove',
				value: 'remove',
				description: 'Make each session stop delivering to a URL',
				action: 'Remove gateway webhooks',
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
		description: 'Which server the sessions are on',
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
			"Which webhooks are taken away. What belongs to somebody else can't be given back.",
		options: [
			{
				name: 'Any',
				value: 'any',
				description: 'All webhooks of the session, whoever set them',
			},
			{
				name: 'With This URL',
				value: 'url',
				description: 'Only the webhook with the URL below; others stay',
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
			"Where the sessions are to deliver to, such as the Production URL of a Baileys Trigger or EuAtendo Trigger. Deliveries are signed with 'Webhook Secret' of the credential.",
	},
	{
		displayName: 'Webhook URL',
		name: 'webhookUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/1b9d6bcd',
		displayOptions: { show: { resource, operation: ['remove'], webhookToRemove: ['url'] } },
		description: 'Where the sessions are not to deliver to any more',
	},
	{
		displayName: 'Webhook URL',
		name: 'webhookUrl',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/1b9d6bcd',
		displayOptions: { show: { resource, operation: ['get'] } },
		description:
			"Tells in 'registered' whether the session delivers to this URL. Leave it empty to only read.",
	},
	{
		...eventsProperty(WHATSAPP_EVENTS, ['whatsapp.message.received']),
		displayOptions: {
			show: { resource, operation: ['register'], gateway: ['euAtendo', 'waha'] },
		},
		description:
			'Which events are delivered. With All Events, those without a name of their own are too.',
	},
	gatewayOptions,
];
