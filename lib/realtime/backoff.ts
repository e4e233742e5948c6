/** A server that asks for more patience than this gets no more than this. */
const LONGEST_ASKED_MS = 5 * 60_000;

/** A connection that stood for so long was a good one: the next fault starts from the beginning. */
const GOOD_AFTER_MS = 10_000;

/** Waits between attempts, in milliseconds, before chance shortens them. */
export interface BackoffTimes {
	/** The first wait; each further one is twice as long. */
	readonly firstMs: number;
	readonly longestMs: number;
}

const TIMES: BackoffTimes = { firstMs: 1_000, longestMs: 30_000 };

/**
 * How long to wait before the next attempt: 1 s, doubled up to 30 s unless told otherwise, each
 * shortened by chance by up to a half.
 */
export class Backoff {
	private attempts = 0;

	/** @param random 0 to 1, for tests */
	constructor(
		private readonly random: () => number = Math.random,
		private readonly times: BackoffTimes = TIMES,
	) {}

	/** @param durationMs how long the last connection stood, 0 where there was none */
	ended(durationMs: number): void {
		if (durationMs >= GOOD_AFTER_MS) this.reset();
	}

	/** It worked: the next wait is the first one again. */
	reset(): void {
		this.attempts = 0;
	}

	/**
	 * Milliseconds until the next attempt. Jitter, so that a thousand listeners do not come back to a
	 * server that was restarted in the same second.
	 *
	 * @param askedMs what the server asked for; 0: at once, which is granted once
	 */
	next(askedMs: number | undefined): number {
		const attempt = this.attempts;
		this.attempts += 1;
		if (askedMs === 0 && attempt === 0) return 0;
		const { firstMs, longestMs } = this.times;
		const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 10));
		const waitMs = full * (1 - this.random() / 2);
		return Math.max(waitMs, Math.min(askedMs ?? 0, LONGEST_ASKED_MS));
	}
}
