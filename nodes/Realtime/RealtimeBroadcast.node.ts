import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { groupedActions } from '../shared/actionList';
import { testRealtimeRedisCredential } from '../shared/cluster/redisCredentialTest';
import { credentialFor } from '../shared/credentialFor';
import { broadcast } from './broadcast/broadcast';
import { payloadProperties } from './broadcast/payload';
import { transports } from './broadcast';
import { testActionCableCredential } from './actionCable/credentialTest';
import { READING_OPERATIONS } from './pusher/broadcastProperties';
import { testPusherCredential } from './pusher/credentialTest';
import { testSocketIoCredential } from './socketIo/credentialTest';

export class RealtimeBroadcast implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Realtime Broadcast',
		name: 'realtimeBroadcast',
		icon: { light: 'file:realtimeBroadcast.svg', dark: 'file:realtimeBroadcast.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle:
			'={{ ({ getChannel: "Get channel", getChannels: "Get channels", getPresenceMembers: "Get presence members" })[$parameter["transport"] === "pusher" ? $parameter["operation"] : ""] ?? "Send " + ($rawParameter["event"].startsWith("=") ? "events" : $rawParameter["event"]) + " via " + ({ actionCable: "Action Cable", frappe: "Frappe", pusher: "Pusher / Reverb", socketIo: "Socket.IO" })[$parameter["transport"]] }}',
		description:
			'Sends events to the clients of a realtime server: Socket.IO, Pusher, Laravel Reverb, Action Cable, AnyCable or Frappe',
		defaults: { name: 'Realtime Broadcast' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'realtimeWebhooksActionCableApi',
				required: true,
				testedBy: 'testActionCableCredential',
				displayOptions: credentialFor({ transport: ['actionCable'], through: ['http'] }),
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
				displayOptions: credentialFor({
					transport: ['frappe', 'socketIo'],
					through: ['client', 'method'],
				}),
			},
			{
				name: 'realtimeWebhooksRealtimeRedisApi',
				required: true,
				testedBy: 'testRealtimeRedisCredential',
				displayOptions: credentialFor({
					transport: ['actionCable', 'frappe', 'socketIo'],
					through: ['redis'],
				}),
			},
		],
		properties: [
			{
				displayName: 'Transport',
				name: 'transport',
				type: 'options',
				noDataExpression: true,
				default: 'socketIo',
				description: 'The type of realtime server',
				options: transports.map(({ id, displayName, description }) => ({
					name: displayName,
					value: id,
					description,
				})),
			},
			...transports.flatMap(({ target }) => target),
			{
				displayName: 'Event',
				name: 'event',
				type: 'string',
				required: true,
				default: 'event',
				placeholder: 'e.g. order.paid',
				description: 'The event name that the clients listen for',
				hint: "The output is the input item with the result in the field 'broadcast'",
				displayOptions: { hide: { operation: [...READING_OPERATIONS] } },
			},
			...payloadProperties,
			...transports.flatMap(({ delivery }) => delivery),
			...groupedActions(
				'transport',
				transports.map(({ id, displayName, actions }) => ({
					value: id,
					name: displayName,
					operations: actions,
				})),
			),
		],
	};

	methods = {
		credentialTest: {
			testActionCableCredential,
			testPusherCredential,
			testRealtimeRedisCredential,
			testSocketIoCredential,
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [await broadcast(this, transports)];
	}
}
