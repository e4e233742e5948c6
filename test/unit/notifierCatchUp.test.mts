import { describe, expect, test } from 'vitest';
import { readTokens, TokenRefusal, type NotifierRecord } from '../../lib/yape/notifierApi.ts';
import {
	cursorAfter,
	NotifierCatchUp,
	type ReadPage,
	partlyCaughtUp,
} from '../../lib/yape/notifierCatchUp.ts';

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
	const user = { readUser: async () => '3', readPage };
	const made = await catchUp.run([user], cursor, ({ id }) => void handed.push(id));
	expect(made).toMatchObject({ users: ['3'], refused: [], notifications: handed.length });
	return { handed, isToTheEnd: made.isToTheEnd };
}

describe('NotifierCatchUp', () => {
	test('at the very first connection nothing was missed', async () => {
		const { readPage } = server([record(1), record(2)]);
		expect(await run(new NotifierCatchUp(), readPage)).toEqual({ handed: [], isToTheEnd: true });
	});

	test('what came between the first connection and the next is made up for without a cursor', async () => {
		const catchUp = new NotifierCatchUp();
		const records = [record(1), record(2)];
		const { readPage } = server(records);
		await run(catchUp, readPage);
		records.push(record(3), record(4));
		expect(await run(catchUp, readPage)).toEqual({ handed: [3, 4], isToTheEnd: true });
	});

	test('after a restart the cursor says where to go on, over all pages, oldest first', async () => {
		const records = Array.from({ length: 7 }, (_, index) => record(index + 1));
		const { readPage, asked } = server(records);
		const cursor = cursorAfter(record(2));
		expect(await run(new NotifierCatchUp(), readPage, cursor)).toEqual({
			handed: [3, 4, 5, 6, 7],
			isToTheEnd: true,
		});
		expect(asked[0]).toEqual([1, '2026-01-02T02:50:00.000Z']);
	});

	test('a list without end is cut, and it is said', async () => {
		let next = 0;
		const endless: ReadPage = async () => ({ records: [record((next += 1))], lastPage: 10 ** 9 });
		const { handed, isToTheEnd } = await run(new NotifierCatchUp(), endless, '0@');
		expect(isToTheEnd).toBe(false);
		expect(handed).toHaveLength(100);
	});

	test('one record that two tokens show is handed over once, and all in the order of ids', async () => {
		const handed: number[] = [];
		const users = [[5, 2], [4, 2], [3]].map((ids) => ({
			readUser: async () => undefined,
			readPage: server(ids.map((id) => record(id))).readPage,
		}));
		await new NotifierCatchUp().run(users, '1@', ({ id }) => void handed.push(id));
		expect(handed).toEqual([2, 3, 4, 5]);
	});

	test('where all tokens are refused the first refusal is thrown', async () => {
		const refused = (message: string) => async () =>
			await Promise.reject(new TokenRefusal(message));
		const users = ['a', 'b'].map((name) => ({
			readUser: refused(name),
			readPage: refused(name),
		}));
		await expect(new NotifierCatchUp().run(users, '1@', () => {})).rejects.toThrow('a');
	});

	test('a user that the server does not tell is known by its records', async () => {
		const value = { id: 2, user_id: 7 };
		const user = {
			readUser: async () => undefined,
			readPage: async () => ({ records: [{ id: 2, value }], lastPage: 1 }),
		};
		const made = await new NotifierCatchUp().run([user], '1@', () => {});
		expect(partlyCaughtUp(made, new Set(['7', '12', '9']), 1)).toMatchObject({
			details: { madeUpFor: { notifications: 1, users: ['7'] }, usersMissing: ['9', '12'] },
		});
	});

	test('a record without a time still gives a place to go on from', () => {
		expect(cursorAfter({ id: 9, value: {} })).toBe('9@');
	});
});

test.each([
	['17|abc', ['17|abc']],
	[' 17|abc , 18|def,\n19|ghi\r\n17|abc,', ['17|abc', '18|def', '19|ghi']],
	[' , ', []],
])('the field %j holds the tokens %j', (field, tokens) => {
	expect(readTokens(field)).toEqual(tokens);
});
