import { Emitter } from '@socket.io/redis-emitter';

/** Where an event goes in a cluster of Socket.IO servers. */
export interface ClusterTarget {
	/** With its leading slash. */
	readonly namespace: string;
	/** Rooms whose members get the event, each once; none: everybody in the namespace. */
	readonly rooms: readonly string[];
	/** Rooms whose members do not get it. */
	readonly except: readonly string[];
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
 * @param payload JSON; sent as the event's only argument
 */
export function clusterMessage(
	{ namespace, rooms, except, keyPrefix }: ClusterTarget,
	event: string,
	payload: unknown,
): ClusterMessage {
	let published: ClusterMessage | undefined;
	// It publishes while emit() runs, and drops the reply, which tells how many servers listen.
	const publish = (channel: string, message: Buffer) => void (published = { channel, message });
	const emitter = new Emitter({ publish }, { key: keyPrefix }, namespace);
	emitter
		.to([...rooms])
		.except([...except])
		.emit(event, payload);
	if (published === undefined) throw new Error('@socket.io/redis-emitter published nothing');
	return published;
}
