import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { allowedPrivateAddressesOption, allowHttpOption } from '../shared/egress/nodeAddressGuard';
import { searchDataTables } from '../shared/n8nApi/searchDataTables';
import { credentialFor } from '../shared/credentialFor';
import { executeNotifier } from './executeNotifier';
import { notifierOptions } from './options';
import { notifierProperties } from './properties';
import { testStandardWebhooksCredential } from './signingCredential';

export class WebhookNotifier implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Webhook Notifier',
		name: 'webhookNotifier',
		icon: { light: 'file:webhookNotifier.svg', dark: 'file:webhookNotifier.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle:
			'={{ $parameter["operation"] === "resend" ? "Resend events to subscribers" : "Send events to subscribers" }}',
		description:
			'Sends signed webhooks to every subscriber of an event and retries failed deliveries',
		defaults: { name: 'Webhook Notifier' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Delivered', 'Retry Later', 'Gave Up'],
		credentials: [
			{
				name: 'realtimeWebhooksN8nEventStoreApi',
				required: true,
				displayOptions: credentialFor({ subscribersFrom: ['registry'] }),
			},
			{
				name: 'realtimeWebhooksStandardWebhooksApi',
				required: false,
				testedBy: 'testStandardWebhooksCredential',
			},
		],
		properties: [
			...notifierProperties,
			notifierOptions([allowHttpOption, allowedPrivateAddressesOption]),
		],
	};

	methods = {
		credentialTest: { testStandardWebhooksCredential },
		listSearch: { searchDataTables },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await executeNotifier(this);
	}
}
