import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { testInboxHubCredential } from '../Baileys/gateways/inboxHub/credentialTest';
import { testWahaCredential } from '../Baileys/gateways/waha/credentialTest';
import { testEvolutionCredential } from '../EuAtendo/credentialTest';
import { credentialFor } from '../shared/credentialFor';
import { orFailedItems } from '../shared/failedItem';
import { searchDataTables } from '../shared/n8nApi/searchDataTables';
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
		subtitle:
			'={{ ({ create: "Create", createOrUpdate: "Create or update", delete: "Delete", get: "Get", getAll: "Get many", pause: "Pause", register: "Register", remove: "Remove", resume: "Resume", rotateSecret: "Rotate secret of", sendTestEvent: "Send test event to", update: "Update" })[$parameter["operation"]] + ($parameter["resource"] === "gatewayWebhook" ? " gateway webhook" : $parameter["operation"] === "getAll" ? " subscribers" : " subscriber") }}',
		description: 'Registers webhooks at WhatsApp gateways and manages your webhook subscribers',
		defaults: { name: 'Webhook Subscription' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'realtimeWebhooksEvolutionApi',
				required: true,
				testedBy: 'testEvolutionCredential',
				displayOptions: atGateway('euAtendo'),
			},
			{
				name: 'realtimeWebhooksInboxHubApi',
				required: true,
				testedBy: 'testInboxHubCredential',
				displayOptions: atGateway('inboxHub'),
			},
			{
				name: 'realtimeWebhooksN8nEventStoreApi',
				required: true,
				displayOptions: credentialFor({ resource: ['subscriber'] }),
			},
			{
				name: 'realtimeWebhooksWahaApi',
				required: true,
				testedBy: 'testWahaCredential',
				displayOptions: atGateway('waha'),
			},
		],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				default: 'subscriber',
				description: 'The resource to work with',
				options: [
					{
						name: 'Gateway Webhook',
						value: 'gatewayWebhook',
						description: 'The webhooks of sessions at a WhatsApp gateway',
					},
					{
						name: 'Subscriber',
						value: 'subscriber',
						description: 'The subscribers that Webhook Notifier delivers events to',
					},
				],
			},
			...gatewayWebhookProperties,
			...subscriberProperties,
		],
	};

	methods = {
		credentialTest: { testEvolutionCredential, testInboxHubCredential, testWahaCredential },
		listSearch: { searchDataTables },
		loadOptions: { getGatewayTargets },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const isGateway = this.getNodeParameter('resource', 0) === 'gatewayWebhook';
		const work = isGateway ? executeGatewayWebhook : executeSubscriber;
		return await orFailedItems(this, async () => await work(this));
	}
}
