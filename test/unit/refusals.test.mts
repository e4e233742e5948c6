import { describe, expect, test } from 'vitest';
import {
	RefusalReports,
	RefusalTally,
	refusalWords,
	type Refusal,
} from '../../lib/receive/refusals.ts';
import { refusedIntervalMs } from '../../nodes/shared/webhook/refusedOption.ts';

const refusal = (more: Partial<Refusal> = {}): Refusal => ({
	reason: 'signature_mismatch',
	whatToDo: 'look at the secret',
	address: '203.0.113.1',
	at: new Date('2026-11-29T12:00:00Z'),
	...more,
});

describe('RefusalTally', () => {
	test('counts by reason and address, the most frequent first, five addresses named', () => {
		const tally = new RefusalTally();
		for (let n = 1; n <= 7; n += 1) tally.refused(refusal({ address: `203.0.113.${n}` }));
		const last = new Date('2026-11-29T12:05:00Z');
		for (let n = 0; n < 8; n += 1) {
			tally.refused(refusal({ reason: 'body_malformed', address: '203.0.113.7', at: last }));
		}
		tally.passedOver('duplicate');
		tally.passedOver('ignored');
		tally.passedOver('ignored');
		const summary = tally.take();
		expect(summary).toMatchObject({
			refused: 15,
			reasons: [
				{ reason: 'body_malformed', count: 8 },
				{ reason: 'signature_mismatch', count: 7, whatToDo: 'look at the secret' },
			],
			firstAt: '2026-11-29T12:00:00.000Z',
			lastAt: '2026-11-29T12:05:00.000Z',
			sourceAddressCount: 7,
			duplicates: 1,
			ignored: 2,
		});
		expect(summary?.sourceAddresses).toHaveLength(5);
		expect(summary?.sourceAddresses[0]).toEqual({ address: '203.0.113.7', count: 9 });
		expect(tally.take()).toBeUndefined();
	});

	test('says nothing where nothing was refused, and then counts what came before', () => {
		const tally = new RefusalTally();
		tally.passedOver('duplicate');
		expect(tally.take()).toBeUndefined();
		tally.refused(refusal());
		expect(tally.take()).toMatchObject({ refused: 1, duplicates: 1 });
	});

	test('holds a thousand addresses at most, and counts every delivery', () => {
		const tally = new RefusalTally();
		for (let n = 0; n < 3_000; n += 1) tally.refused(refusal({ address: `2001:db8::${n}` }));
		expect(tally.take()).toMatchObject({ refused: 3_000, sourceAddressCount: 1_000 });
	});
});

test('RefusalReports gives the first at once, and the rest when the time is over', () => {
	let now = 0;
	const reports = new RefusalReports(() => now);
	reports.refused(refusal());
	expect(reports.take(60_000)).toMatchObject({ refused: 1 });
	reports.refused(refusal());
	reports.refused(refusal());
	now = 59_999;
	expect(reports.take(60_000)).toBeUndefined();
	expect(reports.dueIn(60_000)).toBe(1);
	now = 60_000;
	expect(reports.take(60_000)).toMatchObject({ refused: 2 });
	now = 200_000;
	expect(reports.take(60_000)).toBeUndefined();
	// After a quiet time the first one is told at once again.
	reports.refused(refusal());
	expect(reports.take(60_000)).toMatchObject({ refused: 1 });
});

test('refusalWords says it in one line', () => {
	const tally = new RefusalTally();
	tally.passedOver('duplicate');
	for (let n = 1; n <= 7; n += 1) tally.refused(refusal({ address: `203.0.113.${n}` }));
	const summary = tally.take();
	expect(summary && refusalWords(summary)).toBe(
		'Deliveries are refused: signature_mismatch (7); from 203.0.113.1 (1), 203.0.113.2 (1), 203.0.113.3 (1), 203.0.113.4 (1), 203.0.113.5 (1), 2 more. In addition: duplicates (1), ignored (0). If they are genuine: signature_mismatch: look at the secret.',
	);
});

test('an interval is never longer than a timer can take, which would end at once', () => {
	expect(refusedIntervalMs(60)).toBe(3_600_000);
	expect(refusedIntervalMs(50_000)).toBeLessThan(2 ** 31);
});
