import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { FirstExecutions } from '../../lib/cluster/firstExecutions.ts';
import { NodeKeys } from '../../lib/cluster/nodeKeys.ts';
import { RunnerSign } from '../../lib/cluster/runners.ts';
import { Outbox } from '../../lib/cluster/outbox.ts';
import { readEvents } from '../../lib/history/readEvents.ts';
import { N8nApi } from '../../lib/history/store/n8nApi.ts';
import { isGap } from '../../lib/history/storedEvent.ts';
import { PooledHttp } from '../../lib/net/http.ts';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { connection, redisCommand } from '../support/clusterRedis.mts';
import {
	crashedWith,
	emptied,
	EVENT_STORE_KEY,
	N8nExecutionsStandIn,
	redacted,
	runningWith,
	startedWith,
	type KeptExecution,
} from '../support/n8nExecutions.mts';
import { queueModeEnvironment } from '../support/queueMode.mts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';
import { runReplay, type ReplayRun } from '../support/runReplay.mts';

const TRIGGER_ID = 'trigger-id';

describe.runIf(redisIsInstalled)('Recover where a worker has died', () => {
	let redis: RedisServer;
	let n8n: N8nExecutionsStandIn;
	let baseUrl: string;

	beforeAll(async () => {
		redis = await RedisServer.start();
	});
	afterAll(async () => await redis.stop());
	beforeEach(async () => {
		queueModeEnvironment(redis);
		await redisCommand(redis, {}, 'FLUSHALL');
		n8n = new N8nExecutionsStandIn();
		baseUrl = await n8n.start();
		n8n.workflow('ours', {
			nodes: [
				{ id: TRIGGER_ID, name: 'Trigger', type: `${PACKAGE_NAME}.baileysTrigger` },
				{ id: 'work-id', name: 'Work', type: 'n8n-nodes-base.noOp' },
			],
		});
	});
	afterEach(async () => {
		vi.unstubAllEnvs();
		await n8n.stop();
	});

	const event = (id: string) => ({
		specversion: '1.0',
		id,
		source: '/shop',
		type: 'order.paid',
		time: '2026-11-29T12:00:00Z',
		dedupekey: `order|${id}`,
		data: { amount: '1.50' },
	});
	const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
	const emptyRow = (more: Partial<KeptExecution> = {}) =>
		n8n.store('ours', event('?'), {
			status: 'error',
			data: emptied(),
			startedAt: minutesAgo(5),
			stoppedAt: minutesAgo(3),
			...more,
		});
	const row = (id: string, status: string, more: Partial<KeptExecution> = {}) =>
		n8n.store('ours', event(id), { status, startedAt: minutesAgo(4), ...more });
	const outbox = () => {
		const shared = connection(redis);
		const keys = new NodeKeys('n8n', `ours:${TRIGGER_ID}`);
		const box = new Outbox({ redis: shared, keys });
		const first = new FirstExecutions(shared, keys);
		return {
			box,
			/** n8n has accepted an event, and an execution has begun with it. */
			keep: async (id: string, executionId?: number, sign?: RunnerSign) => {
				const key = `order|${id}`;
				await box.put({ key, item: { json: event(id) } });
				if (executionId === undefined) return;
				const begin = { keys: [key] as const, windowMs: 3_600_000, capacity: 100 };
				const beginning = sign === undefined ? first : new FirstExecutions(shared, keys, sign);
				await beginning.begin({ ...begin, executionId: String(executionId) });
			},
		};
	};
	const recover = async (run: Partial<ReplayRun> = {}) => {
		const outcome = await runReplay(n8n, {
			baseUrl,
			parameters: { operation: 'recover', workflows: [], recoverOptions: {} },
			...run,
		});
		expect(outcome.error).toBeUndefined();
		return { ...outcome, items: (outcome.outputs[0] ?? []).map(({ json }) => json) };
	};
	const history = async () => {
		const http = new PooledHttp(baseUrl, { connections: 2, connectLimitMs: 5_000 });
		const found = [];
		const api = new N8nApi(http, '/api/v1', EVENT_STORE_KEY, async () => undefined);
		for await (const entry of readEvents(api, {})) {
			if (!isGap(entry)) found.push([entry.event.id, entry.status, entry.executionId]);
		}
		http.close();
		return found;
	};

	test('what n8n has emptied runs once from the outbox, is in the history and no longer kept', async () => {
		const { box, keep } = outbox();
		const { id } = emptyRow();
		await keep('A', id);
		const { items, runs } = await recover();
		expect(items).toMatchObject([
			{
				outcome: 'recovered',
				executionId: String(id),
				workflowId: 'ours',
				from: 'outbox',
				event: { id: 'A', source: '/shop', type: 'order.paid' },
				retryExecutionId: runs[0]?.executionId,
			},
		]);
		expect(JSON.stringify(items)).not.toContain('1.50');
		expect(runs).toHaveLength(1);
		expect(runs[0]?.code.id).toBe('ours');
		expect(runs[0]?.json).toMatchObject({ ...event('A'), recoveryof: String(id) });
		expect(await box.list()).toEqual([]);
		expect(await history()).toEqual([['A', 'success', runs[0]?.executionId]]);
		expect((await recover()).items).toEqual([]);
	});

	test('what n8n emptied a moment before it was retried is not taken for a retry that failed', async () => {
		const { box, keep } = outbox();
		await keep('A');
		// As n8n 2.41.1 leaves it: the retry counts as the one that succeeded, and has failed.
		emptyRow({ startedAt: null, retrySuccessId: '2' });
		const at = minutesAgo(2);
		emptyRow({ mode: 'retry', retryOf: '1', startedAt: at, stoppedAt: at });
		const { items, runs } = await recover();
		expect(items).toMatchObject([{ outcome: 'recovered', from: 'outbox', event: { id: 'A' } }]);
		expect(runs).toHaveLength(1);
		expect(await box.list()).toEqual([]);
		expect((await recover()).items).toEqual([]);
	});

	test('what an emptied execution had called, and crashed with it, is called again and not retried beside it', async () => {
		n8n.scopes.add('execution:retry');
		const { keep } = outbox();
		const { id } = emptyRow();
		await keep('A', id);
		const parentExecution = { executionId: String(id), workflowId: 'ours' };
		const data = { ...crashedWith('Trigger', [{}]), parentExecution };
		const called = row('?', 'crashed', { mode: 'integrated', data });
		const skipped = { outcome: 'skipped', executionId: String(called.id) };
		expect((await recover()).items).toMatchObject([
			{ ...skipped, passedExecutionId: String(id) },
			{ outcome: 'recovered', executionId: String(id), from: 'outbox' },
		]);
		expect((await recover()).items).toMatchObject([skipped]);
	});

	test('what n8n has emptied, and its worker still runs, is left to that worker', async () => {
		const { box, keep } = outbox();
		const sign = new RunnerSign(connection(redis), 'n8n');
		await keep('A', emptyRow().id, sign);
		const { items, runs } = await recover();
		expect([items, runs]).toEqual([[], []]);
		expect(await box.list()).toHaveLength(1);
		// As after three minutes without a word.
		await redisCommand(redis, {}, 'DEL', `n8n:realtime-webhooks:alive:${sign.id}`);
		expect((await recover()).items).toMatchObject([{ outcome: 'recovered' }]);
	});

	test('two at once, and more after that, run it once', async () => {
		const { keep } = outbox();
		await keep('A', emptyRow().id);
		const outcomes = await Promise.all([recover(), recover(), recover()]);
		expect(outcomes.flatMap(({ runs }) => runs)).toHaveLength(1);
		expect((await recover()).runs).toEqual([]);
	});

	test('one that died before its first node runs, and what waits in the queue does not', async () => {
		const { box, keep } = outbox();
		const { id } = emptyRow();
		await keep('A');
		await keep('B');
		await keep('C');
		row('B', 'new', { startedAt: null, data: runningWith('Trigger', [event('B')]) });
		row('C', 'running', { data: runningWith('Trigger', [event('C')]) });
		const { items, runs } = await recover();
		expect(runs.map(({ json }) => json.id)).toEqual(['A']);
		expect(items).toMatchObject([{ outcome: 'recovered', executionId: String(id) }]);
		expect(await box.list()).toHaveLength(2);
		expect((await recover()).items).toEqual([]);
	});

	test('one that no worker could begin with runs, whatever the reason, and only once', async () => {
		const { box, keep } = outbox();
		// PostgreSQL was away for the workers when they took the job.
		const data = emptied('Driver not Connected');
		const { id } = emptyRow({ startedAt: null, data });
		await keep('A');
		await keep('B');
		row('B', 'new', { startedAt: null, data: runningWith('Trigger', [event('B')]) });
		const { items, runs } = await recover();
		expect(runs.map(({ json }) => json.id)).toEqual(['A']);
		expect(items).toMatchObject([{ outcome: 'recovered', executionId: String(id) }]);
		expect(await box.list()).toHaveLength(1);
		expect((await recover()).items).toEqual([]);
	});

	test('without an emptied execution nothing of what waits is taken for lost', async () => {
		const { box, keep } = outbox();
		await keep('A');
		expect((await recover()).items).toEqual([]);
		expect(await box.list()).toHaveLength(1);
	});

	test('where failed executions are not kept, one with whose key there is none is lost', async () => {
		const ours = n8n.workflows.find(({ id }) => id === 'ours');
		Object.assign(ours?.settings ?? {}, { saveDataErrorExecution: 'none' });
		const { keep } = outbox();
		await keep('A');
		await keep('B');
		row('B', 'running', { data: runningWith('Trigger', [event('B')]) });
		const { items, runs } = await recover();
		expect(runs.map(({ json }) => json.id)).toEqual(['A']);
		expect(items).toMatchObject([{ outcome: 'recovered', executionId: null }]);
	});

	test.each([
		['success', 'skipped', 0],
		['error', 'skipped', 0],
		['running', 'skipped', 1],
	])('what a replay has passed (%s) is skipped, with its number', async (status, outcome, left) => {
		const { box, keep } = outbox();
		await keep('A', emptyRow().id);
		const replay = row('A', status, {
			mode: 'integrated',
			data: startedWith('Trigger', [{ ...event('A'), replayof: '1' }]),
		});
		const { items, runs } = await recover();
		expect(runs).toEqual([]);
		expect(items).toMatchObject([{ outcome, passedExecutionId: String(replay.id) }]);
		expect(await box.list()).toHaveLength(left);
	});

	test('one that crashed with the event comes first, from its own row', async () => {
		n8n.scopes.add('execution:retry');
		const { box, keep } = outbox();
		await keep('A', emptyRow().id);
		row('A', 'crashed', { data: crashedWith('Trigger', [event('A')]) });
		const { runs } = await recover();
		expect(runs).toEqual([]);
		expect(await box.list()).toHaveLength(1);
	});

	test.each(['success', 'canceled', 'error'])(
		'what ended as %s is taken out without a word',
		async (status) => {
			const { box, keep } = outbox();
			await keep('A', row('A', status).id);
			expect((await recover()).items).toEqual([]);
			expect(await box.list()).toEqual([]);
		},
	);

	test.each(['running', 'new', 'waiting'])('what is %s stays', async (status) => {
		const { box, keep } = outbox();
		await keep('A', row('A', status).id);
		expect((await recover()).items).toEqual([]);
		expect(await box.list()).toHaveLength(1);
	});

	test('an execution that n8n no longer has is unclear, unless n8n keeps no successes', async () => {
		const { box, keep } = outbox();
		await keep('A', 77);
		const { items, runs } = await recover();
		expect(runs).toEqual([]);
		expect(items).toMatchObject([{ outcome: 'unclear', executionId: '77' }]);
		expect(items[0]?.message).toMatch(/no longer has execution 77/);
		expect(await box.list()).toHaveLength(1);
		vi.stubEnv('EXECUTIONS_DATA_SAVE_ON_SUCCESS', 'none');
		expect((await recover()).items).toEqual([]);
		expect(await box.list()).toEqual([]);
	});

	test('what no outbox has is said, once n8n has emptied it', async () => {
		const { id } = emptyRow();
		emptyRow({ mode: 'trigger' });
		row('B', 'error', { startedAt: minutesAgo(5), stoppedAt: minutesAgo(3) });
		const { items, runs } = await recover();
		expect(runs).toEqual([]);
		expect(items.map(({ outcome }) => outcome)).toEqual(['lost', 'lost']);
		expect(items[0]?.executionId).toBe(String(id));
		expect(items[0]?.message).toMatch(new RegExp(`execution ${id} died.*can't be recovered`));
	});

	test('of what no worker could begin with, and no outbox has, nobody knows whether its sender was told', async () => {
		const { id } = emptyRow({ startedAt: null, data: emptied('Driver not Connected') });
		const { items, runs } = await recover();
		expect(runs).toEqual([]);
		expect(items).toMatchObject([{ outcome: 'unclear', executionId: String(id) }]);
		expect(items[0]?.message).toContain('No worker could start execution');
	});

	test('data that n8n hides keep an event without an execution from being taken for lost', async () => {
		const { box, keep } = outbox();
		emptyRow();
		await keep('A');
		row('B', 'success', { data: redacted(startedWith('Trigger', [event('B')])) });
		const { items, runs } = await recover();
		expect(runs).toEqual([]);
		expect(items).toContainEqual(expect.objectContaining({ outcome: 'unclear' }));
		expect(await box.list()).toHaveLength(1);
	});

	test('one that fails is told and no longer kept: n8n has it now', async () => {
		const { box, keep } = outbox();
		await keep('A', emptyRow().id);
		const { items } = await recover({ onRun: () => ({ error: new Error('no stock') }) });
		expect(items).toMatchObject([{ outcome: 'failed', retryExecutionId: expect.any(String) }]);
		expect(items[0]?.message).toContain('no stock');
		expect(await box.list()).toEqual([]);
		expect((await recover()).runs).toEqual([]);
	});

	test('one that waits is kept until it has ended', async () => {
		const { box, keep } = outbox();
		await keep('A', emptyRow().id);
		const waitTill = new Date(Date.now() + 60_000);
		const { items, runs } = await recover({ onRun: () => ({ waitTill }) });
		expect(items).toMatchObject([{ outcome: 'started' }]);
		expect(await box.list()).toMatchObject([{ executionId: runs[0]?.executionId }]);
		expect((await recover()).items).toEqual([]);
		const waiting = n8n.executions.find(({ id }) => String(id) === runs[0]?.executionId);
		Object.assign(waiting ?? {}, { status: 'success' });
		expect((await recover()).items).toEqual([]);
		expect(await box.list()).toEqual([]);
	});

	test('a workflow that is not published is refused in words, and runs once it is', async () => {
		const ours = n8n.workflows.find(({ id }) => id === 'ours');
		Object.assign(ours ?? {}, { active: false });
		const { keep } = outbox();
		await keep('A', emptyRow().id);
		const { items } = await recover();
		expect(items).toMatchObject([{ outcome: 'refused' }]);
		expect(items[0]?.message).toMatch(/not published\. Publish it\. The event stays in the outbox/);
		Object.assign(ours ?? {}, { active: true });
		expect((await recover()).items).toMatchObject([{ outcome: 'recovered' }]);
	});

	test('outside of queue mode no Redis is asked', async () => {
		const { keep } = outbox();
		await keep('A', emptyRow().id);
		vi.stubEnv('EXECUTIONS_MODE', 'regular');
		expect((await recover()).items).toEqual([]);
	});
});
