import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { credentialFor } from '../shared/credentialFor';
import {
	executeGatewayWebhook,
	gatewayWebhookProperties,
	getGatewayTargets,
} from './gatewayWebhook/execute';
import { executeSubscriber, subscriberProperties } from './subscriber/executeSubscriber';

const atGateway = (gateway: string) =>
	credentialFor({ resource: ['gatewayWebhook'], gateway: [gateway] });

export class WebhookSubscription implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Webhook Subscription',
		name: 'webhookSubscription',
		icon: { light: 'file:webhookSubscription.svg', dark: 'file:webhookSubscription.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
		description: 'Manages who is sent which event: webhooks at gateways, and own subscribers',
		defaults: { name: 'Webhook Subscription' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'realtimeWebhooksEvolutionApi',
				required: true,
				displayOptions: atGateway('euAtendo'),
			},
			{
				name: 'realtimeWebhooksInboxHubApi',
				required: true,
				displayOptions: atGateway('inboxHub'),
			},
			{
				name: 'realtimeWebhooksN8nEventStoreApi',
				required: true,
				displayOptions: credentialFor({ resource: ['subscriber'] }),
			},
			{ name: 'realtimeWebhooksWahaApi', required: true, displayOptions: atGateway('waha') },
		],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				default: 'subscriber',
				description: 'What the node works on',
				options: [
					{
						name: 'Gateway Webhook',
						value: 'gatewayWebhook',
						description: 'Where sessions of a WhatsApp gateway deliver their events to',
					},
					{
						name: 'Subscriber',
						value: 'subscriber',
						description: "Who gets events from the node 'Webhook Notifier', and which",
					},
				],
			},
			...gatewayWebhookProperties,
			...subscriberProperties,
		],
	};

	methods = { loadOptions: { getGatewayTargets } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return this.getNodeParameter('resource', 0) === 'gatewayWebhook'
			? await executeGatewayWebhook(this)
			: await executeSubscriber(this);
	}
}
