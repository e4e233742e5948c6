import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { N8nHttpError } from '../../scripts/n8n/n8nHttp.mts';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { COLUMNS } from '../../lib/subscriber/registryTable.ts';
import { TABLE_SCOPES } from '../support/dataTables.mts';
import { startTestN8n, type TestN8n, type WorkflowNode } from '../support/n8n.mts';
import { WebhookReceiver } from '../support/webhookReceiver.mts';

type Json = Record<string, unknown>;
type Row = Json & { id: number };

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const ENCRYPTION = 'encryption-s3cret-of-the-credential';
const OPTIONS = { allowHttp: true, allowedPrivateAddresses: '127.0.0.1' };
/** A public address: nobody is asked for it, and nothing is sent there. */
const PUBLIC = 'https://1.1.1.1';

/** Parameters of each operation; a test's values come in the body. */
const OPERATIONS: Readonly<Record<string, Json>> = {
	create: {
		url: '={{ $json.body.url }}',
		events: '={{ $json.body.events }}',
		additionalFields: {
			rateLimit: '={{ $json.body.rateLimit ?? 0 }}',
			headers: { header: [{ name: 'Authorization', value: '={{ $json.body.authorization }}' }] },
			filter: '={{ $json.body.filter ?? {} }}',
		},
	},
	createOrUpdate: {
		matchBy: 'id',
		url: '={{ $json.body.url }}',
		events: '={{ $json.body.events }}',
		additionalFields: {},
	},
	delete: {},
	get: {},
	getAll: { returnAll: true },
	pause: {},
	resume: {},
	rotateSecret: { gracePeriod: 24 },
	sendTestEvent: {},
	update: { updateFields: { events: '={{ $json.body.events }}' } },
};

describe('subscribers in a data table of a real n8n', () => {
	let n8n: TestN8n;
	let receiver: WebhookReceiver;

	beforeAll(async () => {
		n8n = await startTestN8n();
		receiver = await WebhookReceiver.start();
	});
	afterAll(async () => {
		await receiver?.close();
		await n8n?.close();
	});

	/** A workflow with a webhook for each operation; `run` gives the items of the answer. */
	async function publish(
		table: string,
		operations: readonly string[],
		credential: { apiKey?: string; encryptionSecret?: string } = {},
	) {
		const { apiKey = n8n.client.apiKey, encryptionSecret = ENCRYPTION } = credential;
		const name = `Registry ${randomUUID()}`;
		const data = { baseUrl: n8n.url, apiKey, encryptionSecret, previousEncryptionSecret: '' };
		const { id } = await n8n.client.createCredential(
			name,
			'realtimeWebhooksN8nEventStoreApi',
			data,
		);
		const prefix = randomUUID();
		const nodes = operations.flatMap((operation, index): WorkflowNode[] => [
			{
				id: randomUUID(),
				name: `On ${operation}`,
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				position: [0, index * 200],
				webhookId: `${prefix}-${operation}`,
				parameters: {
					httpMethod: 'POST',
					path: `${prefix}-${operation}`,
					responseMode: 'lastNode',
					responseData: 'allEntries',
				},
			},
			{
				id: randomUUID(),
				name: operation,
				type: `${PACKAGE_NAME}.webhookSubscription`,
				typeVersion: 1,
				position: [220, index * 200],
				onError: 'continueRegularOutput',
				credentials: { realtimeWebhooksN8nEventStoreApi: { id, name } },
				parameters: {
					resource: 'subscriber',
					operation,
					dataTable: table,
					subscriberId: '={{ $json.body.id }}',
					options: ['delete', 'get', 'getAll', 'pause', 'rotateSecret'].includes(operation)
						? {}
						: OPTIONS,
					...OPERATIONS[operation],
				} as WorkflowNode['parameters'],
			},
		]);
		const connections = Object.fromEntries(
			operations.map((operation) => [
				`On ${operation}`,
				{ main: [[{ node: operation, type: 'main' as const, index: 0 }]] },
			]),
		);
		const workflow = await n8n.createPublished({ name, nodes, connections });
		for (const operation of operations) await n8n.client.waitForWebhook(`${prefix}-${operation}`);
		const run = async (operation: string, body: Json = {}): Promise<Json[]> => {
			const answer = await fetch(n8n.client.webhookUrl(`${prefix}-${operation}`), {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
			const items = (await answer.json()) as Json[];
			if (!Array.isArray(items)) throw new Error(`${answer.status} ${JSON.stringify(items)}`);
			return items;
		};
		const one = async (operation: string, body: Json = {}): Promise<Json> => {
			const [item] = await run(operation, body);
			if (item === undefined) throw new Error(`${operation} gave no item`);
			if (item.error !== undefined) throw new Error(JSON.stringify(item.error));
			return item;
		};
		return { workflow, run, one };
	}

	const tables = async (name: string) => {
		const { data } = await n8n.client.api<{ data: Array<Json & { id: string; name: string }> }>(
			'GET',
			'/data-tables?limit=250',
		);
		return data.filter((table) => table.name === name);
	};
	const tableId = async (name: string): Promise<string> => (await tables(name))[0]?.id ?? '';
	const rows = async (name: string): Promise<Row[]> => {
		const path = `/data-tables/${await tableId(name)}/rows?limit=250&sortBy=id%3Aasc`;
		return (await n8n.client.api<{ data: Row[] }>('GET', path)).data;
	};
	/** As a person would, in n8n's own view of the table. */
	const edit = async (name: string, rowId: number, data: Json) => {
		const filter = { type: 'and', filters: [{ columnName: 'id', condition: 'eq', value: rowId }] };
		const path = `/data-tables/${await tableId(name)}/rows/update`;
		await n8n.client.api('PATCH', path, { filter, data });
	};
	const insert = async (name: string, data: Json[]) =>
		await n8n.client.api('POST', `/data-tables/${await tableId(name)}/rows`, { data });

	test('every operation once; secrets stand nowhere but where they are shown once', async () => {
		const table = `our team's *subscribers* (${randomUUID()})`;
		const { workflow, run, one } = await publish(table, Object.keys(OPERATIONS));
		const created = await one('create', {
			url: `${receiver.url}/hook`,
			events: 'order.*, yape.payment.received',
			authorization: 'Bearer t0ken',
			rateLimit: 5,
			filter: { 'data.status': 'paid' },
		});
		const { id, secret } = created;
		expect(created).toMatchObject({
			rowId: 1,
			events: ['order.*', 'yape.payment.received'],
			active: true,
			rateLimit: 5,
			filter: { 'data.status': 'paid' },
			headerNames: ['Authorization'],
			secret: expect.stringMatching(/^whsec_/),
		});
		const [found, ...more] = await tables(table);
		expect(more).toEqual([]);
		const columns = found?.columns as Array<{ name: string; type: string; index: number }>;
		columns.sort((a, b) => a.index - b.index);
		expect(columns.map(({ name, type }) => ({ name, type }))).toEqual([...COLUMNS]);

		expect(await one('sendTestEvent', { id })).toMatchObject({ delivered: true, status: 200 });
		const [request] = receiver.of('/hook');
		expect(request?.headers.authorization).toBe('Bearer t0ken');
		const verified = new Webhook(String(secret)).verify(
			request?.body ?? '',
			request?.headers as Record<string, string>,
		);
		expect(verified).toMatchObject({ type: 'webhook.test', subject: id });

		expect(await one('get', { id })).toMatchObject({ id, hasSecret: true });
		expect(await one('pause', { id })).toMatchObject({ active: false });
		await edit(table, 1, { disabledReason: 'failing', failingSince: '2026-11-01T00:00:00Z' });
		expect(await one('get', { id })).toMatchObject({
			disabledReason: 'failing',
			failingSince: '2026-11-01T00:00:00.000Z',
		});
		expect(await one('resume', { id })).toMatchObject({
			active: true,
			disabledReason: null,
			failingSince: null,
		});
		expect(await one('update', { id, events: '*' })).toMatchObject({ events: ['*'], rateLimit: 5 });
		const rotated = await one('rotateSecret', { id });
		expect(rotated.secret).not.toBe(secret);
		await one('sendTestEvent', { id });
		const both = receiver.of('/hook')[1];
		for (const key of [secret, rotated.secret]) {
			const headers = both?.headers as Record<string, string>;
			expect(() => new Webhook(String(key)).verify(both?.body ?? '', headers)).not.toThrow();
		}

		const content = { id: 'customer-42', url: `${PUBLIC}/a`, events: 'a' };
		const saved = await Promise.all([1, 2, 3].map(() => one('createOrUpdate', content)));
		expect(saved.filter((item) => item.created === true)).toHaveLength(1);
		expect(await run('getAll')).toMatchObject([{ id }, { id: 'customer-42', events: ['a'] }]);
		expect(await one('delete', { id: 'customer-42' })).toMatchObject({ rowId: 2, deleted: true });
		expect(await run('getAll')).toHaveLength(1);
		expect(await run('get', { id: 'customer-42' })).toMatchObject([
			{ error: { message: expect.stringContaining("There is no subscriber 'customer-42'") } },
		]);

		const inTable = JSON.stringify(await rows(table));
		expect(inTable).not.toMatch(/whsec_|t0ken/);
		expect(inTable).toContain('sealed:v1:');
		const executions = await n8n.client.waitForExecutions(workflow.id, 16);
		const shown = executions.filter((execution) => JSON.stringify(execution).includes('whsec_'));
		const runs = shown.map((execution) => Object.keys(execution.data?.resultData.runData ?? {})[1]);
		expect(runs.sort()).toEqual(['create', 'createOrUpdate', 'rotateSecret']);
		for (const execution of executions) {
			const text = JSON.stringify(execution);
			expect(text).not.toContain(ENCRYPTION);
			expect(text).not.toContain(n8n.client.apiKey);
			expect(text).not.toContain('sealed:v1:');
		}
	});

	test('two first uses at once make one table', async () => {
		const table = `subscribers ${randomUUID()}`;
		const { run } = await publish(table, ['getAll', 'create']);
		const content = { url: `${PUBLIC}/a`, events: 'a', authorization: 'x' };
		await Promise.all([run('create', content), run('getAll'), run('create', content)]);
		expect(await tables(table)).toHaveLength(1);
		expect(await run('getAll')).toHaveLength(2);
	});

	test('a table edited by hand, also one without all columns', async () => {
		const table = `subscribers ${randomUUID()}`;
		const text = (name: string) => ({ name, type: 'string' });
		const columns = ['url', 'events', 'active', 'rateLimit', 'secret', 'note'].map(text);
		await n8n.client.api('POST', '/data-tables', { name: table, columns });
		await insert(table, [
			{ url: `${PUBLIC}/1`, events: '["a.b", "c.*"]', active: 'yes', rateLimit: '0,5' },
			{ url: `${PUBLIC}/2`, events: 'a\nb', active: 'FALSE', secret: SECRET, note: 'call first' },
			{ events: 'a' },
			{ url: `${PUBLIC}/4`, events: 'a', secret: 'hunter2' },
		]);
		const { run, one } = await publish(table, ['getAll', 'pause', 'resume']);
		expect(await run('getAll')).toMatchObject([
			{ id: 'row_1', events: ['a.b', 'c.*'], active: true, rateLimit: 0.5 },
			{ id: 'row_2', events: ['a', 'b'], active: false, hasSecret: true },
			{ rowId: 3, problem: { column: 'url', message: expect.stringContaining('Row 3') } },
			{ rowId: 4, problem: { column: 'secret' } },
		]);
		const [found] = await tables(table);
		expect(found?.columns).toHaveLength(COLUMNS.length + 1);
		expect(await one('resume', { id: 'row_2' })).toMatchObject({ active: true });
		const [, second] = await rows(table);
		expect(second).toMatchObject({ note: 'call first', schemaVersion: 1 });
		expect(second?.secret).toMatch(/^sealed:v1:/);
		expect(await run('getAll')).toMatchObject([{}, { active: true, hasSecret: true }, {}, {}]);
	});

	test('another key cannot read the secrets, and says what to do', async () => {
		const table = `subscribers ${randomUUID()}`;
		const first = await publish(table, ['create']);
		await first.one('create', { url: `${PUBLIC}/a`, events: 'a', authorization: 'x' });
		const other = await publish(table, ['getAll'], { encryptionSecret: 'another one' });
		const [item] = await other.run('getAll');
		expect(item).toMatchObject({ rowId: 1, problem: { column: 'headers' } });
		expect(JSON.stringify(item)).toContain('Previous Encryption Secret');
	});

	test('a key without a scope is told which one; the documented ones are enough', async () => {
		const table = `subscribers ${randomUUID()}`;
		const key = async (scopes: readonly string[]) => {
			const { rawApiKey } = await n8n.client.rest<{ rawApiKey: string }>('POST', '/api-keys', {
				label: randomUUID(),
				scopes,
				expiresAt: null,
			});
			return rawApiKey;
		};
		const enough = await publish(table, ['create', 'pause', 'delete'], {
			apiKey: await key(TABLE_SCOPES),
		});
		const content = { url: `${PUBLIC}/a`, events: 'a', authorization: 'x' };
		const { id } = await enough.one('create', content);
		await enough.one('pause', { id });
		for (const [scope, operation] of [
			['dataTable:list', 'getAll'],
			['dataTableRow:read', 'getAll'],
			['dataTableRow:create', 'create'],
			['dataTableRow:update', 'pause'],
			['dataTableRow:delete', 'delete'],
		] as const) {
			const apiKey = await key(TABLE_SCOPES.filter((one) => one !== scope));
			const { run } = await publish(table, [operation], { apiKey });
			const [item] = await run(operation, { ...content, id });
			expect(item).toMatchObject({
				error: { message: expect.stringContaining(`lacks the scope '${scope}'`) },
			});
		}
		const apiKey = await key(TABLE_SCOPES.filter((one) => one !== 'dataTable:create'));
		const { run } = await publish(`none ${randomUUID()}`, ['create'], { apiKey });
		expect(await run('create', content)).toMatchObject([
			{ error: { message: expect.stringContaining("lacks the scope 'dataTable:create'") } },
		]);
		await enough.one('delete', { id });
	});

	test('1,000 subscribers are listed', async () => {
		const table = `subscribers ${randomUUID()}`;
		const { run, one } = await publish(table, ['create', 'getAll']);
		await one('create', { url: `${PUBLIC}/a`, events: '*', authorization: 'Bearer t0ken' });
		const [sealed] = await rows(table);
		if (sealed === undefined) throw new Error('There is no row');
		const { secret, headers } = sealed;
		await insert(
			table,
			Array.from({ length: 999 }, (_, n) => ({
				subscriberId: `sub_${n}`,
				url: `${PUBLIC}/${n}`,
				events: 'order.*',
				active: true,
				secret,
				headers,
			})),
		);
		const before = performance.now();
		const listed = await run('getAll');
		console.info(`1,000 subscribers listed in ${Math.round(performance.now() - before)} ms`);
		expect(listed).toHaveLength(1_000);
		expect(new Set(listed.map(({ id }) => id)).size).toBe(1_000);
		expect(listed.every(({ hasSecret }) => hasSecret === true)).toBe(true);
	});

	test('the stand-in of the other tests refuses what n8n refuses', async () => {
		const name = `subscribers ${randomUUID()}`;
		const columns = [
			{ name: 'url', type: 'string' },
			{ name: 'active', type: 'boolean' },
		];
		const status = async (method: string, path: string, body?: unknown) =>
			await n8n.client.api(method as 'GET', path, body).then(
				() => 200,
				(error: unknown) => (error instanceof N8nHttpError ? error.status : -1),
			);
		await n8n.client.api('POST', '/data-tables', { name, columns });
		const path = `/data-tables/${await tableId(name)}`;
		const filters = (count: number) => ({
			type: 'or',
			filters: Array.from({ length: count }, (_, n) => ({
				columnName: 'id',
				condition: 'eq',
				value: n,
			})),
		});
		const update = (count: number) => ({ filter: filters(count), data: { active: true } });
		expect(await status('POST', '/data-tables', { name, columns })).toBe(409);
		expect(await status('POST', `${path}/columns`, { name: 'url', type: 'string' })).toBe(409);
		expect(await status('POST', `${path}/columns`, { name: 'updatedAt', type: 'date' })).toBe(409);
		expect(await status('GET', `${path}/rows?limit=251`)).toBe(400);
		expect(await status('GET', `${path}/rows?sortBy=id:asc`)).toBe(400);
		expect(await status('POST', `${path}/rows`, { data: [{ none: 1 }] })).toBe(400);
		expect(await status('POST', `${path}/rows`, { data: [{ active: 'yes' }] })).toBe(400);
		expect(await status('PATCH', `${path}/rows/update`, update(250))).toBe(200);
		expect(await status('PATCH', `${path}/rows/update`, update(1_500))).toBe(500);
	});
});
