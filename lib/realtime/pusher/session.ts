import { asFailure, RealtimeFailure } from '../../net/failure';
import { openWebSocket, type OpenWebSocket } from '../../net/webSocket';
import type { Authorisation } from './authorise';
import { describeError, refusedByError, refusedByEvent } from './channelRefusal';
import { closeFailure } from './closeFailure';
import { readFrame, readProtocolError, type ProtocolError, type PusherFrame } from './frame';
import { Heartbeat } from './heartbeat';
import type { SessionHandlers, SessionOptions } from './sessionOptions';
import { PendingSubscription } from './subscription';

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
		const words = `${origin} did not greet as a Pusher server does within ${times.connectMs / 1000} seconds`;
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
		if (frame === undefined) {
			this.handlers.warn(`The server sent something that is no message of the Pusher protocol`);
			return;
		}
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
				this.finish(new RealtimeFailure(`${this.options.origin} went silent`, { retryAfterMs: 0 })),
		);
		this.established?.();
	}

	/**
	 * Reverb says most refusals by such an error and keeps the connection. It is about what was asked
	 * last, if anything was; before the greeting it is about the connection.
	 */
	private failed(told: ProtocolError): void {
		if (this.socketId === '') {
			this.established?.(closeFailure(told, this.options.origin));
			return;
		}
		const error = { ...told, words: this.options.redact(told.words) };
		if (this.subscribing.refuse(refusedByError(error, this.subscribing.channel))) return;
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
