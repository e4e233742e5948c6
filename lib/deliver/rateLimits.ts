/** Far more than the subscribers that one n8n delivers to in the same second. */
const MOST_KEYS = 10_000;

/**
 * Spaces the requests of each key evenly, so that no second has more of them than allowed. Kept for
 * the process: two runs at the same time share one limit.
 */
export class RateLimits {
	/** When the next request of a key is due, in milliseconds since 1970. */
	private readonly dueAt = new Map<string, number>();

	/**
	 * Takes a place where there is one.
	 *
	 * @returns milliseconds until there is one; 0: taken
	 */
	take(key: string, perSecond: number, now: number): number {
		const dueAt = this.dueAt.get(key) ?? now;
		if (dueAt > now) return dueAt - now;
		this.dueAt.delete(key);
		if (this.dueAt.size >= MOST_KEYS) this.makeRoom(now);
		this.dueAt.set(key, now + 1000 / perSecond);
		return 0;
	}

	/** What is due already limits nobody; after that those go that were used the longest ago. */
	private makeRoom(now: number): void {
		for (const [key, dueAt] of this.dueAt) if (dueAt <= now) this.dueAt.delete(key);
		// Many at once: each look through all of them takes time.
		const tooMany = this.dueAt.size - (MOST_KEYS * 9) / 10;
		for (const key of [...this.dueAt.keys()].slice(0, Math.max(0, tooMany))) this.dueAt.delete(key);
	}
}

/** The limits of this process. */
export const sharedRateLimits = new RateLimits();
