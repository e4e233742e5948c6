import type { LookupFunction } from 'node:net';
import { redactor } from '../connection/redact';
import { asFailure, RealtimeFailure } from '../realtime/failure';
import type {
	CaughtUp,
	ConnectOptions,
	RealtimeConnection,
	RealtimeMessage,
	RealtimeSink,
	RealtimeSource,
} from '../realtime/source';
import { HandshakeRefusal } from '../realtime/webSocket';
import type { Authorise } from './authorise';
import { CachedEvents } from './cachedEvents';
import { isGuarded } from './channel';
import { ChannelEvents, type PusherEvent } from './channelEvents';
import { HeldMessages } from './heldMessages';
import { PusherSession } from './session';
import type { PusherSettings } from './settings';
import { socketUrl } from './socketUrl';
import { PUSHER_TIMES, type PusherTimes } from './times';

/** Asks n8n's egress policy; gives the lookup to connect with. */
export type AskEgress = (origin: string) => Promise<LookupFunction | undefined>;

/** What is listened to, and what becomes of it. */
export interface PusherSourceOptions {
	readonly settings: PusherSettings;
	/** At least one. */
	readonly channels: readonly string[];
	readonly authorise: Authorise;
	readonly egress: AskEgress;
	/** The message for an event, or undefined where nobody wants it. */
	readonly toMessage: (event: PusherEvent) => RealtimeMessage | undefined;
	/**
	 * Makes up for what was missed, from a history elsewhere, after every connect. What arrives
	 * meanwhile is held back and handed over behind it.
	 *
	 * @returns what was made up for
	 * @throws {RealtimeFailure} ends the connection
	 */
	readonly afterSubscribed?: (sink: RealtimeSink, options: ConnectOptions) => Promise<CaughtUp>;
	/** For tests. */
	readonly times?: Partial<PusherTimes>;
}

/** Channels of a Pusher app. */
export class PusherSource implements RealtimeSource {
	readonly name: string;

	private readonly times: PusherTimes;

	/** What the server repeats to every new subscriber of a cache channel. */
	private readonly cached = new CachedEvents();

	/** Once connected, what the server refuses may be a fault that passes. */
	private connectedBefore = false;

	constructor(private readonly options: PusherSourceOptions) {
		this.name = `Pusher channels at ${options.settings.socketOrigin}`;
		this.times = { ...PUSHER_TIMES, ...options.times };
	}

	async connect(sink: RealtimeSink, options: ConnectOptions): Promise<RealtimeConnection> {
		const { settings, egress, afterSubscribed } = this.options;
		const { signal } = options;
		const lookup = await egress(settings.socketOrigin);
		const held = new HeldMessages(sink, afterSubscribed !== undefined);
		const events = new ChannelEvents(settings, this.options.toMessage, held);
		const session = await this.open(lookup, signal, events, held);
		const close = () => {
			held.drop();
			session.close();
		};
		signal.addEventListener('abort', close, { once: true });
		void session.ended.then(() => signal.removeEventListener('abort', close));
		try {
			await this.subscribeAll(session, events, sink, signal);
			const caughtUp = (await this.catchUp(session, sink, options)) ?? false;
			held.release();
			this.connectedBefore = true;
			return { ended: session.ended, caughtUp, close };
		} catch (error) {
			signal.removeEventListener('abort', close);
			close();
			throw asFailure(error);
		}
	}

	private async open(
		lookup: LookupFunction | undefined,
		signal: AbortSignal,
		events: ChannelEvents,
		sink: RealtimeSink,
	): Promise<PusherSession> {
		const { settings } = this.options;
		const { socketOrigin: origin, secret } = settings;
		const url = socketUrl(settings);
		const redact = redactor([secret]);
		try {
			return await PusherSession.open(
				{ origin, url, lookup, signal, times: this.times, redact },
				{
					frame: (frame, text) => {
						if (!this.cached.isRepeat(frame, text)) events.take(frame);
					},
					warn: (problem) => sink.warn(problem),
				},
			).then((session) => {
				events.connectionId = session.socketId;
				return session;
			});
		} catch (error) {
			throw this.passing(asFailure(error));
		}
	}

	/** A proxy answers 404 for a moment while the server behind it restarts. */
	private passing(failure: RealtimeFailure): RealtimeFailure {
		if (!(failure instanceof HandshakeRefusal) || !this.connectedBefore) return failure;
		const { message, description, retryAfterMs } = failure;
		return new RealtimeFailure(message, { description, retryAfterMs });
	}

	private async subscribeAll(
		session: PusherSession,
		events: ChannelEvents,
		sink: RealtimeSink,
		signal: AbortSignal,
	): Promise<void> {
		const refusals: RealtimeFailure[] = [];
		for (const channel of this.options.channels) {
			try {
				await this.subscribe(session, events, channel, signal);
			} catch (error) {
				const failure = asFailure(error);
				const isRefusal = failure.permanent && !session.isOver;
				if (!isRefusal || !this.connectedBefore) throw failure;
				refusals.push(failure);
			}
		}
		const [first] = refusals;
		if (first !== undefined && refusals.length === this.options.channels.length) throw first;
		for (const { message } of refusals) {
			sink.warn(`${message}. The other channels go on; it is tried again at the next connection`);
		}
	}

	private async subscribe(
		session: PusherSession,
		events: ChannelEvents,
		channel: string,
		signal: AbortSignal,
	): Promise<void> {
		const authorisation = isGuarded(channel)
			? await this.options.authorise(session.socketId, channel, signal)
			: undefined;
		if (signal.aborted) throw new RealtimeFailure('Listening was stopped');
		if (session.isOver) throw await session.ended;
		events.decryptWith(channel, authorisation?.sharedSecret);
		this.cached.expect(channel);
		await session.subscribe(channel, authorisation);
	}

	/** A connection that ends meanwhile ends it too. */
	private async catchUp(
		session: PusherSession,
		sink: RealtimeSink,
		options: ConnectOptions,
	): Promise<CaughtUp | undefined> {
		const { afterSubscribed } = this.options;
		if (afterSubscribed === undefined) return undefined;
		const stop = new AbortController();
		const onAbort = () => stop.abort();
		options.signal.addEventListener('abort', onAbort, { once: true });
		try {
			return await Promise.race([
				afterSubscribed(sink, { ...options, signal: stop.signal }),
				session.ended.then((failure) => Promise.reject(failure)),
			]);
		} finally {
			stop.abort();
			options.signal.removeEventListener('abort', onAbort);
		}
	}
}
