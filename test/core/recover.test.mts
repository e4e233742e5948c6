import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EventHistory } from '../../nodes/History/EventHistory.node.ts';
import { crashedWith, startedWith } from '../support/n8nExecutions.mts';
import { runAction, type ActionInput } from '../support/runAction.mts';

/** Another for each test: what has run is remembered by it. */
let key: string;
const PACKAGE = 'n8n-nodes-realtime-webhooks';

interface Row {
	id: number;
	workflowId: string;
	status: string;
	retryOf?: string | null;
	retrySuccessId?: string | null;
	/** Null: it never started. @default now */
	startedAt?: string | null;
	/** Told of one execution at a time only. */
	createdAt?: string;
	/** Names of the nodes that have run. */
	ran?: string[];
	mode?: string;
	/** n8n cannot write its data as JSON: 500 to each page that holds it. */
	isUnwritable?: boolean;
	/** n8n cannot read its data: it leaves it out of lists with data. */
	isLeftOut?: boolean;
	/** n8n deletes it as soon as it was listed. */
	isGone?: boolean;
	/** What n8n stored of it. */
	data?: object;
}

/** As much of n8n's public API as recovering needs, with its rules. */
let server: Server;
let rows: Row[];
let retried: string[];
/** Reads of an execution, and of lists with data. */
let readsOfData: string[];
let retry: (id: string, response: ServerResponse) => void;
let missingScope: string | undefined;

beforeEach(async () => {
	key = `key-of-the-owner-${randomUUID()}`;
	rows = [];
	retried = [];
	readsOfData = [];
	missingScope = undefined;
	retry = (id, response) => {
		const newId = Math.max(...rows.map((row) => row.id)) + 1;
		rows.push({ id: newId, workflowId: 'ours', status: 'success', retryOf: id });
		json(response, 200, { id: String(newId), status: 'success' });
	};
	server = createServer((request, response) => answer(request, response));
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
});
afterEach(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

function json(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const startOf = ({ startedAt = new Date().toISOString() }: Row) => startedAt;

const bare = ({ data: _, createdAt: _createdAt, ...row }: Row) => ({
	...row,
	startedAt: startOf(row),
});

function full(row: Row | undefined): object {
	const runData = Object.fromEntries((row?.ran ?? []).map((name) => [name, []]));
	const nodes = [{ name: 'Trigger', type: `${PACKAGE}.kometiaTrigger` }];
	const startedAt = row === undefined ? null : startOf(row);
	return { workflowData: { nodes }, data: { resultData: { runData } }, ...row, startedAt };
}

function answer(request: IncomingMessage, response: ServerResponse): void {
	const { pathname, searchParams } = new URL(request.url ?? '', 'http://n8n');
	const scope = `${request.method} ${pathname.replace(/executions\/\d+/, 'executions/:id')}`;
	if (scope.endsWith('/:id') || searchParams.get('includeData') === 'true')
		readsOfData.push(request.url ?? '');
	if (request.headers['x-n8n-api-key'] !== key)
		return json(response, 401, { message: 'unauthorized' });
	if (scope === missingScope) return json(response, 403, { message: 'Forbidden' });
	if (scope === 'GET /api/v1/workflows') {
		const node = (type: string) => ({ nodes: [{ type }] });
		const recovering = {
			type: `${PACKAGE}.eventHistory`,
			parameters: { resource: 'event', operation: 'recover' },
		};
		const trigger = { id: 'trigger', type: `${PACKAGE}.kometiaTrigger` };
		const data = [
			{ id: 'ours', ...node(`${PACKAGE}.kometiaTrigger`) },
			{ id: 'recovering', nodes: [recovering] },
			{ id: 'both', nodes: [trigger, recovering] },
			{ id: 'other', ...node('n8n-nodes-base.webhook') },
		];
		return json(response, 200, { data, nextCursor: null });
	}
	if (scope === 'GET /api/v1/executions') {
		const status = searchParams.get('status');
		const after = searchParams.get('startedAfter');
		const cursor = searchParams.get('cursor');
		const lastId = cursor === null ? Infinity : Number(JSON.parse(atob(cursor)).lastId);
		const withData = searchParams.get('includeData') === 'true';
		const page = rows
			.filter((row) => [null, row.workflowId].includes(searchParams.get('workflowId')))
			.filter((row) => (status === null ? row.status !== 'running' : row.status === status))
			.filter((row) => row.id < lastId)
			.filter((row) => after === null || (startOf(row) ?? '') >= after)
			.sort((a, b) => b.id - a.id)
			.slice(0, Number(searchParams.get('limit')));
		if (withData && page.some(({ isUnwritable }) => isUnwritable)) {
			return json(response, 500, { message: 'Internal server error' });
		}
		const data = page
			.filter(({ isLeftOut }) => !(withData && isLeftOut))
			.map((row) => ({ mode: 'webhook', ...(withData ? full(row) : bare(row)) }));
		return json(response, 200, { data, nextCursor: null });
	}
	if (scope === 'GET /api/v1/executions/:id') {
		const row = rows.find((one) => pathname.endsWith(`/${one.id}`));
		if (row?.isGone) return json(response, 404, { message: 'Not Found' });
		return json(response, 200, { mode: 'webhook', ...full(row) });
	}
	const id = /^\/api\/v1\/executions\/(\d+)\/retry$/.exec(pathname)?.[1];
	if (request.method !== 'POST' || id === undefined)
		return json(response, 404, { message: 'not found' });
	retried.push(id);
	retry(id, response);
}

async function recover(
	parameters: object = {},
	credential: object = {},
	onError?: ActionInput['onError'],
) {
	const { port } = server.address() as AddressInfo;
	const outcome = await runAction(new EventHistory(), {
		items: [{ json: {} }],
		parameters: {
			resource: 'event',
			operation: 'recover',
			workflows: [],
			recoverOptions: { concurrency: 1 },
			...parameters,
		},
		credentials: {
			realtimeWebhooksN8nEventStoreApi: {
				baseUrl: `http://127.0.0.1:${port}`,
				apiKey: key,
				...credential,
			},
		},
		onError,
		packageName: PACKAGE,
	});
	expect(outcome.stored).not.toContain(key);
	return { ...outcome, items: (outcome.outputs[0] ?? []).map(({ json: item }) => item) };
}

const crashed = (id: number, more: Partial<Row> = {}): Row => ({
	id,
	workflowId: 'ours',
	status: 'crashed',
	...more,
});

test('what crashed is run again once, in the order in which it came, and only there', async () => {
	rows = [
		crashed(3),
		crashed(1),
		{ ...crashed(2), workflowId: 'other' },
		{ ...crashed(4), status: 'error' },
	];
	const { items } = await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['1', '3']);
	expect(items).toMatchObject([
		{ outcome: 'recovered', executionId: '1', retryExecutionId: '5', crashes: 1 },
		{ outcome: 'recovered', executionId: '3', retryExecutionId: '6', crashes: 1 },
	]);
	expect((await recover({ workflows: ['ours'] })).items).toEqual([]);
	expect(retried).toEqual(['1', '3']);
});

test('what a crash left running for ever is run again, and what goes on after a wait is not', async () => {
	const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
	// This process is younger than 23 hours, and older than nothing.
	const old = minutesAgo(23 * 60);
	rows = [
		{ ...crashed(1), status: 'running', startedAt: old },
		{ ...crashed(2), status: 'running', startedAt: old, ran: ['Trigger', 'Wait'] },
		{ ...crashed(3), status: 'running', startedAt: new Date().toISOString() },
		{ ...crashed(4), status: 'running', startedAt: minutesAgo(25 * 60) },
	];
	const { items } = await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['1']);
	expect(items).toMatchObject([{ outcome: 'recovered', executionId: '1' }]);
	expect((await recover({ workflows: ['ours'] })).items).toEqual([]);
});

test('what crashed before it started is run again, as long as it is not older than asked for', async () => {
	const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
	const unstarted = (id: number, hours: number) =>
		crashed(id, { startedAt: null, createdAt: hoursAgo(hours) });
	rows = [
		crashed(1, { startedAt: hoursAgo(60) }),
		...Array.from({ length: 20 }, (_, index) => unstarted(index + 2, 30)),
		...Array.from({ length: 25 }, (_, index) => unstarted(index + 22, 2)),
		crashed(47, { startedAt: hoursAgo(1) }),
	];
	await recover({ workflows: ['ours'] });
	expect(retried.map(Number)).toEqual(Array.from({ length: 26 }, (_, index) => index + 22));
});

test('an execution that n8n deletes while it is looked at keeps no other from running again', async () => {
	const createdAt = new Date(Date.now() - 60_000).toISOString();
	const unstarted = { startedAt: null, createdAt };
	rows = [crashed(1, unstarted), crashed(2, { ...unstarted, isGone: true }), crashed(3, unstarted)];
	await recover({ workflows: ['ours'] });
	expect(retried).toContain('1');
	expect(retried).toContain('3');
});

test("of what crashed before it started, what the sender's repeat has run is skipped", async () => {
	const before = { startedAt: null, createdAt: new Date(Date.now() - 60_000).toISOString() };
	rows = [lost(1, 'A', before), lost(2, 'B', before), ran(3, 'A')];
	const { items } = await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['2']);
	expect(items[0]).toMatchObject({ outcome: 'skipped', executionId: '1', passedExecutionId: '3' });
});

test('more executions than one page are looked at', async () => {
	rows = Array.from({ length: 600 }, (_, index) => ({ ...crashed(index + 1), status: 'success' }));
	rows[0] = crashed(1);
	rows[300] = crashed(301);
	await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['1', '301']);
});

test('what crashes again and again is left alone, and said so', async () => {
	rows = [crashed(1), crashed(2, { retryOf: '1' }), crashed(3, { retryOf: '2' })];
	const { items } = await recover({ workflows: ['ours'] });
	expect(retried).toEqual([]);
	expect(items).toMatchObject([
		{ outcome: 'gaveUp', executionId: '3', firstExecutionId: '1', crashes: 3 },
	]);
	expect(items[0]?.message).toMatch(/crashed 3 times/);
});

test('two runs at the same time run nothing twice', async () => {
	rows = [crashed(1)];
	const waiting: ServerResponse[] = [];
	let asked: () => void = () => undefined;
	const begun = new Promise<void>((resolve) => (asked = resolve));
	retry = (_id, response) => {
		waiting.push(response);
		asked();
	};
	const first = recover({ workflows: ['ours'] });
	await begun;
	const second = await recover({ workflows: ['ours'] });
	expect(second.items).toMatchObject([{ outcome: 'skipped' }]);
	for (const response of waiting) json(response, 200, { id: '2', status: 'waiting' });
	expect((await first).items).toMatchObject([{ outcome: 'started', retryExecutionId: '2' }]);
	expect(retried).toEqual(['1']);
});

test('a run does not run again what another run has run to its end meanwhile', async () => {
	rows = [crashed(1), crashed(2)];
	const answerTo = retry;
	let release: () => void = () => undefined;
	const begun = new Promise<void>((asked) => {
		retry = (id, response) => {
			release = () => answerTo(id, response);
			asked();
		};
	});
	// It knows of both, and is still at the first one.
	const first = recover({ workflows: ['ours'] });
	await begun;
	retry = answerTo;
	expect((await recover({ workflows: ['ours'] })).items).toMatchObject([
		{ outcome: 'skipped', executionId: '1' },
		{ outcome: 'recovered', executionId: '2' },
	]);
	release();
	expect((await first).items).toMatchObject([
		{ outcome: 'recovered', executionId: '1' },
		{ outcome: 'skipped', executionId: '2' },
	]);
	expect(retried).toEqual(['1', '2']);
});

const event = (id: string) => ({
	specversion: '1.0',
	id,
	source: '/kometia',
	type: 'kometia.order.created',
	dedupekey: `order|${id}`,
});
const lost = (id: number, eventId: string, more: Partial<Row> = {}) =>
	crashed(id, { data: crashedWith('Trigger', [event(eventId)]), ...more });
const ran = (id: number, eventId: string, more: Partial<Row> = {}): Row =>
	crashed(id, { status: 'success', data: startedWith('Trigger', [event(eventId)]), ...more });

test('a run of Recover that crashed is not run again, unless its workflow receives events too', async () => {
	rows = [lost(1, 'A', { workflowId: 'recovering' }), lost(2, 'B', { workflowId: 'both' })];
	const { items, error } = await recover();
	expect(error?.message).toBeUndefined();
	expect(items).toMatchObject([{ outcome: 'recovered', executionId: '2' }]);
	expect(retried).toEqual(['2']);
});

test("what the sender's repeat has run already is skipped, with the repeat's number", async () => {
	rows = [lost(1, 'A'), lost(2, 'B'), ran(3, 'A')];
	const { items } = await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['2']);
	expect(items).toMatchObject([
		{ outcome: 'skipped', executionId: '1', passedExecutionId: '3' },
		{ outcome: 'recovered', executionId: '2' },
	]);
	expect(items[0]?.message).toContain('Execution 3');
});

test('what another execution has run to its end is not looked for again, and is told again', async () => {
	rows = [lost(1, 'A'), ran(2, 'A')];
	const { items } = await recover({ workflows: ['ours'] });
	expect(readsOfData).not.toEqual([]);
	readsOfData = [];
	expect((await recover({ workflows: ['ours'] })).items).toEqual(items);
	expect(items).toMatchObject([{ outcome: 'skipped', executionId: '1', passedExecutionId: '2' }]);
	expect(readsOfData).toEqual([]);
	// Another one is looked for, as ever.
	rows.push(lost(3, 'B'));
	expect((await recover({ workflows: ['ours'] })).items).toMatchObject([
		{ outcome: 'skipped', executionId: '1' },
		{ outcome: 'recovered', executionId: '3' },
	]);
	expect(retried).toEqual(['3']);
});

test('a later crash with the event of an older one finds what ran in place of that one, however long ago', async () => {
	const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
	rows = [lost(1, 'A', { startedAt: hoursAgo(12) }), ran(2, 'A', { startedAt: hoursAgo(11) })];
	await recover({ workflows: ['ours'] });
	rows.push(lost(3, 'A', { startedAt: hoursAgo(1) }));
	expect((await recover({ workflows: ['ours'] })).items).toMatchObject([
		{ outcome: 'skipped', executionId: '1', passedExecutionId: '2' },
		{ outcome: 'skipped', executionId: '3', passedExecutionId: '2' },
	]);
	expect(retried).toEqual([]);
});

test('what n8n keeps no trace of, once it has run, is not run again on the next schedule', async () => {
	rows = [lost(1, 'A'), lost(2, 'B')];
	// The workflow saves neither what succeeds nor what fails.
	retry = (id, response) =>
		json(response, 200, { id: `9${id}`, status: id === '1' ? 'success' : 'error' });
	expect((await recover({ workflows: ['ours'] })).items).toMatchObject([
		{ outcome: 'recovered', retryExecutionId: '91' },
		{ outcome: 'failed', retryExecutionId: '92' },
	]);
	expect((await recover({ workflows: ['ours'] })).items).toMatchObject([
		{ outcome: 'skipped', executionId: '1', passedExecutionId: '91' },
		{ outcome: 'skipped', executionId: '2', passedExecutionId: '92' },
	]);
	expect(retried).toEqual(['1', '2']);
});

test('a test in the editor that a crash ended is left alone', async () => {
	rows = [lost(1, 'A', { mode: 'manual' }), lost(2, 'B')];
	await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['2']);
});

const calledBy = (executionId: string, envelope: Record<string, unknown> = {}) => ({
	mode: 'integrated',
	data: {
		...crashedWith('Trigger', [envelope]),
		parentExecution: { executionId, workflowId: 'ours' },
	},
});

test('what crashed with the execution that called it is left to that one, which calls it again', async () => {
	rows = [lost(1, 'A'), lost(2, '', calledBy('1')), lost(4, '', calledBy('3'))];
	rows.push(ran(3, 'B'), lost(6, '', calledBy('5')));
	// n8n has saved that this one had come further.
	const source = { main: [{ previousNode: 'Trigger' }] };
	const nodeExecutionStack = [{ node: { name: 'Work' }, data: { main: [[]] }, source }];
	const data = { ...startedWith('Trigger', [event('C')]), executionData: { nodeExecutionStack } };
	rows.push(crashed(5, { data }));
	const { items } = await recover({ workflows: ['ours'] });
	expect(items).toMatchObject([
		{ outcome: 'recovered', executionId: '1' },
		{ outcome: 'skipped', executionId: '2', passedExecutionId: '1' },
		// Its caller has not waited for it.
		{ outcome: 'recovered', executionId: '4' },
		{ outcome: 'recovered', executionId: '5' },
		{ outcome: 'recovered', executionId: '6' },
	]);
	expect(items[1]?.message).toMatch(/Execution 1 called it/);
	// The caller has run again by now.
	await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['1', '4', '5', '6']);
});

test('what Recover ran from the outbox, and crashed with Recover, runs again from its own execution', async () => {
	const more = calledBy('1', { ...event('A'), recoveryof: '7' });
	rows = [crashed(1), lost(2, '', more)];
	await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['1', '2']);
});

test('an event that crashed n8n in several executions, as its sender sent it again, counts as often', async () => {
	rows = [lost(1, 'A'), lost(2, 'A'), lost(3, 'A'), lost(4, 'B'), lost(5, 'B')];
	const { items } = await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['4']);
	expect(items[0]).toMatchObject({ outcome: 'gaveUp', executionId: '1' });
	expect(items[0]?.message).toMatch(/crashed 3 times/);
});

test('what another execution was at when it crashed runs after all', async () => {
	rows = [lost(1, 'A'), ran(2, 'A', { status: 'waiting' })];
	expect((await recover({ workflows: ['ours'] })).items).toMatchObject([{ outcome: 'skipped' }]);
	rows = [lost(1, 'A'), lost(2, 'A')];
	await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['1']);
});

test.each([
	['that waits', { status: 'waiting' }],
	['that runs', { status: 'running', startedAt: new Date(Date.now() + 60_000).toISOString() }],
	['that is to run', { status: 'new' }],
	['that failed behind the trigger', { status: 'error' }],
	[
		'that replayed it',
		{ mode: 'integrated', data: startedWith('Trigger', [{ ...event('A'), replayof: '1' }]) },
	],
])('an execution %s has passed with the event', async (_name, more) => {
	rows = [lost(1, 'A'), ran(3, 'A', more)];
	const { items } = await recover({ workflows: ['ours'] });
	expect(retried).toEqual([]);
	expect(items).toMatchObject([{ outcome: 'skipped', passedExecutionId: '3' }]);
});

test.each([
	['dropped it as a duplicate', { data: startedWith('Trigger', []) }],
	['brought another event', { data: startedWith('Trigger', [event('B')]) }],
	[
		'failed in the trigger itself',
		{
			status: 'error',
			data: {
				...crashedWith('Trigger', [event('A')]),
				resultData: {
					runData: { Trigger: [{ error: { message: 'no' } }] },
					lastNodeExecuted: 'Trigger',
					error: { message: 'no' },
				},
			},
		},
	],
	['was a test in the editor', { mode: 'manual' }],
	['is of another workflow', { workflowId: 'other' }],
])('an execution that %s does not keep what crashed from running', async (_name, more) => {
	rows = [lost(1, 'A'), ran(3, 'A', more)];
	await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['1']);
});

test('an execution that n8n cannot write keeps nothing else from being found', async () => {
	rows = [lost(1, 'A'), ran(2, 'A'), ran(3, 'B', { isUnwritable: true })];
	const { items, error } = await recover({ workflows: ['ours'] });
	expect(error).toBeUndefined();
	expect(items).toMatchObject([{ outcome: 'skipped', executionId: '1', passedExecutionId: '2' }]);
});

test('what n8n leaves out of a page is not taken for the end of the list', async () => {
	const others = Array.from({ length: 300 }, (_, index) =>
		ran(index + 3, `other-${index}`, { isLeftOut: index % 40 === 0 }),
	);
	rows = [lost(1, 'A'), ran(2, 'A'), ...others];
	await recover({ workflows: ['ours'] });
	expect(retried).toEqual([]);
});

test('of several events in one execution all must have passed', async () => {
	const data = crashedWith('Trigger', [event('A'), event('B')]);
	rows = [crashed(1, { data }), ran(3, 'A')];
	await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['1']);
	rows = [crashed(1, { data }), ran(3, 'A'), ran(4, 'B')];
	await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['1']);
});

test('of two that crashed with one event, one is run', async () => {
	rows = [lost(1, 'A'), lost(2, 'A')];
	const { items } = await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['1']);
	expect(items).toMatchObject([
		{ outcome: 'recovered', executionId: '1' },
		{ outcome: 'skipped', executionId: '2', passedExecutionId: '1' },
	]);
});

test('an own attempt that crashed again is no other execution', async () => {
	rows = [lost(1, 'A'), lost(2, 'A', { retryOf: '1', mode: 'retry' })];
	await recover({ workflows: ['ours'] });
	expect(retried).toEqual(['2']);
});

test('a retry that fails, or that n8n refuses, is told in words', async () => {
	rows = [crashed(1), crashed(2)];
	retry = (id, response) =>
		id === '1'
			? json(response, 200, { id: '9', status: 'error' })
			: json(response, 409, { message: 'The execution is queued' });
	const { items } = await recover({ workflows: ['ours'] });
	expect(items).toMatchObject([
		{ outcome: 'failed', retryExecutionId: '9' },
		{ outcome: 'refused', message: expect.stringContaining('The execution is queued') as string },
	]);
});

test('a key that may not retry is an error that names the scope', async () => {
	rows = [crashed(1)];
	missingScope = 'POST /api/v1/executions/:id/retry';
	const { error } = await recover({ workflows: ['ours'] });
	expect(`${error?.message} ${error?.description}`).toMatch(/execution:retry/);
});

test('a wrong key is an error that says where the key stands', async () => {
	const { error } = await recover({}, { apiKey: 'another' });
	expect(`${error?.message} ${error?.description}`).toMatch(/API key/);
	expect(retried).toEqual([]);
});

test.each([
	[{ startedWithin: '={{ 1e15 }}' }, "'Started Within (Hours)' is not a number from 0.1 to 87600"],
	[{ startedWithin: -1 }, "'Started Within (Hours)' is not a number from 0.1 to 87600"],
	[{ concurrency: '={{ Infinity }}' }, "'Concurrency' is not a number from 1 to 20"],
	[{ mostCrashes: '={{ "many" }}' }, "'Max Crashes' is not a number from 1 to 100"],
])('the option %j is refused by its name', async (recoverOptions, message) => {
	rows = [crashed(1)];
	const { error } = await recover({ workflows: ['ours'], recoverOptions });
	expect(error?.message).toBe(message);
	expect(retried).toEqual([]);
});

test('with Continue on Fail a run that failed is no item that was recovered', async () => {
	const { outputs } = await recover({}, { apiKey: 'another' }, 'continueRegularOutput');
	expect(outputs.map((output) => output.map(({ json: item }) => item))).toMatchObject([
		[{ error: { message: expect.stringContaining('401') as string } }],
		[],
	]);
});
