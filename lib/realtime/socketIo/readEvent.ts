import { receivedMessage } from '../receivedMessage';
import type { SocketIoListening } from './socketIoSource';

/** How events of a namespace are presented. */
export interface SocketIoPresentation {
	/** `host[:port]` of the server. */
	readonly host: string;
	/** With its leading slash. */
	readonly namespace: string;
	/** Whether `data.args` lists all arguments. */
	readonly allArguments: boolean;
	/** See `ReceivedEvent`. */
	readonly eventIdField: string;
}

/**
 * Presents events as `socketio.<name>` of `/socketio/<host>/<namespace>`, with the data
 * `{event, namespace, payload, args?}`; `payload` is the first argument, null where there is none.
 */
export function readSocketIoEvent(presentation: SocketIoPresentation): SocketIoListening['read'] {
	const { host, namespace, allArguments, eventIdField } = presentation;
	const source = `/socketio/${host}${encodeURI(namespace)}`;
	return ({ name, args }, identity) => {
		const payload = args[0] ?? null;
		const shown = allArguments ? { args } : {};
		return receivedMessage({
			...identity,
			source,
			type: `socketio.${name}`,
			data: { event: name, namespace, payload, ...shown },
			raw: { event: name, args: allArguments ? args : args.slice(0, 1) },
			payload,
			eventIdField,
		});
	};
}
