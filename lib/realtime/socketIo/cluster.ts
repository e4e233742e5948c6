import { Emitter } from '@socket.io/redis-emitter';
import { messagePack } from './messagePack';

/** Servers compare rooms with `===`: 42 and '42' are two rooms. */
export type ClusterRoom = number | string;

/** Where an event goes in a cluster of Socket.IO servers. */
export interface ClusterTarget {
	/** With its leading slash. */
	readonly namespace: string;
	/** Rooms whose members get the event, each once; none: everybody in the namespace. */
	readonly rooms: readonly ClusterRoom[];
	/** Rooms whose members do not get it. */
	readonly except: readonly ClusterRoom[];
	/** The option `key` of the servers' Redis adapter, `socket.io` by default. */
	readonly keyPrefix: string;
}

/** What to publish, and where. */
export interface ClusterMessage {
	readonly channel: string;
	readonly message: Buffer;
}

/**
 * The message that `@socket.io/redis-emitter` publishes to servers with `@socket.io/redis-adapter`.
 *
 * @param payload sent as the event's only argument, as JSON would be
 * @throws {SocketIoError} of kind `event` that names a value which would not arrive
 */
export function clusterMessage(
	{ namespace, rooms, except, keyPrefix }: ClusterTarget,
	event: string,
	payload: unknown,
): ClusterMessage {
	let published: ClusterMessage | undefined;
	// It publishes while emit() runs, and drops the reply, which tells how many servers listen.
	const publish = (channel: string, message: Buffer) => void (published = { channel, message });
	const emitter = new Emitter({ publish }, { key: keyPrefix, parser: PARSER }, namespace);
	// It takes numbers too, though its types do not say so.
	emitter
		.to([...rooms] as string[])
		.except([...except] as string[])
		.emit(event, payload);
	if (published === undefined) throw new Error('@socket.io/redis-emitter published nothing');
	return published;
}

/** How many names lead to the payload in what is published. */
const PAYLOAD_DEPTH = 3;

/** What it publishes is `[sender, {type, data: [event, payload], nsp}, {rooms, …}]`. */
const PARSER = {
	encode: (message: unknown): Buffer =>
		messagePack(message, (path) => ['payload', ...path.slice(PAYLOAD_DEPTH)].join('.')),
};

/** A room that is written as a number: without zeros in front, and not 1e3. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/** Makes numbers of the rooms that are written as such; others stay texts. */
export function numericRooms(rooms: readonly string[]): ClusterRoom[] {
	return rooms.map((room) => (NUMBER.test(room) ? Number(room) : room));
}
