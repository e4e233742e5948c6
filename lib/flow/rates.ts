/** Token bucket: so many at once, and so many per second over time. */
export class RateLimit {
	private left: number;

	private refilledAt: number;

	/** @param now milliseconds since 1970, for tests */
	constructor(
		public burst: number,
		public perSecond: number,
		private readonly now: () => number = Date.now,
	) {
		this.left = burst;
		this.refilledAt = now();
	}

	/** Takes one where there is one; false means that the limit is reached. */
	take(): boolean {
		const now = this.now();
		const refill = (Math.max(0, now - this.refilledAt) / 1000) * this.perSecond;
		this.left = Math.min(this.burst, this.left + refill);
		this.refilledAt = now;
		if (this.left < 1) return false;
		this.left -= 1;
		return true;
	}
}

/**
 * At most so many in any span of time, counted exactly: where a provider allows 60 a minute, a
 * token bucket with 60 places would pass nearly 120 in the first one.
 */
export class WindowLimit {
	/** When the ones within the span were taken, the oldest first; never more than the limit. */
	private readonly taken: number[] = [];

	/**
	 * @param limit how many; may be changed at any time
	 * @param spanMs in milliseconds
	 * @param now milliseconds since 1970, for tests
	 */
	constructor(
		public limit: number,
		private readonly spanMs: number,
		private readonly now: () => number = Date.now,
	) {}

	/** Milliseconds until the next one may be taken; 0: now. */
	waitMs(): number {
		this.forgetPast();
		const blocking = this.taken[this.taken.length - this.limit];
		return blocking === undefined ? 0 : Math.max(1, blocking + this.spanMs - this.now());
	}

	/** Takes one where there is one; false means that the limit is reached. */
	take(): boolean {
		if (this.waitMs() > 0) return false;
		this.taken.push(this.now());
		return true;
	}

	private forgetPast(): void {
		const now = this.now();
		// A clock that was set back must not close the gate until it has caught up.
		const isPast = (time: number) => time <= now - this.spanMs || time > now;
		for (let [oldest] = this.taken; oldest !== undefined && isPast(oldest); [oldest] = this.taken) {
			this.taken.shift();
		}
	}
}

/** Lets so many pass in a second, evenly spaced, so that nothing behind it is hit by a burst. */
export class Pace {
	private nextAt = 0;

	/**
	 * @param perSecond 0: no limit
	 * @param pause waits, and ends early where the signal says so
	 * @param now milliseconds, for tests
	 */
	constructor(
		private readonly perSecond: number,
		private readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>,
		private readonly now: () => number = () => performance.now(),
	) {}

	/** Waits until the next one may pass. */
	async next(signal?: AbortSignal): Promise<void> {
		if (this.perSecond <= 0) return;
		const now = this.now();
		const at = Math.max(now, this.nextAt);
		this.nextAt = at + 1_000 / this.perSecond;
		if (at > now) await this.pause(at - now, signal);
	}
}

/** Far more keys than one n8n uses in the same second. */
const MOST_KEYS = 10_000;

interface Taken {
	/** Milliseconds since 1970. */
	at: number;
	/** Milliseconds until the next one, by the rate of then. */
	readonly everyMs: number;
}

/**
 * Spaces the requests of each key evenly, so that no second has more of them than allowed. Its
 * memory is bounded.
 */
export class RateLimits {
	/** The last place of each key. */
	private readonly taken = new Map<string, Taken>();

	/**
	 * Takes a place where there is one. Nobody waits longer than the present rate says: a rate that was
	 * wrong before, or a clock that was set back, holds up nothing.
	 *
	 * @returns milliseconds until there is one; 0: taken
	 */
	take(key: string, perSecond: number, now: number): number {
		const everyMs = 1000 / perSecond;
		const last = this.taken.get(key);
		if (last !== undefined) {
			last.at = Math.min(last.at, now);
			const dueAt = last.at + everyMs;
			if (dueAt > now) return dueAt - now;
		}
		this.taken.delete(key);
		if (this.taken.size >= MOST_KEYS) this.makeRoom(now);
		this.taken.set(key, { at: now, everyMs });
		return 0;
	}

	/** What is due already limits nobody; after that those go that were used the longest ago. */
	private makeRoom(now: number): void {
		for (const [key, { at, everyMs }] of this.taken) {
			if (at + everyMs <= now) this.taken.delete(key);
		}
		// Many at once: each look through all of them takes time.
		const tooMany = this.taken.size - (MOST_KEYS * 9) / 10;
		for (const key of [...this.taken.keys()].slice(0, Math.max(0, tooMany))) this.taken.delete(key);
	}
}
