import type { LookupFunction } from 'node:net';
import { asFailure, RealtimeFailure } from '../../net/failure';
import type { Redact } from '../../net/redact';
import { openWebSocket, type OpenWebSocket } from '../../net/webSocket';
import type { FrameGuard } from '../source';
import type { Authorisation } from './authorise';
import { closeFailure } from './failure';
import { readFrame, readProtocolError, type ProtocolError, type PusherFrame } from './frame';
import { describeError, refusedByError, refusedByEvent, PendingSubscription } from './subscription';

/** A `pusher:error` tells why the connection ends only if it came right before the end. */
const SAME_CAUSE_MS = 5_000;

const ADVICE = "Check 'Host', 'Port', 'TLS' and 'Path' in the credential.";

/** One connection of the Pusher protocol, from `connection_established` on. */
export class PusherSession {
	/** Resolves, never rejects, when it has ended by itself. */
	readonly ended: Promise<RealtimeFailure>;

	/** Changes with every connection; authorisations hold for it only. */
	socketId = '';

	private socket: OpenWebSocket | undefined;

	private heartbeat: Heartbeat | undefined;

	private readonly subscribing = new PendingSubscription();

	private established: ((error?: RealtimeFailure) => void) | undefined;

	private lastError: (ProtocolError & { readonly at: number }) | undefined;

	private end: (failure: RealtimeFailure) => void = () => undefined;

	private over = false;

	private constructor(
		private readonly options: SessionOptions,
		private readonly handlers: SessionHandlers,
	) {
		this.ended = new Promise((resolve) => (this.end = resolve));
	}

	/**
	 * Connects, and waits until the server has accepted the app's key.
	 *
	 * @throws {RealtimeFailure} in the server's words where it said some
	 */
	static async open(options: SessionOptions, handlers: SessionHandlers): Promise<PusherSession> {
		const session = new PusherSession(options, handlers);
		const { url, lookup, signal, times, redact, headers, guard } = options;
		const warn = (problem: string) => handlers.warn(problem);
		const accepted = session.accepted();
		accepted.catch(() => undefined);
		try {
			session.socket = await openWebSocket(
				{ url, headers, lookup, signal, limitMs: times.connectMs, redact, advice: ADVICE },
				{
					text: (text) => guard.read(() => session.receive(text), warn),
					ended: (code, reason) => session.closed(code, reason),
				},
			);
			await accepted;
			return session;
		} catch (error) {
			session.close();
			throw asFailure(error);
		}
	}

	/** True when it has ended or was closed. */
	get isOver(): boolean {
		return this.over;
	}

	/**
	 * Subscribes to one channel and waits for the server's word; one at a time.
	 *
	 * @returns the `data` of the confirmation
	 * @throws {RealtimeFailure} a permanent one where the server refuses the channel
	 */
	async subscribe(channel: string, authorisation: Authorisation | undefined): Promise<unknown> {
		const data = {
			channel,
			auth: authorisation?.auth,
			channel_data: authorisation?.channelData,
		};
		const answer = this.subscribing.wait(channel, this.options.times.subscribeMs);
		this.send('pusher:subscribe', data);
		return await answer;
	}

	/** Ends it at once; nothing is told afterwards. */
	close(): void {
		this.over = true;
		this.heartbeat?.stop();
		this.socket?.close();
		const failure = new RealtimeFailure('The connection was closed');
		// Nobody may be waiting for the greeting any more: its timer must not outlive the connection.
		this.established?.(failure);
		this.subscribing.refuse(failure);
	}

	/** Ends it as if it had ended by itself. */
	fail(failure: RealtimeFailure): void {
		this.finish(failure);
	}

	/** Resolves with `connection_established`. The limit is the same as for connecting. */
	private async accepted(): Promise<void> {
		const { origin, times } = this.options;
		const words = `${origin} did not respond like a Pusher server within ${times.connectMs / 1000} seconds`;
		let timer: NodeJS.Timeout | undefined;
		try {
			await new Promise<void>((resolve, reject) => {
				this.established = (error) => (error === undefined ? resolve() : reject(error));
				const late = new RealtimeFailure(words, { description: ADVICE });
				timer = setTimeout(() => reject(late), 2 * times.connectMs);
			});
		} finally {
			clearTimeout(timer);
			this.established = undefined;
		}
	}

	private receive(text: string): void {
		if (this.over) return;
		this.heartbeat?.alive();
		const frame = readFrame(text);
		if (frame === undefined) throw new Error('it is not a message of the Pusher protocol');
		switch (frame.event) {
			case 'pusher:connection_established':
				return this.greet(frame.data);
			case 'pusher:ping':
				return this.send('pusher:pong', {});
			case 'pusher:pong':
				return;
			case 'pusher:error':
				return this.failed(readProtocolError(frame.data));
			case 'pusher:subscription_error':
				return this.refused(frame);
			case 'pusher_internal:subscription_succeeded':
				this.subscribing.confirm(frame.channel, frame.data);
		}
		this.handlers.frame(frame, text);
	}

	private greet(data: unknown): void {
		const { socket_id: socketId, activity_timeout: seconds } = (data ?? {}) as {
			socket_id?: unknown;
			activity_timeout?: unknown;
		};
		if (typeof socketId === 'object' && socketId !== null) {
			throw new Error('socket_id is neither text nor number');
		}
		this.socketId = String(socketId ?? '');
		const { silenceMs, answerMs } = this.options.times;
		const asked = Number(seconds) > 0 ? Number(seconds) * 1000 : silenceMs;
		this.heartbeat ??= new Heartbeat(
			{ silenceMs: Math.min(silenceMs, asked), answerMs },
			() => this.send('pusher:ping', {}),
			() =>
				this.finish(
					new RealtimeFailure(`${this.options.origin} stopped responding`, { retryAfterMs: 0 }),
				),
		);
		this.established?.();
	}

	/**
	 * Reverb says most refusals by such an error and keeps the connection. It is about what was asked
	 * last, if anything was; before the greeting it is about the connection.
	 */
	private failed(told: ProtocolError): void {
		const error = { ...told, words: this.options.redact(told.words) };
		if (this.socketId === '') {
			this.established?.(closeFailure(error, this.options.origin));
			return;
		}
		if (this.subscribing.refuse(refusedByError(error, this.subscribing.channel))) return;
		if (error.code === 0 && error.words === '')
			throw new Error('it reports an error without a message');
		this.lastError = { ...error, at: Date.now() };
		this.handlers.warn(`the server reported: ${describeError(error)}`);
	}

	/** How Pusher and soketi refuse a channel. */
	private refused({ channel, data }: PusherFrame): void {
		const refusal = refusedByEvent(channel, data, this.options.redact);
		const isAwaited = channel === undefined || channel === this.subscribing.channel;
		if (isAwaited && this.subscribing.refuse(refusal)) return;
		this.handlers.warn(refusal.message);
	}

	private closed(code: number, reason: string): void {
		const { lastError } = this;
		const told = lastError !== undefined && Date.now() - lastError.at < SAME_CAUSE_MS;
		// Reverb drops the connection without a code, and has told the reason just before.
		const isSame = code < 4000 || code === lastError?.code;
		const cause = told && isSame ? lastError : { code, words: reason };
		this.finish(closeFailure(cause, this.options.origin));
	}

	private finish(failure: RealtimeFailure): void {
		if (this.over) return;
		this.over = true;
		this.heartbeat?.stop();
		this.socket?.close();
		this.established?.(failure);
		this.subscribing.refuse(failure);
		this.end(failure);
	}

	private send(event: string, data: unknown): void {
		this.socket?.send(JSON.stringify({ event, data }));
	}
}

/** How a session is opened. */
interface SessionOptions {
	/** `http(s)://host[:port]`, for messages. */
	readonly origin: string;
	/** `ws(s)://…/app/{key}?…` */
	readonly url: string;
	readonly lookup: LookupFunction | undefined;
	readonly signal: AbortSignal;
	readonly times: PusherTimes;
	readonly redact: Redact;
	/** Sent with the handshake where the user named one. */
	readonly headers: Readonly<Record<string, string>>;
	/** Reads what arrives; kept over connections. */
	readonly guard: FrameGuard;
}

/** Takes what a session tells, in order. */
interface SessionHandlers {
	/** A message on a channel, the protocol's own ones for the user included. */
	frame(frame: PusherFrame, text: string): void;
	/** An error that ends nothing. */
	warn(problem: string): void;
}

/** Times of the heartbeat, in milliseconds. */
interface HeartbeatTimes {
	/** Silence after which the server is asked whether it is still there. */
	readonly silenceMs: number;
	/** Silence after that, before the connection counts as dead. */
	readonly answerMs: number;
}

/** Notices a connection that is dead without a word, as after a cut network. */
class Heartbeat {
	private timer: NodeJS.Timeout;

	private asked = false;

	constructor(
		private readonly times: HeartbeatTimes,
		private readonly ask: () => void,
		private readonly dead: () => void,
	) {
		this.timer = this.waitForSilence();
	}

	/** Anything that arrives shows that the connection works. */
	alive(): void {
		if (!this.asked) {
			this.timer.refresh();
			return;
		}
		clearTimeout(this.timer);
		this.asked = false;
		this.timer = this.waitForSilence();
	}

	stop(): void {
		clearTimeout(this.timer);
	}

	private waitForSilence(): NodeJS.Timeout {
		return setTimeout(() => {
			this.asked = true;
			this.timer = setTimeout(this.dead, this.times.answerMs);
			this.ask();
		}, this.times.silenceMs);
	}
}

/** Limits of a connection, in milliseconds. */
export interface PusherTimes {
	/** For TCP, TLS and WebSocket, and once more for the server's greeting. */
	readonly connectMs: number;
	/** For an answer for which the server asks its other nodes: Reverb gives them 10 seconds. */
	readonly gatherMs: number;
	/** For the server's word on one channel. */
	readonly subscribeMs: number;
	/** Silence after which the server is asked, where it does not want it sooner. */
	readonly silenceMs: number;
	/** For its answer. */
	readonly answerMs: number;
	/** The longest of the first waits for room at a server that is full; each may be half as long. */
	readonly fullFirstMs: number;
	readonly fullLongestMs: number;
	/** The same, for what a limit of messages takes: Reverb's window is a minute as a rule. */
	readonly limitedFirstMs: number;
	readonly limitedLongestMs: number;
}

/**
 * As pusher-js has them (`activityTimeout`, `pongTimeout`), the rest as everywhere in this package.
 *
 * @see https://github.com/pusher/pusher-js src/core/defaults.ts
 */
export const PUSHER_TIMES: PusherTimes = {
	connectMs: 10_000,
	gatherMs: 15_000,
	subscribeMs: 10_000,
	silenceMs: 120_000,
	answerMs: 30_000,
	fullFirstMs: 20_000,
	fullLongestMs: 60_000,
	limitedFirstMs: 10_000,
	limitedLongestMs: 60_000,
};
