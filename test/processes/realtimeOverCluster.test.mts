import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { AnyCableStandIn } from '../support/anyCable.mts';
import { redisCommand } from '../support/clusterRedis.mts';
import { queueModeEnvironment } from '../support/queueMode.mts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';
import { RunningTrigger, type TriggerInput } from '../support/socketIoTrigger.mts';

const PATIENCE = { timeout: 30_000, interval: 50 };

/** Milliseconds after which a main that says nothing is gone. */
const LONG_AGO_MS = 60_000;

describe.runIf(redisIsInstalled)('main processes of an n8n in queue mode that listen', () => {
	let redis: RedisServer;
	let server: AnyCableStandIn;
	let workflowId: string;
	let triggers: RunningTrigger[];

	beforeAll(async () => {
		redis = await RedisServer.start();
	});
	afterAll(async () => await redis.stop());
	beforeEach(async () => {
		queueModeEnvironment(redis);
		workflowId = randomUUID();
		triggers = [];
		server = new AnyCableStandIn();
		await server.start();
	});
	afterEach(async () => {
		for (const trigger of triggers) await trigger.close();
		await server.stop();
		vi.unstubAllEnvs();
	});

	/** A main that listens to the server, whose history it asks or not. */
	async function main(
		extendedProtocol: 'auto' | 'never',
		activation: TriggerInput['activation'],
		staticData = {},
	): Promise<RunningTrigger> {
		const trigger = await RunningTrigger.start({
			parameters: {
				transport: 'actionCable',
				events: '*',
				channels: 'Orders',
				options: { extendedProtocol, reportGaps: true },
			},
			credentialType: 'realtimeWebhooksActionCableApi',
			credential: { url: server.url },
			workflowId,
			activation,
			staticData,
		});
		triggers.push(trigger);
		return trigger;
	}

	const publish = (n: number) => server.publish('Orders', { event: 'order', payload: { n } });
	const heard = ({ events }: RunningTrigger) =>
		events
			.filter(({ type }) => type !== 'realtime.gap')
			.map(({ data }) => (data.payload as { n: number }).n);
	const gaps = ({ events }: RunningTrigger) =>
		events
			.filter(({ type }) => type === 'realtime.gap')
			.map(({ data }) => data as unknown as { from: string; until: string; reason: string });

	/** One that listened, and was killed. */
	async function killed(agoMs: number): Promise<number> {
		const [seconds] = (await redisCommand(redis, {}, 'TIME')) as [string];
		const at = Number(seconds) * 1_000 - agoMs;
		const key = `n8n:realtime-webhooks:{${workflowId}:node-0}:listening`;
		await redisCommand(redis, {}, 'HSET', key, 'holder', 'killed', 'at', String(at));
		return at;
	}

	test('a restart tells what is lost, from when the last one listened', async () => {
		const before = await main('never', 'activate');
		publish(1);
		await before.until(() => heard(before).length === 1);
		const closing = Date.now();
		await before.close();
		publish(2);
		const after = await main('never', 'init');
		publish(3);
		await after.until(() => heard(after).length === 1);
		expect(heard(after)).toEqual([3]);
		const [gap, ...others] = gaps(after);
		expect(others).toEqual([]);
		expect(gap?.reason).toContain('n8n did not listen');
		// Redis's clock and this one's are the same here.
		expect(Math.abs(Date.parse(gap?.from ?? '') - closing)).toBeLessThan(5_000);
		expect(Date.parse(gap?.until ?? '')).toBeGreaterThanOrEqual(Date.parse(gap?.from ?? ''));
	});

	test('kill -9 a while ago: the same, by the last sign of life', async () => {
		const at = await killed(LONG_AGO_MS);
		const after = await main('never', 'leadershipChange');
		await after.until(() => gaps(after).length === 1);
		expect(Math.abs(Date.parse(gaps(after)[0]?.from ?? '') - at)).toBeLessThan(30_000);
	});

	test('kill -9 a moment ago: told as soon as it is sure that nobody listens', async () => {
		await killed(0);
		const after = await main('never', 'init');
		expect(gaps(after)).toEqual([]);
		await expect.poll(() => gaps(after).length, PATIENCE).toBe(1);
		publish(1);
		await after.until(() => heard(after).length === 1);
		expect(gaps(after)).toHaveLength(1);
	});

	test('a workflow that was unpublished tells no gap when it is published again', async () => {
		await (await main('never', 'activate')).close();
		publish(1);
		const again = await main('never', 'activate');
		publish(2);
		await again.until(() => heard(again).length === 1);
		expect(gaps(again)).toEqual([]);
	});

	test('a history gives what was sent meanwhile, also where no event had come before', async () => {
		await (await main('auto', 'activate')).close();
		publish(1);
		publish(2);
		const after = await main('auto', 'init');
		publish(3);
		await after.until(() => heard(after).length === 3);
		expect(heard(after)).toEqual([1, 2, 3]);
		expect(gaps(after)).toEqual([]);
		expect(after.log.map(({ message }) => message).join()).toContain('nothing was missed');
	});

	test('a history gives no event twice', async () => {
		const before = await main('auto', 'activate');
		publish(1);
		publish(2);
		await before.until(() => heard(before).length === 2);
		await expect.poll(() => JSON.stringify(before.kept()), PATIENCE).toContain('cursor');
		await before.close();
		publish(3);
		const after = await main('auto', 'init', before.kept());
		await after.until(() => heard(after).length >= 1);
		publish(4);
		await after.until(() => heard(after).length >= 2);
		const again = after.keys.filter((key) => before.keys.includes(key));
		expect(again).toEqual([]);
		expect(heard(after)).toEqual([3, 4]);
	});

	test('of two that listen at once, one hands over what has no identity', async () => {
		const [one, two] = [await main('never', 'init'), await main('never', 'init')];
		for (const n of [1, 2, 3]) publish(n);
		await one.until(() => heard(one).length === 3);
		publish(4);
		await one.until(() => heard(one).length === 4);
		expect(heard(two)).toEqual([]);
		await one.close();
		// Nobody had the turn for a moment: what came then may be lost.
		publish(5);
		await expect
			.poll(() => {
				publish(6);
				return heard(two).length;
			}, PATIENCE)
			.toBeGreaterThan(0);
		expect(gaps(two)).toHaveLength(1);
		expect(heard(one)).toEqual([1, 2, 3, 4]);
	});

	test('what has an identity is handed over by both, under the key by which n8n knows copies', async () => {
		const [one, two] = [await main('auto', 'init'), await main('auto', 'init')];
		publish(1);
		await one.until(() => one.events.length === 1);
		await two.until(() => two.events.length === 1);
		expect(one.keys).toEqual(two.keys);
		expect(one.keys[0]).toBeDefined();
	});

	test('Redis away: it listens all the same, and says what is not known', async () => {
		vi.resetModules();
		const own = await RedisServer.start();
		queueModeEnvironment(own);
		await own.stop();
		const { RunningTrigger: Fresh } = await import('../support/socketIoTrigger.mts');
		const trigger = await Fresh.start({
			parameters: { transport: 'actionCable', events: '*', channels: 'Orders', options: {} },
			credentialType: 'realtimeWebhooksActionCableApi',
			credential: { url: server.url },
			workflowId,
			activation: 'init',
		});
		triggers.push(trigger as unknown as RunningTrigger);
		publish(1);
		await trigger.until(() => trigger.events.length === 1);
		expect(trigger.log.map(({ message }) => message).join()).toContain('how long nobody listened');
	});
});
