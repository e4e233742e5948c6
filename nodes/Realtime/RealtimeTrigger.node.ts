import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';
import { triggerActions } from '../shared/actionList';
import { credentialFor } from '../shared/credentialFor';
import { LISTENING_WORDS, nothingArriving, triggerPanelOf } from '../shared/nothingArriving';
import { testYapeNotifierCredential } from '../Yape/credentialTest';
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
		subtitle:
			'={{ ({ actionCable: "Action Cable", frappe: "Frappe", pusher: "Pusher / Laravel Reverb", socketIo: "Socket.IO" })[$parameter["transport"]] }}',
		description:
			'Starts the workflow when an event arrives from a realtime server: Socket.IO, Pusher, Laravel Reverb, Action Cable, AnyCable or Frappe',
		eventTriggerDescription: 'Waiting for an event from the server',
		activationMessage: 'Events from the server now start this workflow, each one only once.',
		defaults: { name: 'Realtime Trigger' },
		triggerPanel: triggerPanelOf(LISTENING_WORDS),
		hints: nothingArriving(LISTENING_WORDS),
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
				testedBy: 'testYapeNotifierCredential',
				displayOptions: credentialFor({ transport: ['pusher'], preset: ['yapeNotifier'] }),
			},
		],
		properties: [
			triggerActions(
				'transport',
				listenTransports.map(({ id, displayName, description, action }) => ({
					name: displayName,
					value: id,
					description,
					action,
				})),
			),
			{
				displayName: 'Transport',
				name: 'transport',
				type: 'options',
				noDataExpression: true,
				default: 'pusher',
				description: 'The type of realtime server',
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
					'The names of the events that start the workflow, separated by commas. Use * for any text, or * alone for every event. Laravel Echo names such as .notification.created work too.',
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
							'Whether to start the workflow with an event realtime.gap after a reconnect if events are lost because the server keeps no history. In queue mode, also after a restart of n8n.',
					},
				],
			},
		],
	};

	methods = {
		credentialTest: {
			testActionCableCredential,
			testPusherCredential,
			testSocketIoCredential,
			testYapeNotifierCredential,
		},
	};

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await listen(this, listenTransports);
	}
}
