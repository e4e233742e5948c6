import { Circuit } from './circuit';
import type { Lane } from './lane';
import { Queue } from './queue';

/** So many times the limit may be open while slow ones wait for their answers. */
export const OPEN_FACTOR = 10;

/** A request that takes so many times as long as usual is slow. */
const SLOW_FACTOR = 10;

/** Whoever answers in less is not slow. */
const LEAST_SLOW_MS = 250;

/** One host of a run: its subscribers in turn, and how much it takes at a time. */
export class Host {
	/** Subscribers with something to send, in turn. */
	readonly turns = new Queue<Lane>();

	readonly lanes: Lane[] = [];

	readonly circuit: Circuit;

	/** Requests that count against the limit: those that are not slow. */
	active = 0;

	/** All requests under way. */
	open = 0;

	/** Whether it waits for its turn in the run. */
	queued = false;

	private limit: number;

	/** Number of the run's last request when the limit was lowered. */
	private loweredAt = 0;

	constructor(
		readonly origin: string,
		private readonly highest: number,
		threshold: number,
	) {
		this.limit = highest;
		this.circuit = new Circuit(threshold);
	}

	/** Whether a request may go out now. */
	get hasRoom(): boolean {
		const { state } = this.circuit;
		if (state === 'probing') return true;
		if (state !== 'closed') return false;
		return this.active < Math.floor(this.limit) && this.open < this.highest * OPEN_FACTOR;
	}

	/** Milliseconds that answers take, those of the last ones counting most; undefined before the first. */
	private usualMs: number | undefined;

	/**
	 * Milliseconds after which a request to this host counts as slow: earlier where the others are
	 * answered at once.
	 *
	 * @param longestMs where nothing is known
	 */
	slowAfterMs(longestMs: number): number {
		if (this.usualMs === undefined) return longestMs;
		return Math.min(longestMs, Math.max(LEAST_SLOW_MS, this.usualMs * SLOW_FACTOR));
	}

	/** @param durationMs of an answer */
	took(durationMs: number): void {
		this.usualMs = ((this.usualMs ?? durationMs) * 7 + durationMs) / 8;
	}

	/** One more at a time after as many successes as there are at a time now. */
	raise(): void {
		this.limit = Math.min(this.highest, this.limit + 1 / this.limit);
	}

	/**
	 * Half as many at a time, once for all that were under way.
	 *
	 * @param request number of the request that was answered so
	 * @param last number of the run's last request
	 */
	lower(request: number, last: number): void {
		if (request <= this.loweredAt) return;
		this.loweredAt = last;
		this.limit = Math.max(1, this.limit / 2);
	}

	/** Another subscriber first, so that not the same ones are asked whether the host is back. */
	rotate(turns: number): void {
		for (let turn = 0; turn < turns; turn += 1) {
			const lane = this.turns.shift();
			if (lane !== undefined) this.turns.push(lane);
		}
	}
}
