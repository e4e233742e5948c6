import { readNamespace } from '../../../../lib/realtime/socketIo/settings';
import { readSocketIoEvent, SocketIoSource } from '../../../../lib/realtime/socketIo/source';
import {
	connectionTimeoutOption,
	eventIdFieldOption,
	readConnectionLimit,
	readEventIdField,
	readListenOptions,
} from '../listenOptions';
import type { ListenTransport } from '../listenTransport';
import { readSocketIoCredential } from './credential';
import { inWords } from '../inWords';
import { socketIoOptions, socketIoProperties } from './parameters';

/** Listens to all events of a namespace as one of the server's clients. */
export const socketIoListening: ListenTransport = {
	id: 'socketIo',
	displayName: 'Socket.IO',
	description: 'Listens to the events that a Socket.IO server sends its clients',
	properties: socketIoProperties,
	options: [...socketIoOptions, connectionTimeoutOption, eventIdFieldOption],
	async open(context, egress) {
		const settings = await readSocketIoCredential(context);
		const parameter: unknown = context.getNodeParameter('namespace', '/');
		const namespace = inWords(context, () => readNamespace(parameter));
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
