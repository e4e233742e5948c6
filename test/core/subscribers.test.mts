import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { PooledHttp } from '../../lib/net/http.ts';
import { N8nApi } from '../../lib/history/store/n8nApi.ts';
import { COLUMNS } from '../../lib/subscriber/registryTable.ts';
import { openRegistry } from '../../lib/subscriber/registry.ts';
import { openCell, sealCell } from '../../lib/subscriber/rows.ts';
import { WebhookSubscription } from '../../nodes/Subscription/WebhookSubscription.node.ts';
import { DataTablesStandIn, TABLE_SCOPES } from '../support/dataTables.mts';
import { runAction, type ActionInput, type ActionOutcome } from '../support/runAction.mts';
import { WebhookReceiver } from '../support/webhookReceiver.mts';

const API_KEY = 'n8n-api-key-0123456789';
const KEYS = { current: 'encryption-s3cret-of-the-credential', previous: [] };
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const TABLE = 'webhook_subscribers';
/** A public address: nobody is asked for it, and nothing is sent there. */
const URL_A = 'https://1.1.1.1/hook-a';
const URL_B = 'https://1.1.1.1/hook-b';

let standIn: DataTablesStandIn;
let baseUrl: string;

beforeEach(async () => {
	standIn = new DataTablesStandIn();
	standIn.scopes.set(API_KEY, TABLE_SCOPES);
	baseUrl = await standIn.start();
});
afterEach(async () => await standIn.stop());

interface Setup {
	readonly items?: object[];
	readonly apiKey?: string;
	readonly encryptionSecret?: string;
	readonly previousEncryptionSecret?: string;
	readonly onError?: ActionInput['onError'];
}

async function run(
	operation: string,
	parameters: object,
	setup: Setup = {},
): Promise<ActionOutcome> {
	const { items = [{}], apiKey = API_KEY, encryptionSecret = KEYS.current, onError } = setup;
	return await runAction(new WebhookSubscription(), {
		items: items.map((json) => ({ json }) as INodeExecutionData),
		parameters: { resource: 'subscriber', operation, ...parameters },
		credentials: {
			realtimeWebhooksN8nEventStoreApi: {
				baseUrl,
				apiKey,
				encryptionSecret,
				previousEncryptionSecret: setup.previousEncryptionSecret ?? '',
			},
		},
		onError,
	});
}

const jsonOf = ({ outputs, error }: ActionOutcome): IDataObject[] => {
	if (error !== undefined) throw new Error(`${error.message} | ${error.description}`);
	return (outputs[0] ?? []).map(({ json }) => json);
};

/** Runs an operation that gives one item. */
async function one(operation: string, parameters: object, setup: Setup = {}): Promise<IDataObject> {
	const [json] = jsonOf(await run(operation, parameters, setup));
	if (json === undefined) throw new Error('There is no item');
	return json;
}

const create = async (more: object = {}, setup: Setup = {}) =>
	await one('create', { url: URL_A, events: 'order.*', additionalFields: {}, ...more }, setup);

const rows = () => standIn.table(TABLE).rows;
const secretOf = (row: Record<string, unknown> | undefined, column = 'secret') =>
	openCell(String(row?.[column]), KEYS)?.text;

describe('a subscriber from its creation to its end', () => {
	test('the table comes into being with the first one, and a secret that is shown once', async () => {
		const created = await create({
			events: 'order.*, yape.payment.received',
			additionalFields: {
				filter: '{"data.status": "paid"}',
				headers: { header: [{ name: 'Authorization', value: 'Bearer t0ken' }] },
				rateLimit: 2,
			},
		});
		expect(created).toEqual({
			rowId: 1,
			id: expect.stringMatching(/^sub_[0-9a-f]{32}$/),
			url: URL_A,
			events: ['order.*', 'yape.payment.received'],
			active: true,
			disabledReason: null,
			failingSince: null,
			rateLimit: 2,
			filter: { 'data.status': 'paid' },
			headerNames: ['Authorization'],
			hasSecret: true,
			previousSecretUntil: null,
			createdAt: expect.any(String),
			updatedAt: expect.any(String),
			secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
		});
		const { columns } = standIn.table(TABLE);
		expect(columns).toEqual(COLUMNS.map((column) => ({ ...column })));
		const [row] = rows();
		expect(row).toMatchObject({ events: 'order.*, yape.payment.received', schemaVersion: 1 });
		expect(JSON.stringify(row)).not.toMatch(/whsec_|t0ken/);
		expect(secretOf(row)).toBe(created.secret);

		const { secret: _shown, ...rest } = created;
		expect(await one('get', { subscriberId: created.id })).toEqual(rest);
		const listed = await run('getAll', { returnAll: true });
		expect(jsonOf(listed)).toEqual([rest]);
		expect(listed.stored).not.toMatch(/whsec_|t0ken|sealed:v1/);
	});

	test('pause, resume, update, rotate, delete', async () => {
		const { id } = await create();
		const by = { subscriberId: id };
		expect(await one('pause', by)).toMatchObject({ id, active: false });
		Object.assign(rows()[0] ?? {}, {
			disabledReason: 'gone',
			failingSince: '2026-11-01T00:00:00.000Z',
		});
		expect(await one('get', by)).toMatchObject({ active: false, disabledReason: 'gone' });
		expect(await one('resume', by)).toMatchObject({
			active: true,
			disabledReason: null,
			failingSince: null,
		});
		const updateFields = { url: `${URL_B}#top`, events: '*', rateLimit: 3, filter: '{"id": "7"}' };
		expect(await one('update', { ...by, updateFields })).toMatchObject({
			url: URL_B,
			events: ['*'],
			rateLimit: 3,
			filter: { id: '7' },
			hasSecret: true,
		});
		const emptied = { rateLimit: 0, filter: '{}', headers: {} };
		expect(await one('update', { ...by, updateFields: emptied })).toMatchObject({
			url: URL_B,
			rateLimit: null,
			filter: null,
		});
		const json = { contentType: 'application/json' };
		expect(await one('update', { ...by, updateFields: json })).toMatchObject(json);
		expect(rows()[0]).toMatchObject(json);
		const unknown = await run('update', { ...by, updateFields: { contentType: 'text/html' } });
		expect(unknown.error?.message).toContain("'Content Type' is not one of");
		const first = secretOf(rows()[0]);
		const before = Date.now();
		const rotated = await one('rotateSecret', { ...by, gracePeriod: 24 });
		expect(secretOf(rows()[0])).toBe(rotated.secret);
		expect(rotated.secret).not.toBe(first);
		expect(secretOf(rows()[0], 'previousSecret')).toBe(first);
		const until = Date.parse(String(rotated.previousSecretUntil));
		expect(until - before).toBeGreaterThanOrEqual(24 * 3_600_000);
		expect(until - Date.now()).toBeLessThanOrEqual(24 * 3_600_000);
		const again = await one('rotateSecret', { ...by, gracePeriod: 0 });
		expect(again.previousSecretUntil).toBeNull();
		expect(rows()[0]).toMatchObject({ previousSecret: null, previousSecretUntil: null });
		expect(await one('delete', by)).toEqual({ rowId: 1, id, deleted: true });
		expect(rows()).toEqual([]);
		const { error } = await run('get', by);
		expect(error?.message).toBe(
			`There is no subscriber '${String(id)}' in the data table '${TABLE}'`,
		);
	});

	test('Get Many: limit and filters', async () => {
		for (const n of [1, 2, 3]) {
			await create({ url: `https://1.1.1.1/${n}`, events: n === 2 ? 'yape.*' : 'order.*' });
		}
		await one('pause', { subscriberId: String(rows()[2]?.subscriberId) });
		Object.assign(rows()[0] ?? {}, { failingSince: '2026-11-01T00:00:00.000Z' });
		const list = async (filters: object, more: object = { returnAll: true }) =>
			jsonOf(await run('getAll', { ...more, filters })).map(({ rowId }) => rowId);
		expect(await list({})).toEqual([1, 2, 3]);
		expect(await list({}, { returnAll: false, limit: 2 })).toEqual([1, 2]);
		expect(await list({ active: true })).toEqual([1, 2]);
		expect(await list({ active: false })).toEqual([3]);
		expect(await list({ failing: true })).toEqual([1]);
		expect(await list({ failing: false })).toEqual([2, 3]);
		expect(await list({ eventType: 'yape.payment.received' })).toEqual([2]);
		expect(await list({ eventType: 'kometia.order.paid' })).toEqual([1, 3]);
		expect(await list({ urlContains: '1.1.1.1/3' })).toEqual([3]);
	});

	test.each([
		[{ limit: '={{ -1 }}' }, "'Limit' is not a number from 1 up"],
		[{ limit: '={{ "all" }}' }, "'Limit' is not a number from 1 up"],
		[{ filters: { active: '={{ "yes" }}' } }, "The filter 'Active' is not true or false"],
		[{ filters: { failing: '={{ 1 }}' } }, "The filter 'Failing' is not true or false"],
		[{ filters: { eventType: '={{ ["a.b"] }}' } }, "The filter 'Event Type' is not text"],
		[{ filters: { urlContains: '={{ {} }}' } }, "The filter 'URL Contains' is not text"],
	])('Get Many with %j says what is wrong', async (parameters, message) => {
		await create();
		const { error } = await run('getAll', { returnAll: false, ...parameters });
		expect(error?.message).toBe(message);
	});

	test('Get Many on an n8n without the table creates it', async () => {
		expect(jsonOf(await run('getAll', { returnAll: true }))).toEqual([]);
		expect(standIn.table(TABLE).columns).toHaveLength(COLUMNS.length);
	});

	test('what only looks does not create a table', async () => {
		const { error } = await run('get', { subscriberId: 'sub_1' });
		expect(error?.message).toBe(`There is no data table '${TABLE}' that the API key can see`);
		expect(error).toHaveProperty(
			'description',
			"Check 'Data Table'. The operation 'Create' of the node 'Webhook Subscription' creates the table with the first subscriber.",
		);
		expect(standIn.tables).toEqual([]);
	});
});

describe('Create or Update', () => {
	const save = async (parameters: object, setup: Setup = {}) =>
		await one(
			'createOrUpdate',
			{ matchBy: 'url', url: URL_A, events: 'a', additionalFields: {}, ...parameters },
			setup,
		);

	test('by address: adds once, then changes; secret and pause stay', async () => {
		const first = await save({});
		expect(first).toMatchObject({ created: true, secret: expect.stringMatching(/^whsec_/) });
		await one('pause', { subscriberId: first.id });
		const second = await save({ events: 'b', additionalFields: { rateLimit: 5 } });
		expect(second).toMatchObject({
			id: first.id,
			created: false,
			events: ['b'],
			rateLimit: 5,
			active: false,
		});
		expect(second).not.toHaveProperty('secret');
		expect(secretOf(rows()[0])).toBe(first.secret);
		expect(rows()).toHaveLength(1);
	});

	test('by an id of your own, also to another address', async () => {
		const by = { matchBy: 'id', subscriberId: 'customer-42' };
		expect(await save(by)).toMatchObject({ id: 'customer-42', created: true });
		expect(await save({ ...by, url: URL_B })).toMatchObject({ url: URL_B, created: false });
		expect(rows()).toHaveLength(1);
	});

	test('a secret of your own replaces the present one, which signs beside it for a day', async () => {
		const first = await save({});
		await save({ additionalFields: { secret: SECRET } });
		expect(secretOf(rows()[0])).toBe(SECRET);
		expect(secretOf(rows()[0], 'previousSecret')).toBe(first.secret);
		const until = rows()[0]?.previousSecretUntil;
		await save({ additionalFields: { secret: SECRET } });
		expect(rows()[0]?.previousSecretUntil).toBe(until);
		expect(secretOf(rows()[0], 'previousSecret')).toBe(first.secret);
	});

	test('a row that a person wrote is found, however the address stands there', async () => {
		await run('getAll', { returnAll: true });
		standIn.insert(standIn.table(TABLE), [{ url: ` ${URL_A.toUpperCase()}#x`, events: 'x' }]);
		standIn.insert(standIn.table(TABLE), [{ url: 'HTTPS://1.1.1.1:443/hook-a', events: 'x' }]);
		expect(await save({})).toMatchObject({ rowId: 2, id: 'row_2', created: false });
		expect(rows()).toHaveLength(2);
	});

	test('what an item before changed in a row that a person wrote is seen by the next one', async () => {
		await run('getAll', { returnAll: true });
		standIn.insert(standIn.table(TABLE), [{ url: URL_A, events: 'x', secret: SECRET }]);
		const by = { subscriberId: '={{ $json.id }}' };
		const items = [{ id: 'row_1' }, { id: 'row_1' }];
		const [first] = jsonOf(await run('rotateSecret', { ...by, gracePeriod: 24 }, { items }));
		expect(secretOf(rows()[0], 'previousSecret')).toBe(first?.secret);
		const deleted = await run('delete', by, { items, onError: 'continueRegularOutput' });
		expect(jsonOf(deleted)).toMatchObject([
			{ deleted: true },
			{ error: { message: expect.stringContaining("There is no subscriber 'row_1'") } },
		]);
	});

	test('twenty at once add one', async () => {
		const all = await Promise.all(
			Array.from({ length: 20 }, async () => await save({ matchBy: 'id', subscriberId: 'c-1' })),
		);
		expect(all.filter(({ created }) => created === true)).toHaveLength(1);
		expect(rows()).toHaveLength(1);
		expect(standIn.tables).toHaveLength(1);
	});

	test('another n8n process that adds the same one at the same moment: the first row counts', async () => {
		await run('getAll', { returnAll: true });
		standIn.before = (call) => {
			if (!call.startsWith('POST') || !call.endsWith('/rows')) return;
			standIn.before = () => undefined;
			standIn.insert(standIn.table(TABLE), [{ subscriberId: 'c-1', url: URL_B, events: 'x' }]);
		};
		const saved = await save({ matchBy: 'id', subscriberId: 'c-1' });
		expect(saved).toMatchObject({ rowId: 1, created: false, url: URL_A });
		expect(saved).not.toHaveProperty('secret');
		expect(rows()).toHaveLength(1);
	});
});

describe('the table', () => {
	const columnNames = () => standIn.table(TABLE).columns.map(({ name }) => name);

	test('made by two processes at the same moment is one', async () => {
		standIn.before = (call) => {
			if (call !== 'POST /data-tables') return;
			standIn.before = () => undefined;
			standIn.add(TABLE, [...COLUMNS]);
		};
		await create();
		expect(standIn.tables).toHaveLength(1);
		expect(rows()).toHaveLength(1);
	});

	test('of an older version gets the columns that it lacks; its rows stay', async () => {
		const table = standIn.add(TABLE, [
			{ name: 'url', type: 'string' },
			{ name: 'events', type: 'string' },
			{ name: 'ourNote', type: 'string' },
		]);
		standIn.insert(table, [{ url: URL_A, events: 'a', ourNote: 'call first' }]);
		await create({ url: URL_B });
		expect(columnNames()).toEqual(
			expect.arrayContaining(['ourNote', ...COLUMNS.map(({ name }) => name)]),
		);
		expect(rows()[0]).toMatchObject({ url: URL_A, ourNote: 'call first', schemaVersion: null });
		expect(jsonOf(await run('getAll', { returnAll: true }))).toHaveLength(2);
	});

	test('may be named by its id', async () => {
		await create();
		const { id } = standIn.table(TABLE);
		expect(await create({ dataTable: id, url: URL_B })).toMatchObject({ rowId: 2 });
		expect(standIn.tables).toHaveLength(1);
	});

	test('and what is looked for in it may have any characters', async () => {
		const name = "our team's (webhooks) *!+&=#ñ";
		const url = "https://1.1.1.1/a'(b)*!?c=d+e&f";
		const parameters = { dataTable: name, matchBy: 'url', url, events: '*', additionalFields: {} };
		expect(await one('createOrUpdate', parameters)).toMatchObject({ created: true });
		expect(await one('createOrUpdate', parameters)).toMatchObject({ created: false, url });
		expect(standIn.table(name).rows).toHaveLength(1);
	});

	test('of somebody else is left alone', async () => {
		const table = standIn.add('customers', [{ name: 'email', type: 'string' }]);
		const parameters = { url: URL_A, events: '*', dataTable: 'customers' };
		const { error } = await run('create', parameters);
		expect(error?.message).toContain("The data table 'customers'");
		expect(error?.message).toContain("has no column 'url'");
		expect(table).toMatchObject({ columns: [{ name: 'email' }], rows: [] });
	});

	test('must be meant: two of one name are not guessed at', async () => {
		standIn.add(TABLE, [...COLUMNS]);
		standIn.add(TABLE, [...COLUMNS], 'team');
		const { error } = await run('getAll', { returnAll: true });
		expect(error?.message).toBe(`There are 2 data tables '${TABLE}' that the API key can see`);
		expect(error?.description).toContain('t000000000000002 (project team)');
	});

	test('edited by hand: what can be read counts, what cannot is named', async () => {
		await run('getAll', { returnAll: true });
		standIn.insert(standIn.table(TABLE), [
			{ subscriberId: 'ana', url: URL_A, events: '["a.b"]', active: 'TRUE', rateLimit: '2' },
			{ subscriberId: 'ben', url: URL_B, events: 'a\nb', secret: SECRET, headers: '{"X-A": "1"}' },
			{ subscriberId: 'eva', events: 'a' },
			{ subscriberId: 'ana', url: URL_B, events: 'a' },
			{ url: URL_B, events: 'a', filter: '{"a": ' },
		]);
		const outcome = await run('getAll', { returnAll: true });
		expect(jsonOf(outcome)).toMatchObject([
			{ id: 'ana', events: ['a.b'], active: true, rateLimit: 2 },
			{ id: 'ben', events: ['a', 'b'], hasSecret: true, headerNames: ['X-A'] },
			{ rowId: 3, id: 'eva', problem: { column: 'url' } },
			{ rowId: 4, id: 'ana', problem: { column: 'subscriberId' } },
			{ rowId: 5, id: 'row_5', problem: { column: 'filter' } },
		]);
		expect(outcome.stored).toContain("Row 3 (subscriber 'eva') is not used: 'url' is empty");
		const without = await run('getAll', { returnAll: true, options: { badRows: false } });
		expect(jsonOf(without)).toHaveLength(2);

		const { error } = await run('get', { subscriberId: 'eva' });
		expect(error?.message).toContain("Row 3 (subscriber 'eva') is not used: 'url' is empty");
		// The next write seals what stood there in clear.
		await one('pause', { subscriberId: 'ben' });
		expect(JSON.stringify(rows()[1])).not.toMatch(/whsec_|X-A/);
		expect(secretOf(rows()[1])).toBe(SECRET);
		// A row without an ID goes by its number, and can be mended.
		const mended = { subscriberId: 'row_5', updateFields: { filter: '{"a": 1}' } };
		expect(await one('update', mended)).toMatchObject({ id: 'row_5', filter: { a: 1 } });
	});

	test('a row of a newer version is named and not touched', async () => {
		const { id } = await create();
		Object.assign(rows()[0] ?? {}, { schemaVersion: 2 });
		const [listed] = jsonOf(await run('getAll', { returnAll: true }));
		expect(listed).toMatchObject({ id, problem: { column: 'schemaVersion' } });
		for (const [operation, more] of [
			['get', {}],
			['pause', {}],
			['update', { updateFields: { rateLimit: 1 } }],
			['rotateSecret', { gracePeriod: 1 }],
		] as const) {
			const { error } = await run(operation, { subscriberId: id, ...more });
			expect({ operation, message: error?.message }).toEqual({
				operation,
				message: expect.stringContaining('update the package'),
			});
		}
		expect(rows()[0]).toMatchObject({ active: true, schemaVersion: 2, rateLimit: null });
	});
});

describe('keys', () => {
	test('without an encryption secret the API key encrypts; another one cannot read', async () => {
		await create({}, { encryptionSecret: '' });
		standIn.scopes.set('another-key', TABLE_SCOPES);
		const other = { apiKey: 'another-key', encryptionSecret: '' };
		const list = async (setup: Setup) => jsonOf(await run('getAll', { returnAll: true }, setup));
		expect(await list(other)).toMatchObject([
			{ problem: { column: 'secret', message: expect.stringContaining('another key') } },
		]);
		expect(await list({ ...other, previousEncryptionSecret: API_KEY })).toMatchObject([
			{ hasSecret: true },
		]);
		// An encryption secret that is filled in later does not shut out what the key encrypted.
		expect(await list({})).toMatchObject([{ hasSecret: true }]);
	});

	test('an encryption secret that is no text is named, and no other key seals in its place', async () => {
		const encryptionSecret = { no: 'text' } as unknown as string;
		const { error } = await run('create', { url: URL_A, events: '*' }, { encryptionSecret });
		expect(error?.message).toBe(
			"'Encryption Secret' in the credential 'n8n API (Event History)' is not text",
		);
		expect(standIn.calls).toEqual([]);
	});

	test('a write under a new key seals anew; then the old one is no longer needed', async () => {
		const { id, secret } = await create();
		const moved = { encryptionSecret: 'the next one', previousEncryptionSecret: KEYS.current };
		await one('pause', { subscriberId: id }, moved);
		const cell = String(rows()[0]?.secret);
		expect(openCell(cell, { current: 'the next one', previous: [] })?.text).toBe(secret);
		expect(openCell(cell, KEYS)).toBeUndefined();
	});

	test('a secret that no key reads can be made anew, and the subscriber is well again', async () => {
		const { id } = await create();
		const lost = { encryptionSecret: 'the next one' };
		const rotated = await one('rotateSecret', { subscriberId: id, gracePeriod: 24 }, lost);
		expect(rotated).toMatchObject({ hasSecret: true, previousSecretUntil: null });
		expect(await one('get', { subscriberId: id }, lost)).toMatchObject({ hasSecret: true });
	});
});

describe('what is refused, and how', () => {
	test.each([
		[{ url: 'http://1.1.1.1/x' }, "turn on 'Allow HTTP'"],
		[{ url: 'https://127.0.0.1/x' }, 'not a public address'],
		[{ url: 'https://0x7f.1/x' }, 'not a public address'],
		[{ url: 'https://169.254.169.254/latest' }, 'not a public address'],
		[{ url: 'https://localhost/x' }, 'not a public name'],
		[{ url: 'https://ana:s3cret@1.1.1.1/x' }, "'URL' contains a user name or password"],
		[{ url: 'shop.example' }, "'URL' is not a valid URL"],
		[{ url: ' ' }, "'URL' is empty"],
		[{ url: `https://1.1.1.1/${'x'.repeat(2000)}` }, "'URL' has 2016 characters"],
		[{ url: '={{ $json.no.such }}' }, "'URL' is empty"],
		[{ events: ' , ' }, "'Events' has no event type"],
		[{ events: '={{ $json.no.such }}' }, "'Events' has no event type"],
		[{ events: 'order paid' }, "'Events' contains 'order paid', which is not an event type"],
		[{ additionalFields: { filter: '{"a": ' } }, "'Filter' is not a JSON object"],
		[
			{ additionalFields: { filter: { a: { like: 1 } } } },
			"'Filter' has an unknown comparison for 'a'",
		],
		[{ additionalFields: { rateLimit: -1 } }, "'Rate Limit' is not a number"],
		[{ additionalFields: { secret: 'whsec_short' } }, "'Secret' is not whsec_"],
		[{ additionalFields: { subscriberId: 'a b' } }, "'Subscriber ID' must have"],
		[{ additionalFields: { subscriberId: 'row_1' } }, "'Subscriber ID' must not be row_"],
		[
			{ additionalFields: { headers: { header: [{ name: 'Host', value: 'x' }] } } },
			"'Headers' has the header 'Host', which is set by each delivery itself",
		],
		[
			{
				additionalFields: {
					headers: {
						header: [
							{ name: 'X-A', value: '1' },
							{ name: 'x-a', value: '2' },
						],
					},
				},
			},
			"'Headers' has the header 'x-a' twice",
		],
	])('Create %j', async (parameters, words) => {
		const outcome = await run('create', {
			url: URL_A,
			events: '*',
			additionalFields: {},
			...parameters,
		});
		expect(outcome.error?.message).toContain(words);
		expect(outcome.error?.context?.itemIndex).toBe(0);
		expect(`${outcome.error?.message}${outcome.error?.description}`).not.toContain('s3cret');
		expect(standIn.calls.filter((call) => call.startsWith('POST'))).toEqual([]);
	});

	test('the address is asked for again at Update and Resume', async () => {
		const { id } = await create();
		const by = { subscriberId: id };
		const updated = await run('update', { ...by, updateFields: { url: 'https://10.0.0.1/' } });
		expect(updated.error?.message).toContain(
			`Subscriber '${String(id)}' was not changed: 10.0.0.1`,
		);
		Object.assign(rows()[0] ?? {}, { url: 'https://10.0.0.1/' });
		const resumed = await run('resume', by);
		expect(resumed.error?.message).toContain('was not resumed: 10.0.0.1 is not a public address');
		const options = { allowedPrivateAddresses: '10.0.0.0/8' };
		expect(await one('resume', { ...by, options })).toMatchObject({ active: true });
	});

	test('an id that is taken', async () => {
		const additionalFields = { subscriberId: 'c-1' };
		await create({ additionalFields });
		const { error } = await run('create', { url: URL_B, events: '*', additionalFields });
		expect(error?.message).toBe("The subscriber 'c-1' already exists");
		expect(rows()).toHaveLength(1);
	});

	test('with Continue on Fail no item passes for one that was handled, where there is no key', async () => {
		const items = [{ a: 1 }, { a: 2 }];
		const setup: Setup = { apiKey: '', items, onError: 'continueRegularOutput' };
		const failed = { error: { message: expect.stringContaining("'API Key'") as string } };
		expect(jsonOf(await run('getAll', { returnAll: true }, setup))).toMatchObject([failed, failed]);
	});

	test('with Continue on Fail an item that fails says why, and the rest go on', async () => {
		const outcome = await run(
			'create',
			{ url: '={{ $json.url }}', events: '*', additionalFields: {} },
			{
				items: [{ url: URL_A }, { url: 'https://10.0.0.1/' }, { url: URL_B }],
				onError: 'continueRegularOutput',
			},
		);
		expect(jsonOf(outcome)).toMatchObject([
			{ url: URL_A },
			{ error: { message: expect.stringContaining('10.0.0.1 is not a public address') } },
			{ url: URL_B },
		]);
		expect(outcome.outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
		]);
	});

	test.each([
		['dataTable:list', 'getAll'],
		['dataTable:create', 'create'],
		['dataTableColumn:create', 'create'],
		['dataTableRow:create', 'create'],
		['dataTableRow:read', 'getAll'],
		['dataTableRow:update', 'pause'],
		['dataTableRow:delete', 'delete'],
	])('a key without the scope %s: %s names it', async (scope, operation) => {
		if (scope === 'dataTableColumn:create') standIn.add(TABLE, [{ name: 'url', type: 'string' }]);
		else if (scope !== 'dataTable:create') standIn.add(TABLE, [...COLUMNS]);
		const table = standIn.tables[0];
		if (scope.startsWith('dataTableRow') && table !== undefined) {
			standIn.insert(table, [{ subscriberId: 'a', url: URL_A, events: '*' }]);
		}
		standIn.scopes.set(
			API_KEY,
			TABLE_SCOPES.filter((one) => one !== scope),
		);
		const parameters = { returnAll: true, subscriberId: 'a', url: URL_A, events: '*' };
		const { error } = await run(operation, { ...parameters, additionalFields: {} });
		expect(error?.message).toContain(`the API key lacks the scope '${scope}'`);
	});

	test('a key that n8n does not know', async () => {
		const { error } = await run('getAll', { returnAll: true }, { apiKey: 'wrong-api-key' });
		expect(error?.message).toContain('it responded with 401');
		expect(`${error?.message}${error?.description}`).not.toContain('wrong-api-key');
	});
});

describe('Send Test Event', () => {
	let receiver: WebhookReceiver;
	const options = { allowHttp: true, allowedPrivateAddresses: '127.0.0.1' };
	beforeEach(async () => {
		receiver = await WebhookReceiver.start();
	});
	afterEach(async () => await receiver.close());

	test('delivers a signed event now, with the headers of the subscriber', async () => {
		const headers = { header: [{ name: 'X-Shop', value: '7' }] };
		const created = await create({
			url: `${receiver.url}/hook`,
			additionalFields: { headers },
			options,
		});
		await one('pause', { subscriberId: created.id });
		const tested = await one('sendTestEvent', { subscriberId: created.id, options });
		expect(tested).toMatchObject({
			id: created.id,
			delivered: true,
			status: 200,
			durationMs: expect.any(Number),
			webhookId: expect.stringMatching(/^msg_/),
			event: { type: 'webhook.test', subject: created.id },
		});
		const [request] = receiver.received;
		if (request === undefined) throw new Error('Nothing arrived');
		expect(request.headers).toMatchObject({ 'x-shop': '7', 'webhook-id': tested.webhookId });
		const verified = new Webhook(String(created.secret)).verify(
			request.body,
			request.headers as Record<string, string>,
		);
		expect(verified).toEqual(tested.event);
	});

	test('waits for its turn under the rate limit of the subscriber', async () => {
		const additionalFields = { rateLimit: 4 };
		const { id } = await create({ url: `${receiver.url}/hook`, additionalFields, options });
		const send = async () => await one('sendTestEvent', { subscriberId: id, options });
		const sent = [await send(), await send(), await send()];
		expect(sent.map(({ delivered, message }) => message ?? delivered)).toEqual([true, true, true]);
		expect(receiver.received).toHaveLength(3);
	});

	test('that it is not taken is a result; that the guard refuses it too', async () => {
		const created = await create({ url: `${receiver.url}/hook`, options });
		receiver.answers.set('/hook', (response) => response.writeHead(503).end('not now'));
		const by = { subscriberId: created.id };
		expect(await one('sendTestEvent', { ...by, options })).toMatchObject({
			delivered: false,
			status: 503,
			responseBody: 'not now',
			reason: 'status_503',
		});
		const refused = await one('sendTestEvent', by);
		expect(refused).toMatchObject({ delivered: false, status: null, message: expect.any(String) });
		expect(receiver.received).toHaveLength(1);
	});
});

describe('the registry, for who delivers', () => {
	test('reads 1,000 subscribers in pages, and writes how they fare in few calls', async () => {
		const table = standIn.add(TABLE, [...COLUMNS]);
		const headers = sealCell('{"Authorization":"Bearer t0ken"}', KEYS);
		standIn.insert(
			table,
			Array.from({ length: 1_000 }, (_, n) => ({
				subscriberId: `sub_${n}`,
				url: `https://1.1.1.1/${n}`,
				events: '*',
				active: n % 10 !== 0,
				secret: sealCell(SECRET, KEYS),
				headers,
			})),
		);
		const http = new PooledHttp(baseUrl, {
			connections: 1,
			connectLimitMs: 5_000,
			longestAnswerBytes: 10_000_000,
		});
		const api = new N8nApi(http, '/api/v1', API_KEY, async () => undefined);
		const registry = openRegistry(api, { table: TABLE, keys: KEYS, createdBy: 'The test' });
		const { subscribers, badRows } = await registry.list({ activeOnly: true });
		expect(badRows).toEqual([]);
		expect(subscribers).toHaveLength(900);
		expect(subscribers[0]).toMatchObject({
			id: 'sub_1',
			secret: SECRET,
			headers: { Authorization: 'Bearer t0ken' },
		});
		standIn.calls.length = 0;
		const failingSince = new Date('2026-11-20T00:00:00Z');
		await registry.applyHealth(
			subscribers.map((subscriber, n) =>
				n < 600 ? { subscriber, failingSince } : { subscriber, disable: 'gone' as const },
			),
		);
		expect(standIn.calls.filter((call) => call.startsWith('PATCH'))).toHaveLength(5);
		const again = await registry.list();
		expect(again.subscribers.filter((one) => one.failingSince !== undefined)).toHaveLength(600);
		expect(again.subscribers.filter((one) => one.disabledReason === 'gone')).toHaveLength(300);
		http.close();
	});
});
