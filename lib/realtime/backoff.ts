/** Waits between attempts: 1 s, doubled up to 30 s, each shortened by chance by up to a half. */
const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** A server that asks for more patience than this gets no more than this. */
const LONGEST_ASKED_MS = 5 * 60_000;

/** A connection that stood for so long was a good one: the next fault starts from the beginning. */
const GOOD_AFTER_MS = 10_000;

/** How long to wait before the next attempt. */
export class Backoff {
	private attempts = 0;

	/** @param random 0 to 1, for tests */
	constructor(private readonly random: () => number = Math.random) {}

	/** @param durationMs how long the last connection stood, 0 where there was none */
	ended(durationMs: number): void {
		if (durationMs >= GOOD_AFTER_MS) this.attempts = 0;
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
		const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
		const waitMs = full * (1 - this.random() / 2);
		return Math.max(waitMs, Math.min(askedMs ?? 0, LONGEST_ASKED_MS));
	}
}
