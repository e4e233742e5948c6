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
