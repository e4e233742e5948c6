import type { LookupFunction } from 'node:net';
import type { Socket } from 'socket.io-client' with { 'resolution-mode': 'import' };
import type { RealtimeFailure } from '../../net/failure';
import { receivedMessage } from '../receivedMessage';
import {
	FrameGuard,
	type ConnectOptions,
	type RealtimeConnection,
	type RealtimeMessage,
	type RealtimeSink,
	type RealtimeSource,
} from '../source';
import { connectFailure, endedByTooLarge, endFailure } from './failure';
import { openSocketIo } from './open';
import { Offsets, Recovery, type RecoveryPoint } from './recovery';
import type { SocketIoSettings } from './settings';

/** The largest body that n8n itself takes in a request by default. */
const LONGEST_FRAME = 16 * 1024 * 1024;

/** What makes an arrival unique, and where to go on after it. */
interface ArrivalIdentity {
	/** `<private session id>/<offset>`, where the server keeps events. */
	readonly serverId: string | undefined;
	/** `<connection id>/<sequence>` */
	readonly fallbackId: string;
	readonly receivedAt: Date;
	readonly cursor: string | undefined;
}

/** What is listened to, and how. */
export interface SocketIoListening {
	/** For messages, such as `Socket.IO namespace /orders at realtime.example.com`. */
	readonly name: string;
	readonly settings: SocketIoSettings;
	readonly namespace: string;
	/** Milliseconds for one handshake. */
	readonly limitMs: number;
	/** Asked before each connection; its failure is the connection's. */
	readonly egress: (origin: string) => Promise<LookupFunction | undefined>;
	/** Makes a message of an event. */
	readonly read: (arrival: SocketIoArrival, identity: ArrivalIdentity) => RealtimeMessage;
	/** Sends what the server expects after each handshake, such as subscriptions. */
	readonly greet?: (emit: (event: string, ...args: string[]) => void) => void;
	/**
	 * What the handshake itself does not tell: why a connection that is let in would be of no use.
	 * Asked before the first one, and beside later ones, which must not wait for the answer.
	 */
	readonly inspect?: (signal: AbortSignal) => Promise<RealtimeFailure | undefined>;
	/** Words for a failed handshake; {@link connectFailure} by default. */
	readonly explain?: (error: unknown, worked: boolean) => RealtimeFailure;
}

/**
 * Listens to all events of one namespace. Where the server has connection state recovery, a new
 * connection takes the session of the last one up again, and the server sends what was missed.
 */
export class SocketIoSource implements RealtimeSource {
	readonly name: string;

	private readonly recovery = new Recovery();

	private readonly guard = new FrameGuard();

	private worked = false;

	constructor(private readonly listening: SocketIoListening) {
		this.name = listening.name;
	}

	async connect(
		sink: RealtimeSink,
		{ signal, cursor }: ConnectOptions,
	): Promise<RealtimeConnection> {
		const { settings, namespace, limitMs, egress, explain = connectFailure } = this.listening;
		const point = this.recovery.point(cursor, Date.now());
		let end: (failure: RealtimeFailure) => void;
		const ended = new Promise<RealtimeFailure>((resolve) => (end = resolve));
		const first = this.worked ? undefined : await this.listening.inspect?.(signal);
		if (first !== undefined) throw first;
		try {
			const lookup = await egress(settings.origin);
			const warn = (problem: string) => sink.warn(problem);
			const guarded = (read: () => void) => this.guard.read(read, warn);
			const { socket } = await openSocketIo(withPoint(settings, point), namespace, {
				limitMs,
				lookup,
				signal,
				longestFrame: LONGEST_FRAME,
				guarded,
				prepare: (opening) => {
					// What was missed comes before the confirmation is told.
					const receive = this.receiver(opening, sink, point);
					opening.onAny((...handed) => guarded(() => receive(...handed)));
					opening.on('disconnect', (reason, details) => {
						if (reason === 'io server disconnect' || endedByTooLarge(details)) {
							this.recovery.forget(sessionOf(opening) ?? point?.pid);
						}
						end(endFailure(settings.origin, reason, details, LONGEST_FRAME));
					});
				},
			});
			if (this.worked) {
				void this.listening.inspect?.(signal).then((failure) => {
					if (failure === undefined) return;
					end(failure);
					close(socket);
				});
			}
			this.worked = true;
			this.listening.greet?.((event, ...args) => void socket.emit(event, ...args));
			const pid = sessionOf(socket);
			const caughtUp = point !== undefined && pid === point.pid;
			return { ended, caughtUp, close: () => close(socket) };
		} catch (error) {
			throw explain(error, this.worked);
		}
	}

	/** Hands over what arrives on a socket. */
	private receiver(
		socket: Socket,
		sink: RealtimeSink,
		point: RecoveryPoint | undefined,
	): (...handed: unknown[]) => void {
		const openedAt = Date.now();
		const offsets = new Offsets(point?.at ?? openedAt, point?.offset, openedAt);
		let sequence = 0;
		return (name, ...handed) => {
			const pid = sessionOf(socket);
			const arrival = readArrival(name, handed, pid === undefined ? undefined : offsets);
			const { offset } = arrival;
			const receivedAt = new Date();
			sequence += 1;
			const kept = pid === undefined || offset === undefined ? undefined : { pid, offset };
			sink.message(
				this.listening.read(arrival, {
					serverId: kept && `${kept.pid}/${kept.offset}`,
					// The transport's own id: a recovered socket has that of the last connection again.
					fallbackId: `${socket.io.engine.id}/${sequence}`,
					receivedAt,
					cursor: kept && this.recovery.received({ ...kept, at: receivedAt.getTime() }),
				}),
			);
			arrival.acknowledge?.();
		};
	}
}

/** socket.io-client sends the same after a reconnect of its own (`_sendConnectPacket`). */
function withPoint(settings: SocketIoSettings, point: RecoveryPoint | undefined): SocketIoSettings {
	if (point === undefined) return settings;
	const { pid, offset } = point;
	return { ...settings, auth: { pid, offset, ...settings.auth } };
}

/** The private id of the session: only servers with connection state recovery give one. */
function sessionOf(socket: Socket): string | undefined {
	const pid: unknown = Reflect.get(socket, '_pid');
	return typeof pid === 'string' ? pid : undefined;
}

/**
 * Closes the transport, without the goodbye that ends the session at the server: so an n8n that is
 * restarted gets what was sent meanwhile.
 */
function close(socket: Socket): void {
	socket.offAny();
	socket.removeAllListeners();
	socket.io.engine.close();
}

/** How events of a namespace are presented. */
interface SocketIoPresentation {
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

/** An event as it arrived, before it is known what it means. */
interface SocketIoArrival {
	readonly name: string;
	/** Arguments in JSON, without acknowledgement function and recovery offset. */
	readonly args: readonly unknown[];
	/** The server's own id of the event, where it keeps events. */
	readonly offset: string | undefined;
	/** Answers the server, where it asks for an acknowledgement. */
	readonly acknowledge: (() => void) | undefined;
}

/**
 * Reads what socket.io-client hands to a listener of all events.
 *
 * @param offsets undefined where the server keeps no events: it gave the socket no private id
 */
function readArrival(
	name: unknown,
	handed: readonly unknown[],
	offsets: Offsets | undefined,
): SocketIoArrival {
	const last = handed.at(-1);
	const asksForAnswer = typeof last === 'function';
	// Events that ask for an acknowledgement are not kept, and have no offset.
	const own = asksForAnswer ? handed.slice(0, -1) : handed;
	const { args, offset } = (asksForAnswer ? undefined : offsets)?.take(own, Date.now()) ?? {
		args: own,
		offset: undefined,
	};
	return {
		name: String(name),
		args: plainArguments(args),
		offset,
		acknowledge: asksForAnswer ? () => void Reflect.apply(last, undefined, []) : undefined,
	};
}

/** Bytes of binary data that one event may bring into n8n; what is more is named, not kept. */
const MOST_BINARY_BYTES = 4 * 1024 * 1024;

/** Deeper values would overflow the stack of whatever reads them next. */
const DEEPEST = 200;

/** Binary data in JSON. `base64` is null where the event has more of it than is kept. */
interface BinaryArgument {
	readonly bytes: number;
	readonly base64: string | null;
}

/**
 * An event's arguments as JSON can express them: binary data becomes a {@link BinaryArgument}, and
 * what is nested too deeply the text `[nested too deeply]`.
 */
export function plainArguments(args: readonly unknown[]): unknown[] {
	let room = MOST_BINARY_BYTES;
	const binary = (data: Buffer): BinaryArgument => {
		const bytes = data.byteLength;
		if (bytes > room) return { bytes, base64: null };
		room -= bytes;
		return { bytes, base64: data.toString('base64') };
	};
	const plain = (value: unknown, depth: number): unknown => {
		if (typeof value !== 'object' || value === null) return value;
		if (ArrayBuffer.isView(value)) {
			return binary(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
		}
		if (value instanceof ArrayBuffer) return binary(Buffer.from(value));
		if (depth >= DEEPEST) return '[nested too deeply]';
		if (Array.isArray(value)) return value.map((entry) => plain(entry, depth + 1));
		// fromEntries makes own fields of all names, `__proto__` too.
		return Object.fromEntries(
			Object.entries(value).map(([key, entry]) => [key, plain(entry, depth + 1)]),
		);
	};
	return args.map((arg) => plain(arg, 0));
}
