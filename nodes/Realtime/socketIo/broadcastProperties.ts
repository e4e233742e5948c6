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
		displayName: 'Send Via',
		name: 'through',
		type: 'options',
		noDataExpression: true,
		default: 'client',
		description: 'How the event reaches the clients',
		displayOptions,
		options: [
			{
				name: 'Connection to the Server',
				value: 'client',
				description: 'Send as a client. The server decides what to do with the event.',
			},
			{
				name: 'Redis',
				value: 'redis',
				description: 'Send directly to the clients of all servers that share a Redis adapter',
			},
		],
	},
	{
		displayName: 'Namespace',
		name: 'namespace',
		type: 'string',
		default: '/',
		placeholder: 'e.g. /orders',
		description: 'The namespace of the Socket.IO server. The main one is /.',
		displayOptions,
	},
	{
		displayName: 'Rooms',
		name: 'rooms',
		type: 'string',
		default: '',
		placeholder: 'e.g. orders, user-7',
		description:
			'The rooms whose members get the event, separated by commas. Leave empty to send to everyone in the namespace. Members of several rooms get it once.',
		displayOptions: throughRedis,
	},
	{
		displayName: 'Except Rooms',
		name: 'except',
		type: 'string',
		default: '',
		placeholder: 'e.g. muted',
		description: 'The rooms whose members do not get the event, separated by commas',
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
			"Whether to wait for the response of the server's event handler and include it in the output. If off, the node finishes when the event has been sent.",
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
					'How many seconds to wait for the connection, and for sending an event that is not acknowledged',
				displayOptions: optionForClient,
			},
			{
				displayName: 'Key Prefix',
				name: 'keyPrefix',
				type: 'string',
				default: DEFAULT_KEY_PREFIX,
				description: "The option 'key' of the Redis adapter on the servers, if set",
				displayOptions: optionForRedis,
			},
			{
				displayName: 'Rooms Are Numbers',
				name: 'roomsAreNumbers',
				type: 'boolean',
				default: false,
				description:
					'Whether to send room names such as 42 as numbers, for servers that join rooms by number. The rooms 42 and "42" are different.',
				displayOptions: optionForRedis,
			},
		],
	},
];
