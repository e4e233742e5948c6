import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeKeys } from '../../lib/cluster/nodeKeys.ts';
import { memberOf } from '../../lib/cluster/nodeKeys.ts';
import { RedisClaims } from '../../lib/cluster/redisClaims.ts';
import type { Claim, ClaimResult } from '../../lib/receive/claims.ts';
import { connection, freshKeys, redisCommand } from '../support/clusterRedis.mts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';

const HOUR = 3_600_000;
const options = { windowMs: HOUR, waitMs: 30_000 };
const atOnce = { ...options, waitMs: 0 };

function held(result: ClaimResult): Claim {
	if (result.state !== 'claimed') throw new Error(`not claimed but ${result.state}`);
	return result.claim;
}

describe.runIf(redisIsInstalled)('claims of several processes', () => {
	let server: RedisServer;
	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(async () => await server.stop());

	/** The store of one process. */
	function processOf(
		keys: NodeKeys,
		{ capacity = 100, leaseMs = 10_000, limitMs = 30_000, at = server } = {},
	) {
		return new RedisClaims(capacity, { redis: connection(at), keys, leaseMs, limitMs });
	}

	/** As if its process had died: nobody renews the claim any more. */
	async function abandoned(keys: NodeKeys, key: string, leaseMs: number): Promise<Claim> {
		const redis = connection(server);
		const store = new RedisClaims(100, { redis, keys, leaseMs });
		const claim = held(await store.claim(key, options));
		redis.close();
		return claim;
	}

	test('of 50 copies at two processes one is claimed, the others are duplicates', async () => {
		const keys = freshKeys();
		const stores = [processOf(keys), processOf(keys)];
		const results = await Promise.all(
			Array.from({ length: 50 }, async (_, i) => {
				const result = await (stores[i % 2] as RedisClaims).claim('a', options);
				if (result.state === 'claimed') await result.claim.store();
				return result.state;
			}),
		);
		expect(results.filter((state) => state === 'claimed')).toHaveLength(1);
		expect(results.filter((state) => state === 'stored')).toHaveLength(49);
	});

	test('a window of no whole milliseconds, such as 1.1 hours, is remembered and ends', async () => {
		const keys = freshKeys();
		const problems: unknown[] = [];
		const redis = connection(server);
		const store = new RedisClaims(100, { redis, keys, onProblem: (error) => problems.push(error) });
		await held(await store.claim('a', { ...options, windowMs: 1.1 * HOUR })).store();
		expect(problems).toEqual([]);
		expect((await processOf(keys).claim('a', atOnce)).state).toBe('stored');
		expect(Number(await redisCommand(server, {}, 'PTTL', keys.known))).toBeGreaterThan(2 * HOUR);
	});

	test('copies at one process ask Redis once, and what it knows it does not ask again', async () => {
		const keys = freshKeys();
		const other = processOf(keys);
		await held(await other.claim('a', options)).store();
		const store = processOf(keys);
		const before = await evalsOf(server);
		const copies = Array.from({ length: 20 }, () => store.claim('a', options));
		expect(await Promise.all(copies)).toEqual(Array(20).fill({ state: 'stored' }));
		expect(await store.claim('a', options)).toEqual({ state: 'stored' });
		expect((await evalsOf(server)) - before).toBe(1);
	});

	test('when the holder gives it back, a process that waits takes over', async () => {
		const keys = freshKeys();
		const [one, two] = [processOf(keys), processOf(keys)];
		const claim = held(await one.claim('a', options));
		expect(await two.claim('a', atOnce)).toEqual({ state: 'busy' });
		const waiting = two.claim('a', options);
		await claim.release();
		held(await waiting);
	});

	test('a holder that died loses its claim; later it ends neither the next one nor its own', async () => {
		const keys = freshKeys();
		const dead = await abandoned(keys, 'a', 50);
		const [two, three] = [processOf(keys), processOf(keys)];
		held(await two.claim('a', options));
		await dead.release();
		expect(await three.claim('a', atOnce)).toEqual({ state: 'busy' });
	});

	test('a claim is kept for as long as its holder lives', async () => {
		const keys = freshKeys();
		const claim = held(await processOf(keys, { leaseMs: 150 }).claim('a', options));
		expect(await processOf(keys).claim('a', { ...options, waitMs: 500 })).toEqual({
			state: 'busy',
		});
		await claim.store();
		expect(await processOf(keys).claim('a', atOnce)).toEqual({ state: 'stored' });
	});

	test('what n8n has stored counts, also where the claim was lost meanwhile', async () => {
		const keys = freshKeys();
		const one = processOf(keys);
		const claim = held(await one.claim('a', options));
		await redisCommand(server, {}, 'DEL', keys.claim(memberOf('a')));
		const other = held(await processOf(keys).claim('a', options));
		await claim.store();
		expect(await processOf(keys).claim('a', options)).toEqual({ state: 'stored' });
		await other.release();
		expect(await processOf(keys).claim('a', options)).toEqual({ state: 'stored' });
	});

	test('a key is new again after its window, in each process', async () => {
		const keys = freshKeys();
		await held(await processOf(keys).claim('a', { ...options, windowMs: 300 })).store();
		const two = processOf(keys);
		// As long as Redis says, not for a window of its own.
		await expect.poll(async () => (await two.claim('a', atOnce)).state).toBe('claimed');
	});

	test('an event of a moment does not end the memory of the others', async () => {
		const keys = freshKeys();
		const store = processOf(keys);
		await held(await store.claim('a', options)).store();
		await held(await store.claim('moment', { ...options, windowMs: 30 })).store();
		const other = processOf(keys);
		await expect.poll(async () => (await other.claim('moment', atOnce)).state).toBe('claimed');
		expect(await other.claim('a', atOnce)).toEqual({ state: 'stored' });
	});

	test('the oldest keys give way, over all processes', async () => {
		const keys = freshKeys();
		const [one, two] = [processOf(keys, { capacity: 3 }), processOf(keys, { capacity: 3 })];
		for (const [i, key] of ['1', '2', '3', '4', '5'].entries()) {
			await held(await (i % 2 === 0 ? one : two).claim(key, options)).store();
		}
		expect(await redisCommand(server, {}, 'HLEN', keys.known)).toBe(3);
		const other = processOf(keys);
		expect(await other.claim('3', atOnce)).toEqual({ state: 'stored' });
		expect((await other.claim('2', atOnce)).state).toBe('claimed');
	});

	test('Redis away: all copies are told together; back: claimed at once', async () => {
		const own = await RedisServer.start();
		const keys = freshKeys();
		await held(await processOf(keys, { at: own }).claim('before', options)).store();
		const store = processOf(keys, { at: own, limitMs: 1_000 });
		await expect.poll(async () => await store.claim('before', options).catch(() => 0)).not.toBe(0);
		own.pause();
		const startedAt = performance.now();
		// One after the other they would take a second each.
		const copies = Array.from({ length: 60 }, () => store.claim('a', options));
		const failures = (await Promise.allSettled(copies)).filter(
			({ status }) => status === 'rejected',
		);
		expect(failures).toHaveLength(60);
		expect(performance.now() - startedAt).toBeLessThan(30_000);
		expect(await store.claim('before', options)).toEqual({ state: 'stored' });
		await own.stop();
		await expect(store.claim('a', options)).rejects.toMatchObject({ kind: 'unreachable' });
		await own.start();
		held(await processOf(keys, { at: own }).claim('a', options));
		await own.stop();
	});

	test('Redis emptied: a claim under way stays one, and what the process knows is known', async () => {
		const own = await RedisServer.start();
		const keys = freshKeys();
		const store = processOf(keys, { at: own, leaseMs: 150 });
		await held(await store.claim('known', options)).store();
		const claim = held(await store.claim('a', options));
		await redisCommand(own, {}, 'FLUSHALL');
		await expect
			.poll(async () => await redisCommand(own, {}, 'EXISTS', keys.claim(memberOf('a'))))
			.toBe(1);
		const other = processOf(keys, { at: own });
		expect(await other.claim('a', atOnce)).toEqual({ state: 'busy' });
		await claim.store();
		expect(await other.claim('a', atOnce)).toEqual({ state: 'stored' });
		expect(await store.claim('known', atOnce)).toEqual({ state: 'stored' });
		await own.stop();
	});

	test('a failure to tell Redis is told, and thrown to nobody', async () => {
		const own = await RedisServer.start();
		const problems: unknown[] = [];
		const store = new RedisClaims(10, {
			redis: connection(own),
			keys: freshKeys(),
			limitMs: 2_000,
			onProblem: (error) => problems.push(error),
		});
		const claim = held(await store.claim('a', options));
		await own.stop();
		await claim.release();
		expect(problems).toMatchObject([{ kind: 'unreachable' }]);
		expect(
			(await store.claim('a', options).catch((error: unknown) => error)) as object,
		).toMatchObject({
			kind: 'unreachable',
		});
	});
});

/** How many scripts a server has run. */
async function evalsOf(server: RedisServer): Promise<number> {
	const stats = String(await redisCommand(server, {}, 'INFO', 'commandstats'));
	const calls = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].map(([, n]) => Number(n));
	return calls.reduce((sum, n) => sum + n, 0);
}
