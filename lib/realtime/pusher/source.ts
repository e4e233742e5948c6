import type { LookupFunction } from 'node:net';
import { asFailure, RealtimeFailure } from '../../net/failure';
import { PooledHttp } from '../../net/http';
import { hideAll, redactor } from '../../net/redact';
import { HandshakeRefusal } from '../../net/webSocket';
import { Backoff } from '../listener';
import {
	FrameGuard,
	type CaughtUp,
	type ConnectOptions,
	type RealtimeConnection,
	type RealtimeMessage,
	type RealtimeSink,
	type RealtimeSource,
} from '../source';
import { PusherApi, readOccupied } from './api';
import type { Authorise } from './authorise';
import { isGuarded } from './channel';
import { CachedEvents, ChannelEvents, type PusherEvent, HeldMessages } from './channelEvents';
import { FULL, PusherClosure, UNKNOWN_APP } from './failure';
import { PusherSession, PUSHER_TIMES, type PusherTimes } from './listenSession';
import { type PusherSettings, socketHeaders, socketUrl, assertApiSettings } from './settings';
import { SubscriptionPace, Subscriptions } from './subscriptions';

/** Asks n8n's egress policy; gives the lookup to connect with. */
type AskEgress = (origin: string) => Promise<LookupFunction | undefined>;

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

	private readonly guard = new FrameGuard();

	private readonly pace = new SubscriptionPace();

	/** Once connected, what the server refuses may be a fault that passes. */
	private connectedBefore = false;

	/** The waits for room at a server that is full, and whether that was told. */
	private readonly full: Backoff;
	private isFull = false;

	constructor(private readonly options: PusherSourceOptions) {
		this.name = `Pusher channels at ${options.settings.socketOrigin}`;
		this.times = { ...PUSHER_TIMES, ...options.times };
		const { fullFirstMs: firstMs, fullLongestMs: longestMs } = this.times;
		this.full = new Backoff(Math.random, { firstMs, longestMs });
	}

	async connect(sink: RealtimeSink, options: ConnectOptions): Promise<RealtimeConnection> {
		const { settings, egress, afterSubscribed } = this.options;
		const { signal } = options;
		const lookup = await egress(settings.socketOrigin);
		const held = new HeldMessages(sink, afterSubscribed !== undefined);
		const events = new ChannelEvents(settings, this.options.toMessage, held);
		const session = await this.open(lookup, signal, events, held);
		const subscriptions = new Subscriptions({
			session,
			channels: this.options.channels,
			subscribe: async (channel) => await this.subscribe(session, events, channel, signal),
			sink,
			times: this.times,
			pace: this.pace,
			connectedBefore: this.connectedBefore,
		});
		const close = () => {
			held.drop();
			subscriptions.stop();
			session.close();
		};
		signal.addEventListener('abort', close, { once: true });
		void session.ended.then(() => signal.removeEventListener('abort', close));
		try {
			await subscriptions.start();
			const rest = subscriptions.finish();
			// What is missed is asked for when all that follows will be heard.
			if (afterSubscribed !== undefined) await rest;
			const caughtUp = (await this.catchUp(session, sink, options)) ?? false;
			held.release();
			this.connectedBefore = true;
			this.isFull = false;
			this.full.reset();
			return {
				ended: session.ended.then((failure) => this.passing(failure, sink)),
				caughtUp,
				close,
			};
		} catch (error) {
			signal.removeEventListener('abort', close);
			close();
			throw this.passing(asFailure(error), sink);
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
		const headers = socketHeaders(settings);
		const redact = redactor([secret]);
		try {
			return await PusherSession.open(
				{ origin, url, headers, lookup, signal, times: this.times, redact, guard: this.guard },
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
			throw this.passing(asFailure(error), sink);
		}
	}

	/**
	 * Once connected, some refusals pass by themselves: a proxy answers 404 for a moment while the
	 * server behind it restarts, and a server is full while everybody comes back at once.
	 */
	private passing(failure: RealtimeFailure, sink: RealtimeSink): RealtimeFailure {
		if (!this.connectedBefore || !failure.permanent) return failure;
		if (failure instanceof HandshakeRefusal) {
			const { message, description, retryAfterMs } = failure;
			return new RealtimeFailure(message, { description, retryAfterMs });
		}
		if (!(failure instanceof PusherClosure) || failure.code !== FULL) return failure;
		if (!this.isFull) {
			this.isFull = true;
			sink.warn(`${failure.message}. Trying again every 10 to 60 seconds`);
		}
		return failure.passing(this.full.next(undefined));
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

/** What a credential can be used for, and why not for the rest. */
type AppUse =
	| { readonly can: 'listen' | 'listen and broadcast' }
	| { readonly can: 'broadcast'; readonly cannotListen: RealtimeFailure };

/**
 * Tries what a credential is for: a connection as a listener, and, where it can broadcast, a signed
 * request that changes nothing. Where listening is refused, broadcasting is tried all the same: many
 * do nothing else.
 *
 * @throws {RealtimeFailure} or {PusherError} without a word of the server: n8n offers those who ask no
 * policy of addresses, so that anything may answer
 */
export async function tryApp(settings: PusherSettings): Promise<AppUse> {
	const { appId, secret, server } = settings;
	const cannotListen = await tryListening(settings);
	const broadcasts = appId !== '' || secret !== '';
	// AnyCable has the requests that send, and no other.
	const isWorthTrying = broadcasts && server !== 'anycable' && mayBroadcast(cannotListen, settings);
	if (cannotListen !== undefined && !isWorthTrying) throw cannotListen;
	if (!broadcasts) return { can: 'listen' };
	try {
		assertApiSettings(settings);
		if (server !== 'anycable') await tryBroadcasting(settings);
	} catch (error) {
		throw cannotListen ?? error;
	}
	return cannotListen === undefined
		? { can: 'listen and broadcast' }
		: { can: 'broadcast', cannotListen };
}

/** A wrong key is wrong whatever it still opens; where nobody answers, nobody answers twice. */
function mayBroadcast(
	cannotListen: RealtimeFailure | undefined,
	{ apiOrigin, socketOrigin }: PusherSettings,
): boolean {
	if (cannotListen instanceof PusherClosure) return cannotListen.code !== UNKNOWN_APP;
	return cannotListen instanceof HandshakeRefusal || apiOrigin !== socketOrigin;
}

/** @returns why it cannot be listened to */
async function tryListening(settings: PusherSettings): Promise<RealtimeFailure | undefined> {
	try {
		const session = await PusherSession.open(
			{
				origin: settings.socketOrigin,
				url: socketUrl(settings),
				headers: socketHeaders(settings),
				lookup: undefined,
				signal: new AbortController().signal,
				times: PUSHER_TIMES,
				redact: hideAll,
				guard: new FrameGuard(),
			},
			{ frame: () => undefined, warn: () => undefined },
		);
		session.close();
		return undefined;
	} catch (error) {
		return asFailure(error);
	}
}

async function tryBroadcasting(settings: PusherSettings): Promise<void> {
	const { connectMs, gatherMs } = PUSHER_TIMES;
	const http = new PooledHttp(settings.apiOrigin, { connections: 1, connectLimitMs: connectMs });
	try {
		const api = new PusherApi(settings, http, { limitMs: connectMs, gatherMs, redact: hideAll });
		await readOccupied(api, 'presence-', []);
	} finally {
		http.close();
	}
}
