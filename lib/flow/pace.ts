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
