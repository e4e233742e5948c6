/** Waits within a run: 0.5, 1, 2, … seconds. */
const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Up to a fifth shorter or longer, so that failures at the same time do not come back together. */
const JITTER = 0.2;

/**
 * How long to wait before a delivery is tried again in the same run.
 *
 * @param failures so far, at least 1
 * @param random 0 to 1
 * @param askedMs what `Retry-After` asked for
 */
export function retryWaitMs(failures: number, random: () => number, askedMs = 0): number {
	const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
	return Math.max(full * (1 + JITTER * (2 * random() - 1)), askedMs);
}
