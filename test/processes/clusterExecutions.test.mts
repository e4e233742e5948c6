import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClusterLock } from '../../lib/cluster/clusterLock.ts';
import { type Begun, FirstExecutions } from '../../lib/cluster/firstExecutions.ts';
import type { NodeKeys } from '../../lib/cluster/nodeKeys.ts';
import { RedisClaims } from '../../lib/cluster/redisClaims.ts';
import { connection, freshKeys } from '../support/clusterRedis.mts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';

const HOUR = 3_600_000;
const remembered = { windowMs: HOUR, capacity: 100 };
const passes = { passes: true, again: false, windowIsOver: false, isKept: false };

describe.runIf(redisIsInstalled)('executions of several workers', () => {
	let server: RedisServer;
	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(async () => await server.stop());

	function worker(keys: NodeKeys) {
		const first = new FirstExecutions(connection(server), keys);
		return async (executionId: string, retryOf?: string, ...eventKeys: string[]): Promise<Begun> =>
			await first.begin({
				executionId,
				...(retryOf === undefined ? {} : { retryOf }),
				keys: ['a', ...eventKeys],
				...remembered,
			});
	}

	test('the first execution of an event passes, another one is told which has', async () => {
		const keys = freshKeys();
		const [one, two] = [worker(keys), worker(keys)];
		const begun = await Promise.all([one('1'), two('2')]);
		const passed = begun.findIndex((each) => each.passes);
		expect(begun[passed]).toEqual(passes);
		expect(begun[1 - passed]).toEqual({ passes: false, executionId: String(passed + 1) });
	});

	test('an execution that n8n runs anew passes again', async () => {
		const begin = worker(freshKeys());
		await begin('1');
		expect(await begin('1')).toEqual({ ...passes, again: true });
	});

	test('what has begun is a duplicate, whoever claimed it', async () => {
		const keys = freshKeys();
		await worker(keys)('1');
		const store = new RedisClaims(100, { redis: connection(server), keys });
		expect(await store.claim('a', { windowMs: HOUR, waitMs: 0 })).toEqual({ state: 'stored' });
	});

	test('a retry takes over from the execution that it retries; of two, one does', async () => {
		const keys = freshKeys();
		const [one, two] = [worker(keys), worker(keys)];
		await one('1');
		const retries = await Promise.all([one('2', '1'), two('3', '1')]);
		expect(retries.filter((each) => each.passes)).toHaveLength(1);
		expect(retries.filter((each) => !each.passes)).toHaveLength(1);
	});

	test("a retry stops where the sender's repeat has passed, and goes on where nothing has", async () => {
		const begin = worker(freshKeys());
		expect(await begin('2', '1')).toEqual(passes);
		expect(await begin('4', '3')).toEqual({ passes: false, executionId: '2' });
		expect(await begin('5', 'any')).toEqual(passes);
	});

	test('an event that came under another id is recognised by its second key', async () => {
		const begin = worker(freshKeys());
		expect(await begin('1', undefined, 'signed|x')).toEqual(passes);
		const first = new FirstExecutions(connection(server), freshKeys());
		const renamed = { executionId: '1', ...remembered };
		await first.begin({ ...renamed, keys: ['b', 'signed|y'] });
		expect(await first.begin({ ...renamed, executionId: '2', keys: ['c', 'signed|y'] })).toEqual({
			passes: false,
			executionId: '1',
		});
	});

	test('after its window an event is new, and Redis says that it has known it', async () => {
		const keys = freshKeys();
		const redis = connection(server);
		const first = new FirstExecutions(redis, keys);
		const begin = { keys: ['a'] as const, windowMs: 30, capacity: 100 };
		await first.begin({ executionId: '0', ...remembered, keys: ['another'] });
		await first.begin({ ...begin, executionId: '1', keys: ['a'] });
		const store = new RedisClaims(100, { redis, keys });
		const claim = async () => await store.claim('a', { windowMs: HOUR, waitMs: 0 });
		let claimed = await claim();
		await expect
			.poll(async () => (claimed = claimed.state === 'claimed' ? claimed : await claim()).state)
			.toBe('claimed');
		if (claimed.state === 'claimed') await claimed.claim.store();
		expect(await first.begin({ ...begin, windowMs: HOUR, executionId: '2', keys: ['a'] })).toEqual({
			...passes,
			windowIsOver: true,
		});
		expect(await first.begin({ ...begin, windowMs: HOUR, executionId: '3', keys: ['a'] })).toEqual({
			passes: false,
			executionId: '2',
		});
	});
});

describe.runIf(redisIsInstalled)('a lock over several workers', () => {
	let server: RedisServer;
	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(async () => await server.stop());

	test('one works at a time', async () => {
		const key = freshKeys().lock;
		const locks = [1, 2, 3].map(() => new ClusterLock(connection(server), key));
		let atWork = 0;
		let most = 0;
		const work = async () => {
			atWork += 1;
			most = Math.max(most, atWork);
			await new Promise((resolve) => setTimeout(resolve, 2));
			atWork -= 1;
		};
		await Promise.all(
			locks.map(async (lock) => {
				for (let i = 0; i < 10; i += 1) await lock.during(work);
			}),
		);
		expect(most).toBe(1);
	});

	test('where it cannot be had the work is done all the same, and why is told', async () => {
		const key = freshKeys().lock;
		const told: string[] = [];
		const onWithout = (error: unknown) => void told.push(String(error));
		const lock = new ClusterLock(connection(server), key, { waitMs: 20, onWithout });
		await new ClusterLock(connection(server), key).during(async () => {
			expect(await lock.during(async () => 'done')).toBe('done');
		});
		expect(told).toEqual(['Error: Another process has the lock for too long']);
	});

	test('what the work throws is thrown, and the lock is free again', async () => {
		const lock = new ClusterLock(connection(server), freshKeys().lock, { waitMs: 1_000 });
		const work = lock.during(async () => await Promise.reject(new Error('no')));
		await expect(work).rejects.toThrow('no');
		expect(await lock.during(async () => 1)).toBe(1);
	});
});
