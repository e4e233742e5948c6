/** When a delivery that failed is attempted again. */
export interface RetrySchedule {
	/** Milliseconds before the second, third, … attempt; after the last one it is given up. */
	readonly delaysMs: readonly number[];
	/** Share by which each wait is lengthened or shortened at random: 0.1 is up to 10 %. */
	readonly jitter: number;
	/** `Retry-After` is honoured up to this, in milliseconds. */
	readonly longestAskedMs: number;
}

/** A schedule that cannot be read; the message quotes the part that is wrong. */
export class InvalidScheduleError extends Error {
	override readonly name = 'InvalidScheduleError';
}

/** The schedule that Standard Webhooks 1.0 recommend: ten attempts over three days. */
export const DEFAULT_SCHEDULE = '5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h';

const HOUR_MS = 3_600_000;

const LONGEST_ASKED_MS = 24 * HOUR_MS;

const JITTER = 0.1;

/** More attempts help nobody, and each is an execution. */
const MOST_RETRIES = 100;

const LONGEST_DELAY_MS = 30 * 24 * HOUR_MS;

/**
 * Reads a schedule: waits with a unit (`ms`, `s`, `m`, `h`, `d`; seconds without one), commas or spaces
 * between. An empty one means that nothing is attempted twice.
 *
 * @throws {InvalidScheduleError}
 */
export function parseSchedule(text: string): RetrySchedule {
	const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
	if (parts.length > MOST_RETRIES) {
		throw new InvalidScheduleError(`has ${parts.length} waits, but the max is ${MOST_RETRIES}`);
	}
	return { delaysMs: parts.map(readDelay), jitter: JITTER, longestAskedMs: LONGEST_ASKED_MS };
}

/**
 * When the next attempt is due: never earlier than the receiver asked for (up to the longest that is
 * honoured), and never all of them in the same second.
 *
 * @param attempts how many were made, at least 1
 * @param askedMs what `Retry-After` asked for
 * @param random 0 to 1
 * @returns milliseconds from now; undefined where the schedule has ended
 */
export function nextDelayMs(
	{ delaysMs, jitter, longestAskedMs }: RetrySchedule,
	attempts: number,
	askedMs: number | undefined,
	random: () => number,
): number | undefined {
	const delayMs = delaysMs[attempts - 1];
	if (delayMs === undefined) return undefined;
	const jittered = delayMs * (1 + jitter * (2 * random() - 1));
	// Many are asked to come back after the same time, so only longer.
	const asked = Math.min(Math.max(askedMs ?? 0, 0), longestAskedMs) * (1 + jitter * random());
	return Math.round(Math.max(jittered, asked));
}

function readDelay(part: string): number {
	const delayMs = readDuration(part);
	if (delayMs === undefined) {
		throw new InvalidScheduleError(`"${part}" is not a wait such as 30s, 5m or 2h`);
	}
	if (delayMs > LONGEST_DELAY_MS) throw new InvalidScheduleError(`"${part}" is more than 30 days`);
	return delayMs;
}

const UNITS_MS: Readonly<Record<string, number>> = {
	ms: 1,
	s: 1_000,
	m: 60_000,
	h: 3_600_000,
	d: 86_400_000,
};

/**
 * Reads a duration such as `5s`, `1.5h` or `300` (seconds).
 *
 * @returns milliseconds; undefined where it is none
 */
function readDuration(text: string): number | undefined {
	const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/i.exec(text.trim());
	if (match === null) return undefined;
	const [, amount, unit = 's'] = match;
	return Math.round(Number(amount) * (UNITS_MS[unit.toLowerCase()] ?? 0));
}
