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
