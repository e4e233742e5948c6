import { HttpFault } from './http';

/** An HTTP answer, whatever its status. */
export interface HttpAnswer {
	readonly statusCode: number;
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: unknown;
}

interface RetryOptions {
	/** Waits before the second, third, … attempt, in milliseconds. */
	readonly delaysMs: readonly number[];
	/** `Retry-After` is honoured up to this, in milliseconds. */
	readonly longestDelayMs: number;
	readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Sends a request again while the answer says that it may pass later: 429, any 5xx, or no answer at
 * all. Only for requests that may be repeated (GET, PUT).
 *
 * @returns the first answer that is final, or the last one
 * @throws what `send` throws at the last attempt
 */
export async function sendWithRetry(
	send: () => Promise<HttpAnswer>,
	{ delaysMs, longestDelayMs, sleep }: RetryOptions,
): Promise<HttpAnswer> {
	const last = await untilFinal({
		attempt: async () => (await Promise.allSettled([send()]))[0],
		delaysMs,
		waitAfter: (outcome, delayMs) => {
			const answer = outcome.status === 'fulfilled' ? outcome.value : undefined;
			if (answer !== undefined && !isPassing(answer.statusCode)) return undefined;
			const asked = retryAfterMs(answer?.headers['retry-after']) ?? 0;
			return Math.min(Math.max(delayMs, asked), longestDelayMs);
		},
		sleep,
	});
	if (last.status === 'rejected') throw last.reason;
	return last.value;
}

interface Attempts<T> {
	readonly attempt: () => Promise<T>;
	/** Waits before the second, third, … attempt, in milliseconds. */
	readonly delaysMs: readonly number[];
	/**
	 * Milliseconds to wait after an outcome, undefined where it is final.
	 *
	 * @param delayMs the wait whose turn it is
	 */
	readonly waitAfter: (outcome: T, delayMs: number) => number | undefined;
	readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Attempts something until its outcome is final.
 *
 * @returns that outcome, or the one of the last attempt
 * @throws what `attempt` or `sleep` throws: an error that may pass is an outcome
 */
export async function untilFinal<T>({
	attempt,
	delaysMs,
	waitAfter,
	sleep,
}: Attempts<T>): Promise<T> {
	for (const delayMs of delaysMs) {
		const outcome = await attempt();
		const waitMs = waitAfter(outcome, delayMs);
		if (waitMs === undefined) return outcome;
		await sleep(waitMs);
	}
	return await attempt();
}

/** Whether an answer of this status may be another one later. */
export function isPassing(statusCode: number): boolean {
	return statusCode === 429 || statusCode >= 500;
}

/**
 * Reads `Retry-After`, in seconds or as a date, RFC 9110 section 10.2.3.
 *
 * @returns milliseconds from now, negative for a date in the past; undefined where it says nothing
 */
export function retryAfterMs(value: unknown): number | undefined {
	if (typeof value !== 'string') return undefined;
	if (/^\d+$/.test(value)) return Number(value) * 1000;
	const date = Date.parse(value);
	return Number.isNaN(date) ? undefined : date - Date.now();
}

/** Stops asking a server that did not answer several times in a row: 1,000 items must not wait for it. */
export class UnansweredLimit {
	private inARow = 0;

	private last: unknown;

	/**
	 * @param most calls in a row without an answer, after which no more are made
	 * @param isUnanswered which errors count as that
	 */
	constructor(
		private readonly most: number,
		private readonly isUnanswered: (error: unknown) => boolean = (error) =>
			error instanceof HttpFault,
	) {}

	/** Whether no more calls are made. */
	get isReached(): boolean {
		return this.inARow >= this.most;
	}

	/** @throws the call's own error, or the last one's where no more calls are made */
	async call<T>(send: () => Promise<T>): Promise<T> {
		if (this.isReached) throw this.last;
		const [outcome] = await Promise.allSettled([send()]);
		if (outcome.status === 'fulfilled') {
			this.inARow = 0;
			return outcome.value;
		}
		this.last = outcome.reason;
		this.inARow = this.isUnanswered(this.last) ? this.inARow + 1 : 0;
		throw this.last;
	}
}
