/** Above this a number counts milliseconds, below it seconds (1e12 ms is 2001, 1e12 s is year 33658). */
const FIRST_MILLISECOND_VALUE = 1e12;

/** The largest instant that a Date can hold, ECMAScript 2024 section 21.4.1.1. */
const LAST_INSTANT_MS = 8.64e15;

/**
 * Reads a time as gateways write it: seconds or milliseconds since 1970 as a number or in digits,
 * or an ISO 8601 text.
 *
 * @returns the instant, or undefined where the value is no time
 */
export function readTime(value: unknown): Date | undefined {
	if (typeof value === 'number') return fromNumber(value);
	if (typeof value !== 'string' || value.trim() === '') return undefined;
	const text = value.trim();
	if (/^\d+(\.\d+)?$/.test(text)) return fromNumber(Number(text));
	// Date.parse reads far more than ISO 8601 ("May 3"), and reads it in the local time zone.
	if (!/^\d{4}-\d{2}-\d{2}([T ]|$)/.test(text)) return undefined;
	return fromMilliseconds(Date.parse(text));
}

function fromNumber(value: number): Date | undefined {
	if (value <= 0) return undefined;
	return fromMilliseconds(value >= FIRST_MILLISECOND_VALUE ? value : value * 1000);
}

function fromMilliseconds(value: number): Date | undefined {
	return Number.isFinite(value) && Math.abs(value) <= LAST_INSTANT_MS ? new Date(value) : undefined;
}
