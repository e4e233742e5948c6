import type { INodeProperties } from 'n8n-workflow';

const displayOptions = { show: { transport: ['socketIo'] } };

/** Seconds. Within it, a working server has long finished its handshake or its answer. */
export const DEFAULT_LIMIT_SECONDS = 10;

/** Where an event goes at a Socket.IO server. */
export const socketIoTarget: INodeProperties[] = [
	{
		displayName: 'Namespace',
		name: 'namespace',
		type: 'string',
		default: '/',
		placeholder: 'e.g. /orders',
		description: 'Namespace of the Socket.IO server; / is the main one',
		displayOptions,
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
		displayOptions,
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
			},
			{
				displayName: 'Connection Timeout',
				name: 'connectionTimeout',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 3600 },
				default: DEFAULT_LIMIT_SECONDS,
				description:
					'How many seconds to wait for the connection, and for the network to take an event that is not acknowledged',
			},
		],
	},
];
