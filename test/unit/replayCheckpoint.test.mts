import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_PENDING, Progress, readCheckpoint } from '../../lib/replay/checkpoint.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const from = { executionId: 10, at: at(10), pending: [] };
const end = { executionId: 30, at: at(30) };

const take = (progress: Progress, id: number) => progress.taken(id, new Date(at(id)));

describe('what is kept between runs', () => {
	it.each([undefined, null, 7, 'text', {}, { position: 7 }, { position: { executionId: -1 } }])(
		'reads %j as nothing',
		(json) => expect(readCheckpoint(json)).toEqual({}),
	);

	it('reads what it wrote, and drops what cannot be', () => {
		const position = { executionId: 7, at: at(1), pending: [3, 5] };
		expect(readCheckpoint({ position })).toEqual({ position });
		const next = { position, executionId: '9' };
		expect(readCheckpoint({ position, next })).toEqual({ position, next });
		const edited = { ...position, pending: [3, 'x', -1, 5] };
		expect(readCheckpoint({ position: edited })).toEqual({ position });
	});
});

describe('how far a run came', () => {
	it('is the end where all was looked at, however little fitted', () => {
		expect(new Progress(from, end, []).position(true)).toEqual({ ...end, pending: [] });
		const behind = { executionId: 5, at: at(5) };
		expect(new Progress(from, behind, []).position(true)).toEqual(from);
	});

	it('is the last event where it was cut short, without what is under way', () => {
		const progress = new Progress(from, end, []);
		for (const id of [12, 15, 20]) take(progress, id);
		progress.ended(12, true);
		progress.ended(20, true);
		expect(progress.position(false)).toEqual({ executionId: 20, at: at(20), pending: [15] });
	});

	it('stays before an execution of whose events some were left', () => {
		const progress = new Progress(from, end, []);
		for (const id of [12, 14, 14]) {
			take(progress, id);
			progress.ended(id, true);
		}
		progress.stoppedAt(14);
		expect(progress.position(true)).toMatchObject({ executionId: 13, pending: [] });
	});

	it('comes back to what had not ended, or could not be begun', () => {
		const progress = new Progress({ ...from, pending: [4, 6, 8] }, end, [21, 25, 35]);
		take(progress, 4);
		progress.ended(4, true);
		take(progress, 6);
		progress.ended(6, false);
		progress.dropped(8);
		// It ended in the meantime.
		take(progress, 21);
		progress.ended(21, true);
		take(progress, 22);
		progress.ended(22, false);
		expect(progress.position(true)).toEqual({ ...end, pending: [6, 22, 25] });
	});

	it('keeps what was pending and not come to', () => {
		const progress = new Progress({ ...from, pending: [4, 6] }, end, []);
		progress.stoppedAt(4);
		expect(progress.position(true)).toEqual({ ...from, pending: [4, 6] });
	});

	it('stays back rather than forget', () => {
		const open = Array.from({ length: MOST_PENDING + 5 }, (_, n) => 100 + n);
		const far = { executionId: 5_000, at: at(50) };
		const position = new Progress(from, far, open).position(true);
		expect(position.pending).toHaveLength(MOST_PENDING);
		expect(position).toMatchObject({ executionId: 99 + MOST_PENDING, at: from.at });
	});

	it('never passes an event that was not settled', () => {
		const step = fc.record({
			id: fc.integer({ min: 11, max: 30 }),
			settled: fc.boolean(),
			ends: fc.boolean(),
		});
		fc.assert(
			fc.property(fc.array(step), fc.boolean(), (steps, complete) => {
				const progress = new Progress(from, end, []);
				const unsettled = new Set<number>();
				const ordered = [...new Map(steps.map((one) => [one.id, one])).values()];
				for (const { id, settled, ends } of ordered.sort((a, b) => a.id - b.id)) {
					take(progress, id);
					if (ends) progress.ended(id, settled);
					if (!ends || !settled) unsettled.add(id);
				}
				const { executionId, pending } = progress.position(complete);
				for (const id of unsettled) expect(id > executionId || pending.includes(id)).toBe(true);
			}),
		);
	});
});
