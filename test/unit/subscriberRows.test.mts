import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BadRow, type RegisteredSubscriber } from '../../lib/subscriber/subscriber.ts';
import { COLUMNS, SCHEMA_VERSION } from '../../lib/subscriber/registryTable.ts';
import { healthGroups } from '../../lib/subscriber/heldHealth.ts';
import { listRegistered } from '../../lib/subscriber/registry.ts';
import { readRow, openCell, sealCell, cellsOf, resealed } from '../../lib/subscriber/rows.ts';

const KEYS = { current: 'the key of today', previous: ['the key of yesterday'] };
const NOW = new Date('2026-11-20T12:00:00Z');
const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(64, 8).toString('base64')}`;

const row = (cells: Record<string, unknown> = {}) => ({
	id: 3,
	subscriberId: 'sub_1',
	url: 'https://shop.example/hook',
	events: 'order.paid, order.shipped',
	active: true,
	createdAt: '2026-01-02T03:04:05.000Z',
	updatedAt: '2026-01-03T03:04:05.000Z',
	...cells,
});

function good(cells: Record<string, unknown> = {}): RegisteredSubscriber {
	const stored = readRow(row(cells), KEYS, NOW);
	if (stored instanceof BadRow) throw new Error(stored.message);
	return stored;
}

function bad(cells: Record<string, unknown>): BadRow {
	const stored = readRow(row(cells), KEYS, NOW);
	if (!(stored instanceof BadRow)) throw new Error('The row can be used');
	return stored;
}

describe('a row that a person wrote', () => {
	it('is a subscriber with no more than an address and event types', () => {
		expect(good({ subscriberId: null, active: null })).toEqual({
			rowId: 3,
			id: 'row_3',
			url: 'https://shop.example/hook',
			events: ['order.paid', 'order.shipped'],
			active: true,
			disabledReason: undefined,
			failingSince: undefined,
			rateLimit: undefined,
			filter: undefined,
			headers: {},
			secret: undefined,
			previousSecret: undefined,
			createdAt: new Date('2026-01-02T03:04:05Z'),
			updatedAt: new Date('2026-01-03T03:04:05Z'),
		});
	});

	it.each([
		['subscriberId', ' sub_9 ', 'id', 'sub_9'],
		['url', '  https://Shop.Example/hook#top ', 'url', 'https://shop.example/hook'],
		['events', 'order.paid', 'events', ['order.paid']],
		['events', 'a.b\nc.d\r\n a.b ,, e.*', 'events', ['a.b', 'c.d', 'e.*']],
		['events', 'a.b; c.d', 'events', ['a.b', 'c.d']],
		['events', '["a.b", "c.*"]', 'events', ['a.b', 'c.*']],
		['events', '*', 'events', ['*']],
		['active', 'TRUE', 'active', true],
		['active', 'yes', 'active', true],
		['active', ' Sí ', 'active', true],
		['active', '1', 'active', true],
		['active', '', 'active', true],
		['active', 'no', 'active', false],
		['active', 'Não', 'active', false],
		['active', 0, 'active', false],
		['contentType', ' Application/JSON ', 'contentType', 'application/json'],
		['contentType', '', 'contentType', undefined],
		['rateLimit', '2', 'rateLimit', 2],
		['rateLimit', '0,5', 'rateLimit', 0.5],
		['rateLimit', 0, 'rateLimit', undefined],
		['rateLimit', ' ', 'rateLimit', undefined],
		['headers', '{"X-Shop": 7}', 'headers', { 'X-Shop': '7' }],
		['headers', '', 'headers', {}],
		['filter', '{"data.n": {"gte": 1}}', 'filter', { 'data.n': { gte: 1 } }],
		['filter', '{}', 'filter', undefined],
		['secret', ` ${SECRET} `, 'secret', SECRET],
		['disabledReason', 'gone', 'disabledReason', 'gone'],
		['disabledReason', 'we did not like it', 'disabledReason', undefined],
		['failingSince', '2026-11-01', 'failingSince', new Date('2026-11-01')],
		['failingSince', 'since ever', 'failingSince', undefined],
		['schemaVersion', '', 'id', 'sub_1'],
		['schemaVersion', '0', 'id', 'sub_1'],
		['someNote', 'call Ana first', 'id', 'sub_1'],
	])('%s %j is read', (column, cell, field, expected) => {
		expect(good({ [column]: cell })[field as keyof RegisteredSubscriber]).toEqual(expected);
	});

	it.each([
		['url', null, 'is empty'],
		['url', 'shop.example/hook', 'is not a valid URL'],
		['url', 'ftp://shop.example/hook', 'https://'],
		['url', 'https://ana:s3cret@shop.example/hook', 'user name or password'],
		['url', `https://shop.example/${'x'.repeat(2000)}`, 'the max is 2000'],
		['events', null, 'enter * for all'],
		['events', '["a.b"', 'is not an event type'],
		['events', 'order paid', 'is not an event type'],
		['events', 'x'.repeat(201), 'more than 200 characters'],
		['active', 'perhaps', 'neither true nor false'],
		['contentType', 'text/plain', 'is not one of application/cloudevents+json, application/json'],
		['rateLimit', 'fast', 'not a number'],
		['rateLimit', -1, 'not a number'],
		['headers', '{"X-Shop": ', 'not a JSON object'],
		['headers', '{"X Shop": "1"}', "header 'X Shop'"],
		['headers', '{"X-Shop": "a\\nb"}', "header 'X-Shop'"],
		['headers', '{"Webhook-Signature": "v1,x"}', 'set by each delivery itself'],
		['headers', '{"Host": "inside"}', 'set by each delivery itself'],
		['filter', '{"data.n": {"like": 1}}', 'an unknown comparison'],
		['secret', 'whsec_short', 'not a signing secret'],
		['secret', 'hunter2', 'not a signing secret'],
		['secret', sealCell(SECRET, { current: 'a third key', previous: [] }), 'another key'],
		['secret', 'sealed:v1:AAAA', 'another key'],
		['headers', sealCell('{}', { current: 'a third key', previous: [] }), 'another key'],
		['schemaVersion', SCHEMA_VERSION + 1, 'update the package'],
	])('%s %j is named, not fatal', (column, cell, words) => {
		const { message, ...rest } = bad({ [column]: cell });
		expect(rest).toEqual({ rowId: 3, id: 'sub_1', column, active: cell !== 'no' });
		expect(message).toContain(`Row 3 (subscriber 'sub_1') is not used: '${column}'`);
		expect(message).toContain(words);
		for (const secret of ['s3cret', 'hunter2', 'whsec_short'])
			expect(message).not.toContain(secret);
	});

	it('without an id is named by its row', () => {
		expect(bad({ subscriberId: null, url: '' })).toMatchObject({ id: 'row_3', rowId: 3 });
	});

	it('counts once: of rows with one id the first', () => {
		const rows = [
			row({ id: 1 }),
			row({ id: 2, subscriberId: 'sub_1 ' }),
			row({ id: 4, subscriberId: 'sub_2', url: '' }),
			row({ id: 5, subscriberId: 'sub_2' }),
			row({ id: 6, subscriberId: 'sub_3', active: 'no' }),
			row({ id: 7, subscriberId: 'sub_4', active: false, url: '' }),
		];
		const { subscribers, badRows } = listRegistered(rows, KEYS, NOW, false);
		expect(subscribers.map(({ rowId }) => rowId)).toEqual([1, 6]);
		expect(badRows.map(({ rowId, column }) => [rowId, column])).toEqual([
			[2, 'subscriberId'],
			[4, 'url'],
			[5, 'subscriberId'],
			[7, 'url'],
		]);
		expect(badRows[0]?.message).toContain('the same as in row 1');
		const active = listRegistered(rows, KEYS, NOW, true);
		expect(active.subscribers.map(({ rowId }) => rowId)).toEqual([1]);
		expect(active.badRows.map(({ rowId }) => rowId)).toEqual([2, 4, 5]);
	});
});

describe('what is written', () => {
	const change = {
		url: 'https://shop.example/hook',
		events: ['a.b', 'c.*'],
		active: false,
		disabledReason: 'failing' as const,
		failingSince: new Date('2026-11-01T00:00:00Z'),
		rateLimit: 2.5,
		headers: { Authorization: 'Bearer t0ken' },
		filter: { 'data.n': 1 },
		secret: SECRET,
		previousSecret: { secret: OTHER_SECRET, until: new Date('2026-11-21T00:00:00Z') },
	};

	it('is read back as it was, and holds no secret in clear', () => {
		const cells = cellsOf(change, KEYS);
		expect(good(cells)).toMatchObject(change);
		const text = JSON.stringify(cells);
		for (const secret of [SECRET, OTHER_SECRET, 't0ken']) expect(text).not.toContain(secret);
		expect(cells).toMatchObject({ events: 'a.b, c.*', active: false, schemaVersion: 1 });
		expect(cells.filter).toBe('{"data.n":1}');
		const known = COLUMNS.map(({ name }) => name as string);
		expect(Object.keys(cells).filter((name) => !known.includes(name))).toEqual([]);
	});

	it('empties what is null, and leaves out what is not named', () => {
		expect(cellsOf({}, KEYS)).toEqual({ schemaVersion: 1 });
		const cells = cellsOf(
			{ rateLimit: null, headers: {}, filter: null, previousSecret: null, failingSince: null },
			KEYS,
		);
		expect(cells).toEqual({
			rateLimit: null,
			headers: null,
			filter: null,
			previousSecret: null,
			previousSecretUntil: null,
			failingSince: null,
			schemaVersion: 1,
		});
	});

	it('leaves a previous secret out after its end', () => {
		const ended = { secret: OTHER_SECRET, until: new Date(NOW.getTime() - 1) };
		const cells = cellsOf({ previousSecret: ended }, KEYS);
		expect(good(cells).previousSecret).toBeUndefined();
		// Not even one that cannot be read is in the way then.
		expect(good({ ...cells, previousSecret: 'sealed:v1:AAAA' }).previousSecret).toBeUndefined();
	});

	it('seals what stood there in clear or under a previous key, and nothing else', () => {
		const yesterday = { current: 'the key of yesterday', previous: [] };
		const cells = resealed(
			row({
				secret: SECRET,
				previousSecret: sealCell(OTHER_SECRET, yesterday),
				headers: sealCell('{"a":"b"}', KEYS),
			}),
			KEYS,
		);
		expect(Object.keys(cells)).toEqual(['secret', 'previousSecret']);
		expect(openCell(String(cells.secret), KEYS)).toEqual({ text: SECRET, stale: false });
		expect(openCell(String(cells.previousSecret), KEYS)).toEqual({
			text: OTHER_SECRET,
			stale: false,
		});
		expect(resealed(row({ secret: 'sealed:v1:AAAA', headers: '' }), KEYS)).toEqual({});
	});

	it('is sealed differently each time', () => {
		const secret = `whsec_${randomBytes(32).toString('base64')}`;
		expect(sealCell(secret, KEYS)).not.toBe(sealCell(secret, KEYS));
	});

	it('of many deliveries takes one call for rows that change alike', () => {
		const since = new Date('2026-11-20T11:00:00Z');
		const groups = healthGroups([
			{ subscriber: { rowId: 1 }, failingSince: since },
			{ subscriber: { rowId: 2 }, disable: 'gone' },
			{ subscriber: { rowId: 3 }, failingSince: since },
			{ subscriber: { rowId: 4 }, failingSince: null },
			{ subscriber: { rowId: 5 } },
			{ subscriber: { rowId: 6 }, failingSince: undefined, disable: 'gone' },
		]);
		expect(groups).toEqual([
			{ rowIds: [1, 3], cells: { failingSince: since.toISOString() } },
			{ rowIds: [2, 6], cells: { active: false, disabledReason: 'gone' } },
			{ rowIds: [4], cells: { failingSince: null } },
		]);
	});
});
