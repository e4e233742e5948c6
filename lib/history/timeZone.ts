const MINUTE_MS = 60_000;

/** No zone changes its clock more often within an hour than every quarter. */
const QUARTER_MS = 15 * MINUTE_MS;

/** A hundred days of quarters. */
const MOST_OFFSETS = 10_000;

/** With an offset or `Z`, or without: `2026-11-07`, `2026-11-07T12:00`, `2026-11-07 12:00:00.5`. */
const ISO =
	/^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Reads a time that a user gave: an ISO 8601 text, milliseconds since 1970, or an object that has one
 * (a Date, Luxon's DateTime).
 *
 * @param timeZone IANA name of the zone in which a text without an offset is meant
 * @returns undefined where the value is no time
 */
export function readInstant(value: unknown, timeZone: string): Date | undefined {
	if (typeof value === 'number') return valid(new Date(value));
	if (typeof value !== 'string')
		return isClock(value) ? valid(new Date(value.valueOf())) : undefined;
	const [, day, clock = '00:00', offset] = ISO.exec(value.trim()) ?? [];
	if (day === undefined) return undefined;
	if (offset !== undefined) {
		return valid(new Date(`${day}T${clock}${offset.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`));
	}
	const asUtc = valid(new Date(`${day}T${clock}Z`));
	if (asUtc === undefined) return undefined;
	// The offset at the instant itself: the first guess may lie beyond a change of the clock.
	const guess = asUtc.getTime() - offsetMs(asUtc.getTime(), timeZone);
	return new Date(asUtc.getTime() - offsetMs(guess, timeZone));
}

/** The day in a time zone, `2026-11-07`. */
export function dayOf(instant: Date, timeZone: string): string {
	return local(instant, timeZone).slice(0, 10);
}

/** The hour in a time zone with its offset, `2026-11-07T12:00:00-05:00`. */
export function hourOf(instant: Date, timeZone: string): string {
	const minutes = offsetMs(instant.getTime(), timeZone) / MINUTE_MS;
	const sign = minutes < 0 ? '-' : '+';
	const two = (value: number) => String(Math.trunc(value)).padStart(2, '0');
	const offset = `${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
	return `${local(instant, timeZone).slice(0, 13)}:00:00${sign}${offset}`;
}

function local(instant: Date, timeZone: string): string {
	return new Date(instant.getTime() + offsetMs(instant.getTime(), timeZone)).toISOString();
}

const offsets = new Map<string, number>();

const formats = new Map<string, Intl.DateTimeFormat>();

/** By how much clocks in the zone are ahead of UTC. */
function offsetMs(instant: number, timeZone: string): number {
	const quarter = Math.floor(instant / QUARTER_MS) * QUARTER_MS;
	const key = `${timeZone} ${quarter}`;
	const known = offsets.get(key);
	if (known !== undefined) return known;
	const shown = new Map(
		formatOf(timeZone)
			.formatToParts(quarter)
			.map(({ type, value }) => [type, Number(value)]),
	);
	const part = (type: Intl.DateTimeFormatPartTypes) => shown.get(type) ?? 0;
	const asUtc = Date.UTC(
		part('year'),
		part('month') - 1,
		part('day'),
		part('hour'),
		part('minute'),
		part('second'),
	);
	if (offsets.size >= MOST_OFFSETS) offsets.clear();
	offsets.set(key, asUtc - quarter);
	return asUtc - quarter;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
	const known = formats.get(timeZone);
	if (known !== undefined) return known;
	const format = new Intl.DateTimeFormat('en-US', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	});
	formats.set(timeZone, format);
	return format;
}

function isClock(value: unknown): value is { valueOf(): number } {
	return typeof value === 'object' && value !== null && typeof value.valueOf() === 'number';
}

function valid(date: Date): Date | undefined {
	return Number.isNaN(date.getTime()) ? undefined : date;
}
