import type { INodeProperties } from 'n8n-workflow';

const displayOptions = { show: { transport: ['socketIo'] } };

/** What is listened to at a Socket.IO server. */
export const socketIoProperties: INodeProperties[] = [
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

/** How events are read. */
export const socketIoOptions: INodeProperties[] = [
	{
		displayName: 'Arguments',
		name: 'arguments',
		type: 'options',
		default: 'first',
		description: 'What of an event goes into the output; most servers send one argument',
		options: [
			{ name: 'All Arguments', value: 'all', description: 'As a list, beside the first one' },
			{ name: 'First Argument Only', value: 'first' },
		],
	},
];
