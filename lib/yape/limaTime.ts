import { readTime } from '../event/time';

/** Peru keeps one time the whole year. */
const LIMA = '-05:00';

const CLOCK =
	'([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?(?: ?([ap])\\. ?m\\.?| ?([ap])m)?';

const THEN = '(?: ?[-–|] ?| a las |[T, ]+)';

/** The time of the day may come first. */
const CLOCK_FIRST =
	/^([0-9]{1,2}:[0-9:.]+(?: ?[ap]\.? ?m\.?)?)[ ,–|-]+([0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4})$/i;

/** `28/01/2026 11:19:00`, `28-01-26, 11:19 a. m.`, `2026-01-28 11:19:00`: without a zone. */
const DAY_FIRST = new RegExp(
	`^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})${THEN}${CLOCK}$`,
	'i',
);
const YEAR_FIRST = new RegExp(`^([0-9]{4})[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})${THEN}${CLOCK}$`, 'i');

/** A day alone says nothing on when: two payments of one day would be one. */
const DAY_ALONE = /^[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}$/;

/**
 * Reads a time as forwarders write it: as `readTime` does, and without a zone as Lima's.
 *
 * @returns undefined where it is no time, or only a day
 */
export function readLimaTime(value: string): Date | undefined {
	const text = value.replaceAll(/\s+/g, ' ').trim().replace(CLOCK_FIRST, '$2 $1');
	if (DAY_ALONE.test(text)) return undefined;
	const yearFirst = YEAR_FIRST.exec(text);
	if (yearFirst !== null) {
		const [, year = '', month = '', day = '', ...clock] = yearFirst;
		return inLima(year, month, day, clock);
	}
	const dayFirst = DAY_FIRST.exec(text);
	if (dayFirst === null) return readTime(text);
	const [, first = '', second = '', year = '', ...clock] = dayFirst;
	const full = year.length === 2 ? `20${year}` : year;
	// Only where it cannot be otherwise is the month first.
	return Number(second) > 12
		? inLima(full, first, second, clock)
		: inLima(full, second, first, clock);
}

/** A day and a time of the day that stand in two fields. */
export function readLimaDayAndClock(day: string, clock: string): Date | undefined {
	return DAY_ALONE.test(day.trim()) ? readLimaTime(`${day.trim()} ${clock.trim()}`) : undefined;
}

function inLima(
	year: string,
	month: string,
	day: string,
	[hour = '', minute = '', second = '00', fraction = '', half, shortHalf]: readonly string[],
): Date | undefined {
	const two = (digits: string | number) => String(digits).padStart(2, '0');
	const afternoon = (half ?? shortHalf)?.toLowerCase();
	const hours = afternoon === undefined ? Number(hour) : fullHour(Number(hour), afternoon === 'p');
	const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
	const date = `${year}-${two(month)}-${two(day)}`;
	const at = new Date(`${date}T${two(hours)}:${minute}:${second}.${milliseconds}${LIMA}`);
	if (Number.isNaN(at.getTime())) return undefined;
	// 31/02 would be the third of March.
	const back = new Date(at.getTime() - 5 * 3_600_000).toISOString().slice(0, 10);
	return back === date ? at : undefined;
}

function fullHour(hour: number, isAfternoon: boolean): number {
	if (hour > 12) return hour;
	return (hour % 12) + (isAfternoon ? 12 : 0);
}
