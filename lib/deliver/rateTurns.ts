import { RateLimits } from '../flow/rates';
import type { SharedLimits } from './delivery';
import type { Lane } from './host';

/** Of this process: two runs at the same time share one limit. */
const rateLimits = new RateLimits();

/** Other processes get theirs between places of so many milliseconds; and Redis is asked twice a second at most. */
const TAKEN_AT_ONCE_MS = 500;

/** Where the other processes cannot be asked: for so long by this one's own limit, in milliseconds. */
const ALONE_MS = 1_000;

interface RateTurnsOptions {
	/** Undefined: this process is the only one. */
	readonly shared: SharedLimits | undefined;
	readonly now: () => number;
	/** When the run ends at last for what waits, in milliseconds since 1970. */
	readonly endsAt: number;
	/**
	 * The other processes have answered: the subscriber is to be served again; or, where `waitMs` is given,
	 * there is no place before the run's end.
	 */
	onAnswer(lane: Lane, perSecond: number, waitMs: number | undefined): void;
}

/**
 * When a subscriber with a rate limit gets its next request. Several processes take places for half a second
 * from each other, so that nobody is asked for each request; within those, each spaces its own.
 */
export class RateTurns {
	private readonly asking = new Set<Lane>();

	constructor(private readonly options: RateTurnsOptions) {}

	/**
	 * Takes a turn where there is one.
	 *
	 * @returns milliseconds until there is one, 0: taken; undefined while the other processes are asked
	 */
	take(lane: Lane, perSecond: number, at: number): number | undefined {
		const { shared } = this.options;
		if (shared === undefined) return rateLimits.take(lane.key, perSecond, at);
		const { block } = lane;
		if (block === undefined || block.left < 1 || at >= block.until) {
			if (!this.asking.has(lane)) void this.ask(lane, perSecond, shared);
			return undefined;
		}
		if (at < block.from) return block.from - at;
		const waitMs = rateLimits.take(lane.key, perSecond, at);
		if (waitMs === 0) block.left -= 1;
		return waitMs;
	}

	private async ask(lane: Lane, perSecond: number, shared: SharedLimits): Promise<void> {
		this.asking.add(lane);
		const { now, endsAt, onAnswer } = this.options;
		const most = Math.min(
			lane.waiting,
			Math.max(1, Math.round(perSecond * (TAKEN_AT_ONCE_MS / 1_000))),
		);
		const withinMs = Math.max(0, endsAt - now());
		const places = await shared.takePlaces(lane.key, { perSecond, most, withinMs });
		this.asking.delete(lane);
		const at = now();
		if (places === undefined) {
			lane.block = { from: at, until: at + ALONE_MS, left: Infinity };
		} else {
			const from = at + places.waitMs;
			const until = from + (places.count * 1_000) / perSecond;
			lane.block = { from, until, left: places.count };
		}
		onAnswer(lane, perSecond, places?.count === 0 ? places.waitMs : undefined);
	}
}
