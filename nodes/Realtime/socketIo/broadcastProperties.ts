import type { INodeProperties } from 'n8n-workflow';

const displayOptions = { show: { transport: ['socketIo'] } };
const asClient = { show: { transport: ['socketIo'], through: ['client'] } };
const throughRedis = { show: { transport: ['socketIo'], through: ['redis'] } };
const optionForClient = { show: { '/through': ['client'] } };
const optionForRedis = { show: { '/through': ['redis'] } };

/** Seconds. Within it, a working server has long finished its handshake or its answer. */
export const DEFAULT_LIMIT_SECONDS = 10;

/** What `@socket.io/redis-adapter` and its emitter put in front of the names of their channels. */
export const DEFAULT_KEY_PREFIX = 'socket.io';

/** Where an event goes at a Socket.IO server. */
export const socketIoTarget: INodeProperties[] = [
	{
		displayName: 'Through',
		name: 'through',
		type: 'options',
		noDataExpression: true,
		default: 'client',
		description: 'How the event reaches the server',
		displayOptions,
		options: [
			{
				name: 'A Connection to the Server',
				value: 'client',
				description: 'As one of its clients; the server decides what becomes of the event',
			},
			{
				name: 'Redis',
				value: 'redis',
				description: 'Straight to the clients of all servers that share a Redis adapter',
			},
		],
	},
	{
		displayName: 'Namespace',
		name: 'namespace',
		type: 'string',
		default: '/',
		placeholder: 'e.g. /orders',
		description: 'Namespace of the Socket.IO server; / is the main one',
		displayOptions,
	},
	{
		displayName: 'Rooms',
		name: 'rooms',
		type: 'string',
		default: '',
		placeholder: 'e.g. orders, user-7',
		description:
			'Rooms whose members get the event, separated by commas; empty for everybody in the namespace. A member of several rooms gets it once.',
		displayOptions: throughRedis,
	},
	{
		displayName: 'Except Rooms',
		name: 'except',
		type: 'string',
		default: '',
		placeholder: 'e.g. muted',
		description: 'Rooms whose members do not get the event, separated by commas',
		displayOptions: throughRedis,
	},
];

/** How an event is sent to a Socket.IO server. */
export const socketIoDelivery: INodeProperties[] = [
	{
		displayName: 'Wait for Acknowledgement',
		name: 'waitForAcknowledgement',
		type: 'boolean',
		default: false,
		description:
			"Whether to wait for the answer of the server's event handler and put it into the output. Without it, the node ends when the event has been written to the network.",
		displayOptions: asClient,
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions,
		options: [
			{
				displayName: 'Acknowledgement Timeout',
				name: 'acknowledgementTimeout',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 3600 },
				default: DEFAULT_LIMIT_SECONDS,
				description: 'How many seconds to wait for the acknowledgement of one event',
				displayOptions: optionForClient,
			},
			{
				displayName: 'Connection Timeout',
				name: 'connectionTimeout',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 3600 },
				default: DEFAULT_LIMIT_SECONDS,
				description:
					'How many seconds to wait for the connection, and for the network to take an event that is not acknowledged',
				displayOptions: optionForClient,
			},
			{
				displayName: 'Key Prefix',
				name: 'keyPrefix',
				type: 'string',
				default: DEFAULT_KEY_PREFIX,
				description: "Option 'key' of the servers' Redis adapter, if they set one",
				displayOptions: optionForRedis,
			},
			{
				displayName: 'Rooms Are Numbers',
				name: 'roomsAreNumbers',
				type: 'boolean',
				default: false,
				description:
					'Whether rooms written as a number, such as 42, are the number: for servers that joined them by number. The room 42 and the room "42" are two different ones.',
				displayOptions: optionForRedis,
			},
		],
	},
];
