import type { LookupFunction } from 'node:net';

import type { Socket } from 'socket.io-client' with { 'resolution-mode': 'import' };

import { openSocketIo } from './socketIoOpen';
import type { SocketIoSettings } from './settings';
import type { RealtimeFailure } from '../../net/failure';
import { FrameGuard } from '../frameGuard';
import type {
	ConnectOptions,
	RealtimeConnection,
	RealtimeMessage,
	RealtimeSink,
	RealtimeSource,
} from '../source';
import { connectFailure, endedByTooLarge, endFailure } from './listenFailure';
import { readArrival, type SocketIoArrival } from './receivedSocketIoEvent';
import { Offsets, Recovery, type RecoveryPoint } from './recovery';

/** The largest body that n8n itself takes in a request by default. */
const LONGEST_FRAME = 16 * 1024 * 1024;

/** What makes an arrival unique, and where to go on after it. */
export interface ArrivalIdentity {
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
			const { socket } = await openSocketIo(withPoint(settings, point), namespace, {
				limitMs,
				lookup,
				signal,
				longestFrame: LONGEST_FRAME,
				prepare: (opening) => {
					// What was missed comes before the confirmation is told.
					const receive = this.receiver(opening, sink, point);
					const warn = (problem: string) => sink.warn(problem);
					opening.onAny((...handed) => this.guard.read(() => receive(...handed), warn));
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
		const offsets = new Offsets(point?.at ?? Date.now());
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
