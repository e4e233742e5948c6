import { pause } from '../../flow/pause';
import { asFailure, type RealtimeFailure } from '../../net/failure';
import { Backoff } from '../listener';
import type { RealtimeSink } from '../source';
import { PusherClosure } from './failure';
import type { PusherSession, PusherTimes } from './listenSession';
import { ChannelRefusal } from './subscription';

/** What the subscriptions of one connection need. */
interface SubscriptionOptions {
	readonly session: PusherSession;
	readonly channels: readonly string[];
	/** Subscribes to one channel; throws a {@link RealtimeFailure}. */
	readonly subscribe: (channel: string) => Promise<void>;
	readonly sink: RealtimeSink;
	readonly times: PusherTimes;
	readonly pace: SubscriptionPace;
	/** Whether the source was connected before: then one refused channel does not end the others. */
	readonly connectedBefore: boolean;
}

/**
 * Subscribes one connection to its channels, one after the other. Where the server takes no more for
 * now, those that stand are listened to, and the rest follows on the same connection: a new one would
 * have to begin with all of them again.
 */
export class Subscriptions {
	private readonly waiting: string[];

	private readonly refusals: RealtimeFailure[] = [];

	private standing = 0;

	/** Why the rest has to wait; undefined where only the pace says so. */
	private limit: RealtimeFailure | undefined;

	private readonly stopping = new AbortController();

	constructor(private readonly options: SubscriptionOptions) {
		this.waiting = [...options.channels];
		void options.session.ended.then(() => this.stop());
	}

	/**
	 * Subscribes to as many channels as the server takes now.
	 *
	 * @throws {RealtimeFailure} the refusal of a channel, or the end of the connection
	 */
	async start(): Promise<void> {
		const { session, pace, sink, connectedBefore } = this.options;
		try {
			await this.some(connectedBefore);
		} catch (error) {
			const failure = session.isOver ? await session.ended : asFailure(error);
			if (pace.ended(failure, this.standing)) sink.warn(slower(this.standing, pace.atOnce));
			throw failure;
		}
		const [first] = this.refusals;
		if (first !== undefined && this.standing + this.waiting.length === 0) throw first;
		this.tellRefusals();
	}

	/** Subscribes to the rest. Resolves, never rejects, when that is done or the connection over. */
	async finish(): Promise<void> {
		const { session, sink, times } = this.options;
		const { limitedFirstMs: firstMs, limitedLongestMs: longestMs } = times;
		const backoff = new Backoff(Math.random, { firstMs, longestMs });
		if (this.waiting.length === 0) return;
		if (this.limit !== undefined) sink.warn(`${this.limit.message}. ${this.waits()}`);
		while (this.waiting.length > 0) {
			const { signal } = this.stopping;
			await pause(this.limit === undefined ? longestMs : backoff.next(undefined), signal);
			if (signal.aborted) return;
			const before = this.standing;
			try {
				await this.some(true);
			} catch (error) {
				if (session.isOver) return;
				const failure = asFailure(error);
				if (this.limit?.message !== failure.message) {
					sink.warn(`${failure.message}. ${this.waits()}`);
				}
				this.limit = failure;
			}
			if (this.standing > before) backoff.reset();
			const [first] = this.refusals;
			if (first !== undefined && this.standing + this.waiting.length === 0) {
				return session.fail(first);
			}
			this.tellRefusals();
		}
		sink.warn('all channels are subscribed now');
	}

	/** Nothing is sent any more. */
	stop(): void {
		this.stopping.abort();
	}

	/**
	 * Subscribes until all is done, the pace is used up, or the server takes no more.
	 *
	 * @param goesOn whether a channel that is refused for good is only noted
	 */
	private async some(goesOn: boolean): Promise<void> {
		const { session, subscribe, pace } = this.options;
		this.limit = undefined;
		for (let sent = 0; this.waiting.length > 0 && sent < pace.atOnce; sent += 1) {
			const [channel = ''] = this.waiting;
			try {
				await subscribe(channel);
				this.standing += 1;
			} catch (error) {
				const failure = asFailure(error);
				if (failure instanceof ChannelRefusal && failure.isForNow) {
					this.limit = failure;
					return;
				}
				if (!failure.permanent || session.isOver || !goesOn) throw failure;
				this.refusals.push(failure);
			}
			this.waiting.shift();
		}
	}

	private tellRefusals(): void {
		for (const { message } of this.refusals.splice(0)) {
			this.options.sink.warn(
				`${message}. The other channels continue. This one is tried again at the next connection`,
			);
		}
	}

	private waits(): string {
		const { length } = this.waiting;
		return length === 1
			? '1 channel waits until the server accepts more; the others are active'
			: `${length} channels wait until the server accepts more; the others are active`;
	}
}

function slower(confirmed: number, atOnce: number): string {
	return `the server ended the connection twice after ${confirmed} channels without a reason, as Laravel Reverb does with terminate_on_limit: from now on channels are subscribed more slowly, ${atOnce} a minute`;
}

/** Of what a limit lets through, the part that subscriptions take: pings count as well. */
const SHARE = 0.75;

/**
 * How many channels a server lets one connection subscribe at once. Most have no limit; Laravel Reverb
 * can have one that ends the connection without a word (`terminate_on_limit`), which is seen by its
 * ending twice at the same place. Kept over connections.
 */
export class SubscriptionPace {
	/** Channels at once; then the window of the limit has to pass. */
	atOnce = Infinity;

	private endedAfter: number | undefined;

	/**
	 * A connection ended while it subscribed.
	 *
	 * @param confirmed channels that it had subscribed
	 * @returns whether it will go more slowly from now on
	 */
	ended(failure: RealtimeFailure, confirmed: number): boolean {
		if (!(failure instanceof PusherClosure) || !failure.isUnexplained || confirmed === 0) {
			return false;
		}
		const isSame = this.endedAfter === confirmed;
		this.endedAfter = confirmed;
		if (!isSame) return false;
		this.endedAfter = undefined;
		this.atOnce = Math.max(1, Math.floor(Math.min(confirmed, this.atOnce) * SHARE));
		return true;
	}
}
