import { expect, test } from 'vitest';
import { ExecutionPack, packedRow } from '../../lib/history/memory/executionPack.ts';
import type { StoredEnvelope } from '../../lib/history/storedEvent.ts';

function row(id: number, data: unknown) {
	const event = { id: `e${id}`, data, after: 'data' } as unknown as StoredEnvelope;
	const events = [{ event, workflowName: 'Orders', triggerName: 'Trigger' }];
	return packedRow({ id, identity: `w|success|${id}`, events }, [data]);
}

test('a pack holds no more memory than it counts, and counts what it is', () => {
	const pack = new ExecutionPack([row(2, 'two'), row(1, 'one')]);
	expect(pack.bytes).toBeGreaterThan(50);
	expect(pack.bytes).toBeLessThan(400);
	expect([pack.highest, pack.lowest]).toEqual([2, 1]);
});

test('data are given to those who look at them, in their place', () => {
	const opened = new ExecutionPack([row(3, { deep: [1] }), row(2, null), row(1, undefined)]).open();
	const given = (index: number, needsData: boolean) =>
		JSON.stringify(opened.give(index, () => needsData)?.events[0]?.event);
	expect(given(0, false)).toBe('{"id":"e3","data":null,"after":"data"}');
	expect(given(0, true)).toBe('{"id":"e3","data":{"deep":[1]},"after":"data"}');
	expect(given(1, true)).toBe('{"id":"e2","data":null,"after":"data"}');
	expect(given(2, true)).toBe('{"id":"e1","after":"data"}');
	expect(opened.give(3, () => true)).toBeUndefined();
});
