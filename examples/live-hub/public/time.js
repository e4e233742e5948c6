// @ts-check
const TIME = new Intl.DateTimeFormat(undefined, {
	hour: '2-digit',
	minute: '2-digit',
	second: '2-digit',
	// Without a word for the half of the day, which would not fit beside it.
	hourCycle: 'h23',
});
// Words of the page's own language, which is that of the sentences they stand in.
const DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
const FULL = new Intl.DateTimeFormat('en', {
	dateStyle: 'full',
	timeStyle: 'long',
	hourCycle: 'h23',
});
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

/** @type {Array<[unit: Intl.RelativeTimeFormatUnit, seconds: number]>} */
const UNITS = [
	['day', 86_400],
	['hour', 3600],
	['minute', 60],
];

/** Local time of day. @param {Date} when */
export function clock(when) {
	return TIME.format(when);
}

/** @param {Date} when */
export function fullTime(when) {
	return FULL.format(when);
}

/** '2 min. ago'; for another day the date too. @param {Date} when @param {Date} now */
export function ago(when, now) {
	const seconds = (when.getTime() - now.getTime()) / 1000;
	if (Math.abs(seconds) < 45) return 'just now';
	if (when.toDateString() !== now.toDateString() && Math.abs(seconds) > 12 * 3600)
		return DAY.format(when);
	const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['minute', 60];
	return RELATIVE.format(Math.round(seconds / size), unit).replace('.', '');
}
