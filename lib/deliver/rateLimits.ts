/** Far more than the subscribers that one n8n delivers to in the same second. */
const MOST_KEYS = 10_000;

interface Taken {
	/** Milliseconds since 1970. */
	at: number;
	/** Milliseconds until the next one, by the rate of then. */
	readonly everyMs: number;
}

/**
 * Spaces the requests of each key evenly, so that no second has more of them than allowed. Kept for
 * the process: two runs at the same time share one limit.
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

/** The limits of this process. */
export const sharedRateLimits = new RateLimits();
