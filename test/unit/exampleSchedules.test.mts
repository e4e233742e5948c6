import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { exampleWorkflow } from '../support/exampleWorkflow.mts';

const SCHEDULE = 'n8n-nodes-base.scheduleTrigger';
const FROM = Date.UTC(2026, 0, 1);
const UNTIL = Date.UTC(2028, 0, 1);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

interface Interval {
	readonly field: string;
	readonly triggerAtHour?: number;
	readonly triggerAtMinute?: number;
}

const files = readdirSync(join(CHECKOUT, 'examples', 'workflows'));

/** Those at a time of day: what runs every few minutes does not mind clocks. */
const daily = files.flatMap((file) => {
	const draft = exampleWorkflow(file);
	return draft.nodes
		.filter(({ type }) => type === SCHEDULE)
		.flatMap(({ parameters }) => (parameters.rule as unknown as { interval: Interval[] }).interval)
		.filter(({ field }) => field !== 'minutes' && field !== 'hours')
		.map((at) => ({ file, at, timezone: draft.settings?.timezone }));
});

/** Minutes of the day that a zone's clock jumps over, or shows twice, as [first, last + 1]. */
function jumpsOf(zone: string): Array<[number, number]> {
	const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
	const offsetAt = (time: number) => {
		const name = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value;
		const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d\d):(\d\d)/.exec(name ?? '') ?? [];
		return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
	};
	const jumps: Array<[number, number]> = [];
	for (let day = FROM; day < UNTIL; day += 7 * DAY) {
		let [before, after] = [day, day + 7 * DAY];
		const [earlier, later] = [offsetAt(before), offsetAt(after)];
		if (earlier === later) continue;
		while (after - before > MINUTE) {
			const middle = before + Math.floor((after - before) / 2 / MINUTE) * MINUTE;
			if (offsetAt(middle) === earlier) before = middle;
			else after = middle;
		}
		const utc = (after % DAY) / MINUTE;
		const clocks = [utc + earlier, utc + later].sort((a, b) => a - b);
		jumps.push([clocks[0] ?? 0, clocks[1] ?? 0]);
	}
	return jumps;
}

describe('the time of day of an example', () => {
	test('is in a time zone that the example names', () => {
		expect(daily.length).toBeGreaterThan(0);
		for (const { timezone } of daily)
			expect(Intl.supportedValuesOf('timeZone')).toContain(timezone);
	});

	test('is skipped and repeated by no time zone of the world', () => {
		const zones = Intl.supportedValuesOf('timeZone');
		const jumps = zones.flatMap((zone) => jumpsOf(zone));
		// Europe, America, Australia …: else nothing was looked at.
		expect(jumps.length).toBeGreaterThan(100);
		for (const { file, at } of daily) {
			const minute = (at.triggerAtHour ?? 0) * 60 + (at.triggerAtMinute ?? 0);
			const hit = jumps.filter(([from, to]) =>
				[-1440, 0, 1440].some((shift) => from <= minute + shift && minute + shift < to),
			);
			expect([file, hit]).toEqual([file, []]);
		}
	});
});
