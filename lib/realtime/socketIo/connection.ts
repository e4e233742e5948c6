import type { Socket } from 'socket.io-client' with { 'resolution-mode': 'import' };
import { within } from '../../flow/within';
import { SocketIoError } from './failure';
import type { WriteMonitor } from './monitoredTransport';

/** Room for the packet's type, its acknowledgement number and the namespace's separator. */
const PACKET_HEADER_BYTES = 24;

/** Who is at the other end, for messages and limits. */
interface SocketIoPeer {
	readonly origin: string;
	readonly namespace: string;
	/** Largest message in bytes that the server said it accepts (`maxHttpBufferSize`). */
	readonly maxPayload: number | undefined;
}

/** An open connection to one namespace. Events leave in the order of the calls. */
export class SocketIoConnection {
	private lostBecause: string | undefined;

	/**
	 * What stands before the JSON of an event that asks for no acknowledgement.
	 *
	 * @see https://socket.io/docs/v4/socket-io-protocol/#packet-encoding
	 */
	private readonly eventPrefix: string;

	constructor(
		private readonly socket: Socket,
		private readonly monitor: WriteMonitor,
		private readonly peer: SocketIoPeer,
	) {
		this.eventPrefix = peer.namespace === '/' ? '2' : `2${peer.namespace},`;
		socket.once('disconnect', (reason) => (this.lostBecause = reason));
	}

	/** False as soon as the connection is known to be lost or was closed; it never reopens. */
	get isOpen(): boolean {
		return this.socket.connected;
	}

	/**
	 * Sends an event that nobody answers and waits until it has been written to the network.
	 *
	 * @param limitMs - milliseconds after which a network that takes no more bytes is given up
	 */
	async send(event: SocketIoEvent, limitMs: number): Promise<void> {
		this.post(event);
		await this.flushed(event, limitMs);
	}

	/** Hands an event over without waiting; `flushed` tells when it has left. */
	post(event: SocketIoEvent): void {
		this.checkBefore(event);
		const { engine } = this.socket.io;
		// A connection that missed the server's heartbeats is not written to: emit() keeps the event.
		if (engine._hasPingExpired()) this.socket.emit(event.name, payloadOf(event));
		// As emit() writes it, but from the JSON that was measured: not parsed, walked and written again.
		else engine.write(`${this.eventPrefix}[${event.jsonName},${event.json}]`);
	}

	/**
	 * Sends an event and waits for the server's acknowledgement.
	 *
	 * @returns the value that the server gave to its callback: several values as a list, none as null
	 */
	async sendWithAcknowledgement(event: SocketIoEvent, limitMs: number): Promise<unknown> {
		this.checkBefore(event);
		return await within<unknown>(
			limitMs,
			() => this.acknowledgementTimeout(event, limitMs),
			(resolve, reject) => {
				const onDisconnect = (reason: string) => reject(this.lost(event, reason));
				this.socket.once('disconnect', onDisconnect);
				const onAnswer = (late: Error | null, ...answer: unknown[]) => {
					if (late === null) resolve(answer.length > 1 ? answer : (answer[0] ?? null));
				};
				// timeout(): so that the socket forgets the callback of an answer that never comes.
				this.socket.timeout(limitMs).emit(event.name, payloadOf(event), onAnswer);
				return () => this.socket.off('disconnect', onDisconnect);
			},
		);
	}

	/** Says goodbye and closes; what was sent before still leaves. */
	close(): void {
		this.socket.disconnect();
	}

	private checkBefore(event: SocketIoEvent): void {
		this.assertFits(event);
		if (!this.isOpen) throw this.lost(event, this.lostBecause ?? 'it was closed');
	}

	/** @throws {SocketIoError} of kind `tooLarge` for an event that the server would not take */
	assertFits(event: SocketIoEvent): void {
		const { maxPayload, namespace } = this.peer;
		const bytes = event.bytes + Buffer.byteLength(namespace) + PACKET_HEADER_BYTES;
		if (maxPayload !== undefined && bytes > maxPayload) {
			throw new SocketIoError(
				'tooLarge',
				`The event '${event.name}' has ${bytes} bytes, but the server accepts ${maxPayload}`,
				"Send less data, for example one field with 'Payload', or raise maxHttpBufferSize on the server.",
			);
		}
	}

	/**
	 * Waits until all that was posted has been written to the network.
	 *
	 * @param event the last one of it, for the error
	 */
	async flushed(event: SocketIoEvent, limitMs: number): Promise<void> {
		const { engine } = this.socket.io;
		const isFlushed = () =>
			// A socket that missed the server's heartbeats keeps events instead of sending them.
			this.socket.sendBuffer.length === 0 &&
			engine.writeBuffer.length === 0 &&
			this.monitor.pending === 0;
		await within<void>(
			limitMs,
			() => this.flushTimeout(event, limitMs),
			(resolve, reject) => {
				const check = () => {
					if (isFlushed()) resolve();
				};
				const onDisconnect = (reason: string) => reject(this.lost(event, reason));
				const stopMonitor = this.monitor.subscribe(check);
				engine.on('drain', check);
				this.socket.once('disconnect', onDisconnect);
				if (this.isOpen) check();
				else reject(this.lost(event, this.lostBecause ?? 'it was closed'));
				return () => {
					stopMonitor();
					engine.off('drain', check);
					this.socket.off('disconnect', onDisconnect);
				};
			},
		);
	}

	private lost(event: SocketIoEvent, reason: string): SocketIoError {
		return new SocketIoError(
			'lost',
			`The connection to ${this.peer.origin} was lost while sending '${event.name}' (${reason})`,
			'The event may or may not have arrived. The next item or execution reconnects.',
		);
	}

	private acknowledgementTimeout(event: SocketIoEvent, limitMs: number): SocketIoError {
		return new SocketIoError(
			'acknowledgementTimeout',
			`The server did not acknowledge '${event.name}' within ${limitMs / 1000} seconds`,
			"The event was sent and may have been handled. The server's handler must call its last argument as a function; raise 'Acknowledgement Timeout', or turn off 'Wait for Acknowledgement'.",
		);
	}

	private flushTimeout(event: SocketIoEvent, limitMs: number): SocketIoError {
		return new SocketIoError(
			'flushTimeout',
			`'${event.name}' could not be sent completely within ${limitMs / 1000} seconds`,
			`The connection to ${this.peer.origin} is too slow or does not respond. Send less data at a time.`,
		);
	}
}

/** Names that socket.io uses itself: `RESERVED_EVENTS` in socket.io-client/lib/socket.ts. */
const RESERVED_EVENTS: ReadonlySet<string> = new Set([
	'connect',
	'connect_error',
	'disconnect',
	'disconnecting',
	'newListener',
	'removeListener',
]);

/** An event as it can be sent. */
export interface SocketIoEvent {
	readonly name: string;
	/** The name as JSON. */
	readonly jsonName: string;
	/** The payload as JSON: what was checked and measured is what is sent. */
	readonly json: string;
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
			'Enter the event name that the clients listen for.',
		);
	}
	if (RESERVED_EVENTS.has(name)) {
		throw new SocketIoError(
			'event',
			`'Event' is '${name}', a name that Socket.IO reserves`,
			`Use a name other than ${[...RESERVED_EVENTS].join(', ')}.`,
		);
	}
	const json = toJson(payload);
	if (json === undefined) {
		throw new SocketIoError(
			'event',
			"'Payload' can't be converted to JSON",
			'Send a value made of objects, lists, texts, numbers, true, false and null, without circular references.',
		);
	}
	const jsonName = JSON.stringify(name);
	const bytes = Buffer.byteLength(jsonName) + Buffer.byteLength(json) + '[,]'.length;
	return { name, jsonName, json, bytes };
}

/** The payload as it arrives: dates are texts, and buffers are no binary attachments. */
export function payloadOf({ json }: Pick<SocketIoEvent, 'json'>): unknown {
	return JSON.parse(json);
}

function toJson(value: unknown): string | undefined {
	try {
		return JSON.stringify(value);
	} catch {
		return undefined;
	}
}
