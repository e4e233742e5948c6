import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 50;
/** Asking is work for whoever is asked, and takes it from what is waited for. */
const LONGEST_PAUSE_MS = 250;

/** What takes long to be answered is work most of all: a pause is so many times as long, up to a limit. */
const PAUSE_AN_ANSWER = 3;
const LONGEST_PAUSE_AN_ANSWER_MS = 2_000;

/**
 * Asks again and again, at growing intervals, until there is an answer: for what tells nobody when
 * it happens.
 *
 * @param what the state that is waited for, for the error
 * @throws when there is none within the time
 */
export async function until<T>(
	what: string,
	timeoutMs: number,
	probe: () => Promise<T | undefined>,
): Promise<T> {
	const deadline = Date.now() + timeoutMs;
	for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.25, LONGEST_PAUSE_MS)) {
		const askedAt = performance.now();
		const found = await probe();
		if (found !== undefined) return found;
		if (Date.now() > deadline) throw new Error(`Not after ${timeoutMs / 1000} s: ${what}`);
		const answerMs = PAUSE_AN_ANSWER * (performance.now() - askedAt);
		await sleep(Math.max(pause, Math.min(answerMs, LONGEST_PAUSE_AN_ANSWER_MS)));
	}
}
