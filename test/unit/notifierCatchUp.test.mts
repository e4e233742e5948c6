import { describe, expect, test } from 'vitest';
import type { NotifierRecord } from '../../lib/yape/notifierApi.ts';
import { cursorAfter, NotifierCatchUp, type ReadPage } from '../../lib/yape/notifierCatchUp.ts';

const record = (id: number, receivedAt = '2026-01-02T03:00:00+00:00'): NotifierRecord => ({
	id,
	value: { id, received_at: receivedAt },
});

/** A server that gives its records newest first, two on each page. */
function server(records: NotifierRecord[]): { readPage: ReadPage; asked: unknown[] } {
	const asked: unknown[] = [];
	return {
		asked,
		readPage: async (number, since) => {
			asked.push([number, since]);
			const newest = [...records].sort((a, b) => b.id - a.id);
			return {
				records: newest.slice((number - 1) * 2, number * 2),
				lastPage: Math.ceil(records.length / 2),
			};
		},
	};
}

async function run(catchUp: NotifierCatchUp, readPage: ReadPage, cursor?: string) {
	const handed: number[] = [];
	const isAll = await catchUp.run(readPage, cursor, ({ id }) => void handed.push(id));
	return { handed, isAll };
}

describe('NotifierCatchUp', () => {
	test('at the very first connection nothing was missed', async () => {
		const { readPage } = server([record(1), record(2)]);
		expect(await run(new NotifierCatchUp(), readPage)).toEqual({ handed: [], isAll: true });
	});

	test('what came between the first connection and the next is made up for without a cursor', async () => {
		const catchUp = new NotifierCatchUp();
		const records = [record(1), record(2)];
		const { readPage } = server(records);
		await run(catchUp, readPage);
		records.push(record(3), record(4));
		expect(await run(catchUp, readPage)).toEqual({ handed: [3, 4], isAll: true });
	});

	test('after a restart the cursor says where to go on, over all pages, oldest first', async () => {
		const records = Array.from({ length: 7 }, (_, index) => record(index + 1));
		const { readPage, asked } = server(records);
		const cursor = cursorAfter(record(2));
		expect(await run(new NotifierCatchUp(), readPage, cursor)).toEqual({
			handed: [3, 4, 5, 6, 7],
			isAll: true,
		});
		expect(asked[0]).toEqual([1, '2026-01-02T02:50:00.000Z']);
	});

	test('a list without end is cut, and it is said', async () => {
		let next = 0;
		const endless: ReadPage = async () => ({ records: [record((next += 1))], lastPage: 10 ** 9 });
		const { handed, isAll } = await run(new NotifierCatchUp(), endless, '0@');
		expect(isAll).toBe(false);
		expect(handed).toHaveLength(100);
	});

	test('a record without a time still gives a place to go on from', () => {
		expect(cursorAfter({ id: 9, value: {} })).toBe('9@');
	});
});
