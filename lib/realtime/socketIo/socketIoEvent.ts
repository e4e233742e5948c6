import { SocketIoError } from './socketIoError';

/** Names that socket.io uses itself: `RESERVED_EVENTS` in socket.io-client/lib/socket.ts. */
const RESERVED_EVENTS: ReadonlySet<string> = new Set([
	'connect',
	'connect_error',
	'disconnect',
	'disconnecting',
	'newListener',
	'removeListener',
]);

/** An event as it can be sent: the payload is plain JSON. */
export interface SocketIoEvent {
	readonly name: string;
	readonly payload: unknown;
	/** Bytes of the JSON array `[name, payload]` in UTF-8. */
	readonly bytes: number;
}

/**
 * Checks an event before anything is sent.
 *
 * @throws SocketIoError of kind `event` for a name that is empty or reserved and for a payload that
 * JSON cannot express
 */
export function socketIoEvent(name: string, payload: unknown): SocketIoEvent {
	if (name.trim() === '') {
		throw new SocketIoError(
			'event',
			"'Event' is empty",
			'Write the name that the clients wait for.',
		);
	}
	if (RESERVED_EVENTS.has(name)) {
		throw new SocketIoError(
			'event',
			`'Event' is '${name}', a name that Socket.IO keeps for itself`,
			`Use a name other than ${[...RESERVED_EVENTS].join(', ')}.`,
		);
	}
	const json = toJson(payload);
	if (json === undefined) {
		throw new SocketIoError(
			'event',
			"The 'Payload' cannot be written as JSON",
			'Send a value made of objects, lists, texts, numbers, true, false and null, without circular references.',
		);
	}
	// What was measured is what is sent: dates become texts, and buffers no binary attachments.
	const bytes = Buffer.byteLength(JSON.stringify(name)) + Buffer.byteLength(json) + '[,]'.length;
	return { name, payload: JSON.parse(json), bytes };
}

function toJson(value: unknown): string | undefined {
	try {
		return JSON.stringify(value);
	} catch {
		return undefined;
	}
}
