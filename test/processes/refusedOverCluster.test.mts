import type { IDataObject } from 'n8n-workflow';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { SharedRefusals } from '../../lib/cluster/sharedRefusals.ts';
import { RefusalTally, summaryOf, type Refusal } from '../../lib/receive/refusals.ts';
import { connection, freshKeys, redisCommand } from '../support/clusterRedis.mts';
import { deliver, post, receivedMessage } from '../support/inboxHub.mts';
import { captureLog } from '../support/n8nLog.mts';
import {
	ClusterProcess,
	clusterWorkflow,
	queueModeEnvironment,
	type ClusterWorkflow,
} from '../support/queueMode.mts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';

const HOUR = 3_600_000;
const PATIENCE = { timeout: 30_000, interval: 50 };

describe.runIf(redisIsInstalled)('refusals that several processes count', () => {
	let redis: RedisServer;
	beforeAll(async () => {
		redis = await RedisServer.start();
	});
	afterAll(async () => await redis.stop());

	const refusal = (more: Partial<Refusal> = {}): Refusal => ({
		reason: 'signature_mismatch',
		whatToDo: 'look at the secret: ñ, "quoted"',
		address: '203.0.113.1',
		at: new Date('2026-11-29T12:00:00Z'),
		...more,
	});
	const countsOf = (refusals: readonly Refusal[], duplicates = 0) => {
		const tally = new RefusalTally();
		for (const one of refusals) tally.refused(one);
		for (let i = 0; i < duplicates; i += 1) tally.passedOver('duplicate');
		return tally.takeCounts();
	};
	const processes = () => {
		const keys = freshKeys();
		return [1, 2].map(() => new SharedRefusals(connection(redis), keys)) as [
			SharedRefusals,
			SharedRefusals,
		];
	};
	const summary = async (shared: SharedRefusals) => {
		const found = await shared.take();
		return found && summaryOf(found.counts);
	};

	test('are one sum: by reason and address, from the first to the last', async () => {
		const [one, two] = processes();
		const later = new Date('2026-11-29T12:05:00Z');
		await one.add(countsOf([refusal(), refusal()], 2), 'inbox-hub', HOUR);
		const other = refusal({ reason: 'body_malformed', address: '2001:db8::1', at: later });
		await two.add(countsOf([refusal(), refusal({ address: '2001:db8::1' }), other]), 'waha', HOUR);
		expect(await summary(two)).toEqual({
			refused: 5,
			reasons: [
				{ reason: 'signature_mismatch', count: 4, whatToDo: 'look at the secret: ñ, "quoted"' },
				{ reason: 'body_malformed', count: 1, whatToDo: 'look at the secret: ñ, "quoted"' },
			],
			firstAt: '2026-11-29T12:00:00.000Z',
			lastAt: '2026-11-29T12:05:00.000Z',
			sourceAddressCount: 2,
			sourceAddresses: expect.arrayContaining([
				{ address: '203.0.113.1', count: 3 },
				{ address: '2001:db8::1', count: 2 },
			]),
			duplicates: 2,
			ignored: 0,
		});
	});

	test('are told once in the interval, whoever asks; duplicates alone are not told', async () => {
		const [one, two] = processes();
		await one.add(countsOf([], 3), 'x', 300);
		expect(await summary(one)).toBeUndefined();
		await one.add(countsOf([refusal()]), 'x', 300);
		const first = await Promise.all([summary(one), summary(two), summary(one)]);
		expect(first.filter((each) => each !== undefined)).toMatchObject([
			{ refused: 1, duplicates: 3 },
		]);
		await one.add(countsOf([refusal()]), 'x', HOUR);
		await two.add(countsOf([refusal()]), 'x', HOUR);
		expect(await summary(two)).toBeUndefined();
		await two.add(countsOf([refusal()]), 'x', 1);
		await expect.poll(async () => await summary(two), PATIENCE).toMatchObject({ refused: 3 });
		expect(await summary(one)).toBeUndefined();
	});

	test('hold a thousand addresses at most, and count every delivery', async () => {
		const [one, two] = processes();
		const many = (start: number) =>
			countsOf(Array.from({ length: 900 }, (_, i) => refusal({ address: `${start + i}` })));
		await one.add(many(0), 'x', HOUR);
		await two.add(many(500), 'x', HOUR);
		expect(await summary(one)).toMatchObject({ refused: 1_800, sourceAddressCount: 1_000 });
	});

	describe('of a trigger', () => {
		let workflow: ClusterWorkflow;
		let closers: Array<() => Promise<void>>;

		beforeEach(() => {
			queueModeEnvironment(redis);
			workflow = clusterWorkflow();
			closers = [];
		});
		afterEach(async () => {
			vi.unstubAllEnvs();
			await Promise.all(closers.map(async (close) => await close()));
		});

		const start = async (minutes = 60) =>
			await ClusterProcess.start(workflow, { refusedInterval: minutes }, ['webhook.refused']);
		const serve = async (process: ClusterProcess) => {
			const host = await process.serve();
			closers.push(async () => await host.close());
			return host.url;
		};
		const forge = async (url: string) => await post(url, JSON.stringify(receivedMessage()));
		const lead = async (process: ClusterProcess) => {
			const events: IDataObject[] = [];
			const leading = await process.lead((items) => events.push(...items.map(({ json }) => json)));
			closers.push(leading.close);
			return { events, close: leading.close };
		};
		const told = (events: readonly IDataObject[]) =>
			events.map(({ data }) => (data as { refused: number }).refused);

		test('what two processors refuse is one event of the main process', async () => {
			const urls = [await serve(await start()), await serve(await start())];
			const main = await start();
			for (const url of [...urls, ...urls, ...urls]) expect((await forge(url)).status).toBe(401);
			// The processors have handed over before the main process looks for the first time.
			const count = async () =>
				await redisCommand(
					redis,
					{},
					'HGET',
					`n8n:realtime-webhooks:{${workflow.id}:${main.nodeId}}:refused`,
					'reason signature_missing',
				);
			await expect.poll(count, PATIENCE).toBe('6');
			const { events } = await lead(main);
			await expect.poll(() => told(events), PATIENCE).toEqual([6]);
			expect(events[0]).toMatchObject({ type: 'webhook.refused', source: '/inbox-hub' });
			expect(workflow.queue).toEqual([]);
		});

		test('a closed trigger tells nothing more', async () => {
			const url = await serve(await start());
			const main = await start();
			const leading = await lead(main);
			await leading.close();
			await forge(url);
			const other = await lead(await start());
			await expect.poll(() => told(other.events), PATIENCE).toEqual([1]);
			expect(leading.events).toEqual([]);
		});

		test('Redis away: the process counts alone and says so; then together again', async () => {
			const own = await RedisServer.start('--requirepass', 'a-long-secret');
			queueModeEnvironment(own);
			vi.stubEnv('QUEUE_BULL_REDIS_PASSWORD', 'a-long-secret');
			const log = captureLog();
			const url = await serve(await start());
			await own.stop();
			expect((await forge(url)).status).toBe(401);
			await expect.poll(() => log.text(), PATIENCE).toContain('counted within this process only');
			expect(workflow.queue).toEqual([]);
			await forge(url);
			expect(workflow.queue.map(({ items }) => told(items.map(({ json }) => json)))).toEqual([[2]]);
			await own.start();
			const { events } = await lead(await start());
			await forge(url);
			await expect.poll(() => told(events), PATIENCE).toEqual([1]);
			expect(log.text()).not.toContain('a-long-secret');
			await own.stop();
		});

		test('a duplicate and an event that is not wanted are counted, and start nothing', async () => {
			const url = await serve(await start());
			const { events } = await lead(await start());
			expect((await deliver(url, receivedMessage())).json).toEqual({ ignored: true });
			await forge(url);
			await expect.poll(() => events[0]?.data, PATIENCE).toMatchObject({ refused: 1, ignored: 1 });
		});
	});
});
