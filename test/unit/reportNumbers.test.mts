import { describe, expect, it, test } from 'vitest';
import { ReportNumbers } from '../../lib/history/report/reportNumbers.ts';
import { html, lineOf } from '../../lib/history/report/safeHtml.ts';
import { TimeLine } from '../../lib/history/report/timeLine.ts';
import { storedEvent } from '../support/sampleReport.mts';

describe('steps of time', () => {
	const steps = (zone: string, ...times: string[]) => {
		const line = new TimeLine(zone);
		for (const time of times) line.add(new Date(time), false);
		return line.steps();
	};

	it('are hours for two days, with those in which nothing came', () => {
		expect(steps('America/Lima', '2026-11-07T12:59:00Z', '2026-11-07T15:00:00Z')).toEqual([
			{ at: '2026-11-07T07:00:00-05:00', total: 1, failures: 0 },
			{ at: '2026-11-07T08:00:00-05:00', total: 0, failures: 0 },
			{ at: '2026-11-07T09:00:00-05:00', total: 0, failures: 0 },
			{ at: '2026-11-07T10:00:00-05:00', total: 1, failures: 0 },
		]);
	});

	it('are each hour once where the clock goes back', () => {
		const found = steps('America/New_York', '2026-11-01T04:30:00Z', '2026-11-01T08:30:00Z');
		expect(found.map(({ at }) => at)).toEqual([
			'2026-11-01T00:00:00-04:00',
			'2026-11-01T01:00:00-04:00',
			'2026-11-01T01:00:00-05:00',
			'2026-11-01T02:00:00-05:00',
			'2026-11-01T03:00:00-05:00',
		]);
	});

	it('are days for three months, and none is left out where a clock is changed', () => {
		const found = steps('America/New_York', '2026-02-01T12:00:00Z', '2026-03-31T12:00:00Z');
		expect(found).toHaveLength(59);
		expect(new Set(found.map(({ at }) => at)).size).toBe(59);
		expect(found.at(-1)).toEqual({ at: '2026-03-31', total: 1, failures: 0 });
	});

	it('are months beyond', () => {
		const found = steps(
			'UTC',
			'2025-11-15T00:00:00Z',
			'2026-02-01T00:00:00Z',
			'2026-02-28T00:00:00Z',
		);
		expect(found).toEqual([
			{ at: '2025-11', total: 1, failures: 0 },
			{ at: '2025-12', total: 0, failures: 0 },
			{ at: '2026-01', total: 0, failures: 0 },
			{ at: '2026-02', total: 2, failures: 0 },
		]);
	});

	it('are only months with events where a clock is wrong by many years', () => {
		const found = steps('UTC', '1999-12-31T00:00:00Z', '2026-02-01T00:00:00Z');
		expect(found.map(({ at }) => at)).toEqual(['1999-12', '2026-02']);
	});

	it('are none without a time', () => {
		expect(steps('UTC', 'no time')).toEqual([]);
	});
});

describe('the numbers of a report', () => {
	it.each([null, '+275760-09-13T00:00:00.000Z', '0001-01-01T00:00:00.000Z'])(
		'count an event of the time %j by no time',
		(time) => {
			const numbers = new ReportNumbers('Asia/Tokyo', 'event');
			numbers.add(storedEvent({}, { time }));
			expect(numbers.report()).toMatchObject({ events: 1, firstAt: null, overTime: [] });
		},
	);

	it('take an end before the start, after a clock was set back, for no time at all', () => {
		const numbers = new ReportNumbers('UTC');
		const startedAt = new Date('2026-11-07T12:00:05Z');
		numbers.add(storedEvent({ startedAt, stoppedAt: new Date('2026-11-07T12:00:00Z') }));
		expect(numbers.report()).toMatchObject({ averageMs: 0 });
	});

	it('count an event that a sender calls like the one that sums up refusals', () => {
		const numbers = new ReportNumbers('UTC');
		const reasons = [{ reason: 'signature_mismatch', count: 7, whatToDo: '' }];
		const dedupekey = '/shop|webhook.refused|1';
		numbers.add(storedEvent({}, { type: 'webhook.refused', dedupekey, data: { reasons } }));
		expect(numbers.report()).toMatchObject({ events: 1, refusedDeliveries: 0, refused: [] });
	});

	it('stay bounded, whatever types and reasons senders make up', () => {
		const numbers = new ReportNumbers('UTC');
		for (let n = 0; n < 3_000; n += 1) numbers.add(storedEvent({}, { type: `made.up.${n}` }));
		const reasons = Array.from({ length: 3_000 }, (_, n) => ({ reason: `r${n}`, count: 1 }));
		const dedupekey = 'webhook.refused|1';
		numbers.add(storedEvent({}, { type: 'webhook.refused', dedupekey, data: { reasons } }));
		const { types, events, refused, refusedDeliveries } = numbers.report();
		expect(events).toBe(3_000);
		expect(types).toHaveLength(1_001);
		expect(types[0]).toMatchObject({ type: '', total: 2_000 });
		expect(refused).toHaveLength(1_001);
		expect(refusedDeliveries).toBe(3_000);
	});

	it('have the slowest ten, the slowest first', () => {
		const numbers = new ReportNumbers('UTC');
		for (let n = 1; n <= 30; n += 1) {
			const at = Date.parse('2026-11-07T12:00:00.000Z');
			const stoppedAt = new Date(at + ((n * 7) % 31) * 1_000);
			numbers.add(storedEvent({ executionId: String(n), startedAt: new Date(at), stoppedAt }));
		}
		const { slowest } = numbers.report();
		expect(slowest.map(({ durationMs }) => durationMs / 1_000)).toEqual([
			30, 29, 28, 27, 26, 25, 24, 23, 22, 21,
		]);
	});
});

describe('HTML', () => {
	test.each(['<', '>', '"', "'", '&'])('escapes %s', (character) => {
		const { text } = html`<p title="${character}">${character}</p>`;
		expect(text.replace(/&(?:lt|gt|quot|#39|amp);/g, '')).toBe('<p title=""></p>');
	});

	it('takes HTML as it is, and lists of it', () => {
		const items = ['a', '<b>'].map((one) => html`<li>${one}</li>`);
		expect(
			html`<ul>
				${items}
			</ul>`.text.replace(/\s/g, ''),
		).toBe('<ul><li>a</li><li>&lt;b&gt;</li></ul>');
	});

	it('cuts long texts between characters, and leaves out what cannot be seen', () => {
		expect(lineOf('😀'.repeat(20), 5)).toBe('😀😀😀😀…');
		expect(lineOf('a\u202Eb\u0000c\n')).toBe('a b c');
	});
});
