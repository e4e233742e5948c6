import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';
import { credentialFor } from '../shared/credentialFor';
import { listenTransports } from './listen';
import { listen } from './listen/runListener';
import { transportOptions } from './listen/listenTransport';
import { testActionCableCredential } from './actionCable/credentialTest';
import { testPusherCredential } from './pusher/credentialTest';
import { testSocketIoCredential } from './socketIo/credentialTest';

/** Starts a workflow on each event of a realtime server, over a connection that it keeps open. */
export class RealtimeTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Realtime Trigger',
		name: 'realtimeTrigger',
		icon: { light: 'file:realtimeTrigger.svg', dark: 'file:realtimeTrigger.dark.svg' },
		group: ['trigger'],
		version: 2,
		subtitle: '={{$parameter["transport"]}}',
		description: 'Starts the workflow on events of a realtime server',
		eventTriggerDescription: 'Waiting for an event of the server',
		activationMessage: 'Events of the server now start this workflow, each one once.',
		defaults: { name: 'Realtime Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'realtimeWebhooksActionCableApi',
				required: true,
				testedBy: 'testActionCableCredential',
				displayOptions: credentialFor({ transport: ['actionCable'] }),
			},
			{
				name: 'realtimeWebhooksPusherApi',
				required: true,
				testedBy: 'testPusherCredential',
				displayOptions: credentialFor({ transport: ['pusher'] }),
			},
			{
				name: 'realtimeWebhooksSocketIoApi',
				required: true,
				testedBy: 'testSocketIoCredential',
				displayOptions: credentialFor({ transport: ['frappe', 'socketIo'] }),
			},
			{
				name: 'realtimeWebhooksYapeNotifierApi',
				required: false,
				displayOptions: credentialFor({ transport: ['pusher'], preset: ['yapeNotifier'] }),
			},
		],
		properties: [
			{
				displayName: 'Transport',
				name: 'transport',
				type: 'options',
				noDataExpression: true,
				default: 'pusher',
				description: 'Kind of realtime server',
				options: listenTransports.map(({ id, displayName, description }) => ({
					name: displayName,
					value: id,
					description,
				})),
			},
			...listenTransports.flatMap(({ properties }) => properties),
			{
				displayName: 'Events',
				name: 'events',
				type: 'string',
				required: true,
				default: '*',
				placeholder: 'e.g. order.*, notification.created',
				description:
					'Which events start the workflow, by their names, separated by commas. * stands for any text; * alone is every event. Names as in Laravel Echo work too, such as .notification.created.',
			},
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add Option',
				default: {},
				options: [
					...transportOptions(listenTransports),
					{
						displayName: 'Report Gaps',
						name: 'reportGaps',
						type: 'boolean',
						default: false,
						description:
							'Whether to start the workflow with an event realtime.gap after a reconnect to a server that keeps no history, since what was sent meanwhile is lost',
					},
				],
			},
		],
	};

	methods = {
		credentialTest: { testActionCableCredential, testPusherCredential, testSocketIoCredential },
	};

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await listen(this, listenTransports);
	}
}
