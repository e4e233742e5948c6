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
import { credentialForStore } from '../shared/cluster/deduplicationStore';
import { testRealtimeRedisCredential } from '../shared/cluster/redisCredentialTest';
import { nothingArriving, triggerPanelOf, webhookWords } from '../shared/nothingArriving';
import { isolateNotice } from '../shared/webhook/isolateAdvice';
import { passOnce } from '../shared/webhook/passOnce';
import { receiveWebhook } from '../shared/webhook/receiveWebhook';
import { tellRefused } from '../shared/webhook/refusedDeliveries';
import { eventsProperty, triggerOptionsProperty } from '../shared/webhook/triggerProperties';
import { webhookLifecycle } from '../shared/webhook/webhookLifecycle';
import { testEvolutionCredential } from './credentialTest';
import { searchInstances } from './instances';
import { tokenLeewayOption } from './verify';
import { euAtendoTrigger } from './provider';

const WORDS = webhookWords('The server');

/** Starts a workflow on WhatsApp events from ApiEuAtendo or any Evolution API 2.x server. */
export class EuAtendoTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'EuAtendo Trigger',
		name: 'euAtendoTrigger',
		icon: { light: 'file:euAtendo.svg', dark: 'file:euAtendo.dark.svg' },
		group: ['trigger'],
		// Version 1 would make n8n evaluate an expression, and build an isolate, for each request.
		version: 2,
		subtitle:
			'={{ $parameter["scope"] !== "all" ? "One instance" : $rawParameter["instances"].startsWith("=") ? "Several instances" : "Instances: " + $rawParameter["instances"] }}',
		description:
			'Starts the workflow when a verified WhatsApp event arrives from ApiEuAtendo or any Evolution API server',
		eventTriggerDescription: 'Waiting for a WhatsApp event',
		activationMessage: 'Verified WhatsApp events now start this workflow, each one only once.',
		defaults: { name: 'EuAtendo Trigger' },
		triggerPanel: triggerPanelOf(WORDS),
		hints: nothingArriving(WORDS),
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'realtimeWebhooksEvolutionApi',
				required: false,
				testedBy: 'testEvolutionCredential',
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
				displayName:
					"If the credential has an API key, publishing registers this workflow's URL and secret on the instances below, and unpublishing restores the previous webhook. Without a key, set the webhook yourself: use the Production URL above, add a header jwt_key that contains the webhook secret, and turn off 'Webhook by Events'.",
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
						description:
							'One URL for all instances. The source of each event contains the instance.',
					},
					{
						name: 'One Instance',
						value: 'instance',
						description: 'A URL for this instance only',
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
					'The instance to register on when you publish the workflow. Needs an API key in the credential. Events from other instances are ignored.',
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
					'The instances to register on and to accept events from. Separate names with commas and use * for any text. New instances are registered the next time you publish.',
			},
			eventsProperty(WHATSAPP_EVENTS, ['whatsapp.message.received']),
			triggerOptionsProperty(euAtendoTrigger.deduplication, [tokenLeewayOption]),
			...isolateNotice(),
		],
	};

	methods = {
		credentialTest: { testEvolutionCredential, testRealtimeRedisCredential },
		listSearch: { searchInstances },
	};

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
