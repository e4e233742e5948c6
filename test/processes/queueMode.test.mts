import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { NodeKeys } from '../../lib/cluster/nodeKeys.ts';
import { Outbox } from '../../lib/cluster/outbox.ts';
import { connection, redisCommand } from '../support/clusterRedis.mts';
import { deliver, receivedMessage } from '../support/inboxHub.mts';
import { deduplicateIn } from '../support/n8nCore.mts';
import { captureLog } from '../support/n8nLog.mts';
import {
	ClusterProcess,
	clusterWorkflow,
	passedItems,
	queueModeEnvironment,
	type ClusterWorkflow,
} from '../support/queueMode.mts';
import { RacyDeduplicator } from '../support/racyDeduplicator.mts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';

describe.runIf(redisIsInstalled)('a trigger of n8n in queue mode', () => {
	let redis: RedisServer;
	const store = new RacyDeduplicator();
	let workflow: ClusterWorkflow;
	let closers: Array<() => Promise<void>>;

	beforeAll(async () => {
		redis = await RedisServer.start();
		await deduplicateIn(store);
	});
	afterAll(async () => await redis.stop());
	beforeEach(async () => {
		queueModeEnvironment(redis);
		Object.assign(store, { entries: undefined, failures: 0 });
		workflow = clusterWorkflow();
		closers = [];
	});
	afterEach(async () => {
		vi.unstubAllEnvs();
		await Promise.all(closers.map(async (close) => await close()));
	});

	const start = async (options?: Parameters<typeof ClusterProcess.start>[1]) =>
		await ClusterProcess.start(workflow, options);
	const serve = async (process: ClusterProcess) => {
		const host = await process.serve();
		closers.push(async () => await host.close());
		return host.url;
	};
	const outboxOf = (process: ClusterProcess) =>
		new Outbox({
			redis: connection(redis),
			keys: new NodeKeys('n8n', `${workflow.id}:${process.nodeId}`),
		});
	const noPass = (runs: Awaited<ReturnType<ClusterProcess['work']>>[]) =>
		runs.map((run) => passedItems(run).length);

	test('copies at two processors are one execution; the others are duplicates', async () => {
		const urls = [await serve(await start()), await serve(await start())];
		const body = receivedMessage();
		const answers = await Promise.all(
			Array.from({ length: 30 }, async (_, i) => await deliver(urls[i % 2] as string, body)),
		);
		expect(workflow.queue).toHaveLength(1);
		expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200));
		expect(answers.filter(({ json }) => 'duplicate' in (json as object))).toHaveLength(29);
	});

	test('of two executions with one event at two workers one passes, and the other says which', async () => {
		const [one, two] = [await start(), await start()];
		const url = await serve(one);
		await deliver(url, receivedMessage());
		const [{ items } = { items: [] }] = workflow.queue;
		const log = captureLog();
		const runs = await Promise.all([
			one.work({ executionId: '1', items }),
			two.work({ executionId: '2', items }),
		]);
		expect(noPass(runs).sort()).toEqual([0, 1]);
		const passed = passedItems(runs[0] as never).length === 1 ? '1' : '2';
		expect(log.text()).toContain(`execution ${passed} already handled the same event`);
		expect(store.entries).toHaveLength(1);
	});

	test('the first use of a node by two workers keeps both keys', async () => {
		const workers = [await start(), await start()];
		const url = await serve(workers[0] as ClusterProcess);
		await deliver(url, receivedMessage());
		await deliver(url, receivedMessage());
		const runs = await Promise.all(
			workflow.queue.map(async (job, i) => await (workers[i] as ClusterProcess).work(job)),
		);
		expect(noPass(runs)).toEqual([1, 1]);
		expect([store.entries?.length, store.failures]).toEqual([2, 0]);
	});

	test('an event is in the outbox until its execution has ended', async () => {
		const worker = await start();
		await deliver(await serve(worker), receivedMessage());
		const outbox = outboxOf(worker);
		const [job] = workflow.queue;
		if (job === undefined) throw new Error('nothing was queued');
		await expect.poll(async () => await outbox.list()).toMatchObject([{ executionId: undefined }]);
		const [entry] = await outbox.list();
		expect(entry && (await outbox.read(entry))?.item).toEqual(job.items[0]);
		expect(passedItems(await worker.work(job))).toEqual([
			expect.objectContaining({ json: job.items[0]?.json }),
		]);
		await expect.poll(async () => await outbox.list()).toEqual([]);
	});

	test('what crashed runs again by a retry, and not where another execution has passed', async () => {
		const [one, two] = [await start(), await start()];
		await deliver(await serve(one), receivedMessage());
		const [job] = workflow.queue;
		if (job === undefined) throw new Error('nothing was queued');
		await one.work(job);
		expect(noPass([await two.work({ ...job, executionId: '2' }, '1')])).toEqual([1]);
		expect(noPass([await one.work({ ...job, executionId: '3' }, '1')])).toEqual([0]);
		expect(noPass([await one.work({ ...job, executionId: '4' })])).toEqual([0]);
	});

	test("Redis emptied: what was handled before is stopped by n8n's store", async () => {
		const worker = await start();
		const url = await serve(worker);
		await deliver(url, receivedMessage());
		const [job] = workflow.queue;
		if (job === undefined) throw new Error('nothing was queued');
		await worker.work(job);
		await redisCommand(redis, {}, 'FLUSHALL');
		const other = await start();
		expect(noPass([await other.work({ ...job, executionId: '2' })])).toEqual([0]);
	});

	test("'Answer: When the Workflow Has Ended' from before queue mode loses nothing", async () => {
		const worker = await start({ answer: 'whenEnded' });
		const log = captureLog();
		const { status } = await deliver(await serve(worker), receivedMessage());
		const [job] = workflow.queue;
		if (job === undefined) throw new Error('nothing was queued');
		expect([status, ...noPass([await worker.work(job)])]).toEqual([200, 1]);
		expect(log.text()).toContain('Answered when stored');
	});

	test('Redis away: 503 with Retry-After, and accepted when it is back; no execution is lost', async () => {
		const own = await RedisServer.start('--requirepass', 'a-long-secret');
		queueModeEnvironment(own);
		vi.stubEnv('QUEUE_BULL_REDIS_PASSWORD', 'a-long-secret');
		const log = captureLog();
		const worker = await start();
		const url = await serve(worker);
		await expect.poll(async () => (await deliver(url, receivedMessage())).status).toBe(200);
		await own.stop();
		const answer = await deliver(url, receivedMessage());
		expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
		const [job] = workflow.queue;
		if (job === undefined) throw new Error('nothing was queued');
		expect(noPass([await worker.work(job)])).toEqual([1]);
		await own.start();
		await expect.poll(async () => (await deliver(url, receivedMessage())).status).toBe(200);
		expect(JSON.stringify([log.text(), answer.json])).not.toContain('a-long-secret');
		await own.stop();
	});
});
