import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { FirstExecutions } from '../../lib/cluster/firstExecutions.ts';
import { NodeKeys } from '../../lib/cluster/nodeKeys.ts';
import { Outbox } from '../../lib/cluster/outbox.ts';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { connection, redisCommand } from '../support/clusterRedis.mts';
import { emptied, N8nExecutionsStandIn } from '../support/n8nExecutions.mts';
import { queueModeEnvironment } from '../support/queueMode.mts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';
import { runReplay } from '../support/runReplay.mts';

const TRIGGER_ID = 'trigger-id';
const TYPE = 'realtimeWebhooksRealtimeRedisApi';
/** As the tests' n8n calls the credential that a node has selected. */
const SAME = { id: `id-${TYPE}`, name: 'Claims' };

describe.runIf(redisIsInstalled)('Recover where a trigger names another Redis', () => {
	let own: RedisServer;
	let named: RedisServer;
	let n8n: N8nExecutionsStandIn;
	let baseUrl: string;

	beforeAll(async () => {
		[own, named] = await Promise.all([RedisServer.start(), RedisServer.start()]);
	});
	afterAll(async () => await Promise.all([own.stop(), named.stop()]));
	beforeEach(async () => {
		queueModeEnvironment(own);
		for (const server of [own, named]) await redisCommand(server, {}, 'FLUSHALL');
		n8n = new N8nExecutionsStandIn();
		baseUrl = await n8n.start();
	});
	afterEach(async () => {
		vi.unstubAllEnvs();
		await n8n.stop();
	});

	const workflow = (credential: object | undefined, more: object = {}) =>
		n8n.workflow('ours', {
			nodes: [
				{
					id: TRIGGER_ID,
					name: 'Trigger',
					type: `${PACKAGE_NAME}.baileysTrigger`,
					parameters: { options: { deduplicationStore: 'anotherRedis' } },
					...(credential === undefined ? {} : { credentials: { [TYPE]: credential } }),
				},
				{ id: 'work-id', name: 'Work', type: 'n8n-nodes-base.noOp' },
			] as never,
			...more,
		});
	const event = (id: string) => ({
		specversion: '1.0',
		id,
		source: '/shop',
		type: 'order.paid',
		time: '2026-11-29T12:00:00Z',
		dedupekey: `order|${id}`,
		data: {},
	});
	const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
	const emptyRow = () =>
		n8n.store('ours', event('?'), {
			status: 'error',
			data: emptied(),
			startedAt: minutesAgo(5),
			stoppedAt: minutesAgo(3),
		});
	/** n8n has accepted an event, and an execution may have begun with it. */
	const keep = async (server: RedisServer, id: string, executionId?: number) => {
		const redis = connection(server);
		const keys = new NodeKeys('n8n', `ours:${TRIGGER_ID}`);
		const key = `order|${id}`;
		const box = new Outbox({ redis, keys });
		await box.put({ key, item: { json: event(id) } });
		if (executionId === undefined) return box;
		await new FirstExecutions(redis, keys).begin({
			executionId: String(executionId),
			keys: [key],
			windowMs: 3_600_000,
			capacity: 100,
		});
		return box;
	};
	const recover = async (port: number | undefined, options: object = ANOTHER) => {
		const outcome = await runReplay(n8n, {
			baseUrl,
			parameters: { operation: 'recover', workflows: [], recoverOptions: { ...options } },
			...(port === undefined ? {} : { credentials: { [TYPE]: { host: '127.0.0.1', port } } }),
		});
		return { ...outcome, items: (outcome.outputs[0] ?? []).map(({ json }) => json) };
	};
	const ANOTHER = { deduplicationStore: 'anotherRedis' };

	test('what n8n has emptied runs once from the outbox in there, and from n8n’s own', async () => {
		workflow(SAME);
		const box = await keep(named, 'A', emptyRow().id);
		const before = await keep(own, 'B', emptyRow().id);
		const { items, runs } = await recover(named.port);
		expect(items.map(({ outcome, from }) => [outcome, from])).toEqual([
			['recovered', 'outbox'],
			['recovered', 'outbox'],
		]);
		expect(runs.map(({ json }) => json.id).sort()).toEqual(['A', 'B']);
		expect([await box.list(), await before.list()]).toEqual([[], []]);
		expect((await recover(named.port)).items).toEqual([]);
	});

	test('what stands in both, since the trigger was changed, runs once', async () => {
		const failed = { saveDataErrorExecution: 'none' };
		workflow(SAME, { settings: { executionOrder: 'v1', ...failed } });
		await Promise.all([keep(named, 'A', emptyRow().id), keep(own, 'A')]);
		expect((await recover(named.port)).runs).toHaveLength(1);
	});

	test.each([
		['is not given to Recover', SAME, undefined, {}],
		['is another one than that of Recover', { id: 'other', name: 'Claims' }, 'named', ANOTHER],
		['is known by its name only', { id: null, name: 'Claims' }, 'named', ANOTHER],
	])(
		'a Redis that %s is said, and nothing is called lost',
		async (_what, credential, to, options) => {
			workflow(credential);
			const { id } = emptyRow();
			await keep(named, 'A', id);
			const { items, runs } = await recover(to === undefined ? undefined : named.port, options);
			expect(runs).toEqual([]);
			expect(items).toMatchObject([
				{ outcome: 'unclear', executionId: String(id) },
				{ outcome: 'unclear', workflowId: 'ours', trigger: 'Trigger', credential: 'Claims' },
			]);
			expect(items[0]?.message).toMatch(/may be in an outbox that Recover did not read/);
			expect(items[1]?.message).toMatch(
				/did not look into the Redis of the credential 'Claims', in which the trigger 'Trigger' of the workflow 'Workflow ours' keeps.*select this credential/,
			);
			expect((await recover(named.port, ANOTHER)).items.length).toBeGreaterThan(0);
		},
	);

	test('a Redis that is away is said with its address, and the rest is recovered', async () => {
		workflow(SAME);
		await keep(own, 'B', emptyRow().id);
		const gone = await RedisServer.start();
		await gone.stop();
		const { items, runs, error } = await recover(gone.port);
		expect(error).toBeUndefined();
		expect(runs.map(({ json }) => json.id)).toEqual(['B']);
		expect(items[1]).toMatchObject({ outcome: 'unclear', trigger: 'Trigger' });
		expect(items[1]?.message).toMatch(
			new RegExp(`127\\.0\\.0\\.1:${gone.port}.*run Recover again`),
		);
	});

	test('a trigger without a credential is told; a draft that never ran is not', async () => {
		const ours = workflow(undefined);
		const { items } = await recover(named.port);
		expect(items).toMatchObject([{ outcome: 'unclear', trigger: 'Trigger', credential: null }]);
		expect(items[0]?.message).toContain('no credential is selected');
		Object.assign(ours, { active: false });
		expect((await recover(named.port)).items).toEqual([]);
	});

	test('a credential that cannot be read ends the run, with the field', async () => {
		workflow(SAME);
		const outcome = await runReplay(n8n, {
			baseUrl,
			parameters: { operation: 'recover', workflows: [], recoverOptions: ANOTHER },
			credentials: { [TYPE]: { host: '' } },
		});
		expect(outcome.error?.message).toContain("'Host' of the Redis credential is empty");
	});

	test('outside of queue mode the option has no effect', async () => {
		workflow(SAME);
		await keep(named, 'A', emptyRow().id);
		vi.stubEnv('EXECUTIONS_MODE', 'regular');
		const { items, error } = await recover(undefined, ANOTHER);
		expect([items, error]).toEqual([[], undefined]);
	});
});
