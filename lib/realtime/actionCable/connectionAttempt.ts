import { randomUUID, createHash } from 'node:crypto';
import { boundNesting } from '../../event/envelope';
import { RealtimeFailure } from '../../net/failure';
import { receivedMessage } from '../receivedMessage';
import type { RealtimeConnection, RealtimeSink, RealtimeMessage } from '../source';
import type { CableChannel } from './channels';
import { rejected } from './failure';
import type { CableFrame, ServerClock } from './frame';
import type { CableHandlers, CableLink } from './link';
import type { StreamPositions } from './positions';
import { Subscribing, type Subscribed } from './subscribing';

/** Messages that may wait for the confirmation of all channels. */
const MAX_EARLY = 10_000;

/** Where the history begins that is asked for, on a server that keeps one. */
export interface HistoryStart {
	readonly positions: StreamPositions;
	/** False for a listener that has missed nothing. */
	readonly wanted: boolean;
}

/** What a connection belongs to. */
interface AttemptOptions {
	/** `host[:port]` */
	readonly host: string;
	/** Dotted path of the identity in payloads, empty for none. */
	readonly eventIdField: string;
	readonly clock: ServerClock;
	readonly sink: RealtimeSink;
}

/** A message, and what was so when it came. */
interface Arrived {
	readonly frame: CableFrame;
	readonly channel: CableChannel;
	readonly at: Date;
	readonly replaying: boolean;
}

/** One connection: its subscriptions, and its messages in order, from the first to the last. */
export class CableAttempt implements CableHandlers {
	private readonly channels: Map<string, CableChannel>;

	/** Undefined once messages are handed over as they come. */
	private early: Arrived[] | undefined = [];

	private link: CableLink | undefined;

	private positions: StreamPositions | undefined;

	private subscribing: Subscribing | undefined;

	private id: string = randomUUID();

	private sequence = 0;

	private isClosed = false;

	private readonly ending = new AbortController();

	private readonly endedBy: Promise<RealtimeFailure>;

	private failure: RealtimeFailure | undefined;

	constructor(
		channels: readonly CableChannel[],
		private readonly about: AttemptOptions,
	) {
		this.channels = new Map(channels.map((channel) => [channel.identifier, channel]));
		this.endedBy = new Promise((resolve) => {
			this.ending.signal.addEventListener('abort', () => {
				if (this.failure !== undefined) resolve(this.failure);
			});
		});
	}

	/**
	 * Subscribes to all channels.
	 *
	 * @throws {RealtimeFailure} where the connection ended meanwhile
	 */
	async subscribe(
		link: CableLink,
		history: HistoryStart | undefined,
		limits: { readonly limitMs: number; readonly signal: AbortSignal },
	): Promise<Subscribed> {
		this.link = link;
		this.id = link.sid ?? this.id;
		this.positions = history?.positions;
		const request = history?.wanted === true ? history.positions.request : undefined;
		const { ending, channels } = this;
		this.subscribing = new Subscribing(link, [...channels.values()], request);
		const signal = AbortSignal.any([limits.signal, ending.signal]);
		const outcome = await this.subscribing.run(limits.limitMs, signal);
		if (this.failure !== undefined) throw this.failure;
		if (limits.signal.aborted) throw new RealtimeFailure('Listening was stopped');
		return outcome;
	}

	/** Hands over what came so far, and from now on what comes. */
	start({ caughtUp, rejected: lost }: Subscribed): RealtimeConnection {
		for (const { identifier } of lost) this.channels.delete(identifier);
		const { early = [] } = this;
		this.early = undefined;
		for (const arrived of early) this.handOver(arrived);
		return { ended: this.endedBy, caughtUp, close: () => this.close() };
	}

	close(): void {
		this.isClosed = true;
		this.link?.close();
	}

	frame(frame: CableFrame): void {
		if (this.isClosed) return;
		const replaying = this.subscribing?.isReplaying ?? false;
		if (this.subscribing?.take(frame) === true) {
			if (frame.type === 'reject_subscription') this.dropLater(frame.identifier);
			return;
		}
		const channel = this.channels.get(frame.identifier ?? '');
		if (channel === undefined || frame.message === undefined) return;
		const arrived = { frame, channel, at: new Date(), replaying };
		if (this.early === undefined) return this.handOver(arrived);
		this.early.push(arrived);
		if (this.early.length <= MAX_EARLY) return;
		this.close();
		this.ended(
			new RealtimeFailure(
				`${this.about.host} sent more than ${MAX_EARLY} messages before it confirmed all subscriptions`,
			),
		);
	}

	ended(failure: RealtimeFailure): void {
		this.failure ??= failure;
		this.ending.abort();
	}

	private handOver({ frame, channel, at, replaying }: Arrived): void {
		const { positions } = this;
		const { host, eventIdField, clock, sink } = this.about;
		this.sequence += 1;
		const known = positions !== undefined && frame.position !== undefined;
		const place = known ? positions.note(frame.position, { clock, replaying }) : undefined;
		const message = readMessage(frame, {
			host,
			channel,
			fallbackId: `${this.id}/${this.sequence}`,
			...(known ? { place, cursor: positions.cursor } : {}),
			eventIdField,
			receivedAt: at,
		});
		sink.message(message);
	}

	/** A server may also take a subscription back. */
	private dropLater(identifier = ''): void {
		const channel = this.channels.get(identifier);
		if (this.early !== undefined || channel === undefined) return;
		this.channels.delete(identifier);
		const failure = rejected([channel], this.about.host, true);
		if (this.channels.size > 0) {
			this.about.sink.warn(`${failure.message}. ${failure.description ?? ''}`);
			return;
		}
		this.close();
		this.ended(failure);
	}
}

/** What is known about a message besides its frame. */
interface MessageContext {
	/** `host[:port]` */
	readonly host: string;
	readonly channel: CableChannel;
	/** Identity of a message to which the server gives none. */
	readonly fallbackId: string;
	/** What identifies its place in AnyCable's history, where it has one. */
	readonly place?: string;
	readonly cursor?: string;
	/** Dotted path of the identity in the payload, empty for none. */
	readonly eventIdField: string;
	readonly receivedAt: Date;
}

/** The event of a message that has no name of its own. */
const UNNAMED = 'message';

/**
 * The event of a frame with a `message`. `data` is `{event, channel, params, payload}`: for a message
 * `{event, payload}`, its two fields; for any other, `event` is `message.event` where that is a text,
 * else `message` (`presence.<type>` for AnyCable's presence), and `payload` is the whole message.
 */
export function readMessage(frame: CableFrame, context: MessageContext): RealtimeMessage {
	const { host, channel, place, fallbackId, eventIdField, receivedAt, cursor } = context;
	const { event, payload } = readContent(frame);
	return receivedMessage({
		source: `/actioncable/${host}/${encodeURIComponent(channel.name)}`,
		type: `actioncable.${event}`,
		subject: channel.identifier,
		data: { event, channel: channel.name, params: channel.params, payload },
		raw: frame.raw,
		payload,
		// The content too: should a server number its messages anew, none is taken for another.
		...(place === undefined ? {} : { serverId: `${place}/${fingerprint(frame.message)}` }),
		fallbackId,
		eventIdField,
		receivedAt,
		...(cursor === undefined ? {} : { cursor }),
	});
}

function readContent({ type, message }: CableFrame): { event: string; payload: unknown } {
	const fields = typeof message === 'object' && message !== null ? message : {};
	if (type === 'presence') {
		const kind: unknown = Reflect.get(fields, 'type');
		return { event: `presence.${typeof kind === 'string' ? kind : UNNAMED}`, payload: message };
	}
	const event: unknown = Reflect.get(fields, 'event');
	if (typeof event !== 'string' || event === '') return { event: UNNAMED, payload: message };
	return { event, payload: 'payload' in fields ? fields.payload : message };
}

function fingerprint(message: unknown): string {
	// No deeper than an event keeps: writing what is nested without end exhausts the stack.
	const text = JSON.stringify(boundNesting(message)) ?? '';
	return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
