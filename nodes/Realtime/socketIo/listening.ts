import type { INodeProperties, ITriggerFunctions } from 'n8n-workflow';
import {
	readSocketIoSettings,
	type SocketIoSettings,
	readNamespace,
} from '../../../lib/realtime/socketIo/settings';
import { readSocketIoEvent, SocketIoSource } from '../../../lib/realtime/socketIo/source';
import { readOrTell } from '../listen/runListener';
import {
	connectionTimeoutOption,
	eventIdFieldOption,
	readConnectionLimit,
	readEventIdField,
	readListenOptions,
} from '../listen/listenOptions';
import type { ListenTransport } from '../listen/listenTransport';

const displayOptions = { show: { transport: ['socketIo'] } };

/** What is listened to at a Socket.IO server. */
const socketIoProperties: INodeProperties[] = [
	{
		displayName: 'Namespace',
		name: 'namespace',
		type: 'string',
		default: '/',
		placeholder: 'e.g. /orders',
		description: 'The namespace of the Socket.IO server. The main one is /.',
		displayOptions,
	},
];

/** How events are read. */
const socketIoOptions: INodeProperties[] = [
	{
		displayName: 'Arguments',
		name: 'arguments',
		type: 'options',
		default: 'first',
		description: 'Which arguments of an event to output. Most servers send one.',
		options: [
			{
				name: 'All Arguments',
				value: 'all',
				description: 'All arguments as a list, in addition to the first one',
			},
			{ name: 'First Argument Only', value: 'first' },
		],
	},
];

/**
 * The credential 'Socket.IO API' that the node has selected.
 *
 * @throws {NodeOperationError} that names the field and says what to do
 */
export async function readSocketIoCredential(
	context: ITriggerFunctions,
): Promise<SocketIoSettings> {
	const fields = await context.getCredentials('realtimeWebhooksSocketIoApi');
	return readOrTell(context, () => readSocketIoSettings(fields));
}

/** Listens to all events of a namespace as one of the server's clients. */
export const socketIoListening: ListenTransport = {
	id: 'socketIo',
	displayName: 'Socket.IO',
	description: 'Listen to the events that a Socket.IO server sends to its clients',
	action: 'On a Socket.IO event',
	properties: socketIoProperties,
	options: [...socketIoOptions, connectionTimeoutOption, eventIdFieldOption],
	async open(context, egress) {
		const settings = await readSocketIoCredential(context);
		const parameter: unknown = context.getNodeParameter('namespace', '/');
		const namespace = readOrTell(context, () => readNamespace(parameter));
		const options = readListenOptions(context);
		const { host } = new URL(settings.origin);
		return new SocketIoSource({
			name: `Socket.IO namespace ${namespace} at ${host}`,
			settings,
			namespace,
			limitMs: readConnectionLimit(context, options),
			egress,
			read: readSocketIoEvent({
				host,
				namespace,
				allArguments: options.arguments === 'all',
				eventIdField: readEventIdField(options),
			}),
		});
	},
};
