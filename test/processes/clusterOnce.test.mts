import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClusterLock } from '../../lib/cluster/clusterLock.ts';
import { FirstExecutions } from '../../lib/cluster/firstExecutions.ts';
import { Outbox } from '../../lib/cluster/outbox.ts';
import { RedisClaims } from '../../lib/cluster/redisClaims.ts';
import { HandledLog } from '../../lib/receive/handledLog.ts';
import { connection, freshKeys } from '../support/clusterRedis.mts';
import { RacyDeduplicator } from '../support/racyDeduplicator.mts';
import { randomNumbers } from '../support/randomNumbers.mts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';

const EVENTS = 10_000;
const AT_ONCE = 50;
const remembered = { windowMs: 3_600_000, capacity: 50_000 };

/**
 * Two processors and two workers. Every 50th processor dies when n8n has stored its execution, before it
 * can say so: the sender's repeat starts another one.
 */
describe.runIf(redisIsInstalled)('10,000 events in random order, 30 % of them twice', () => {
	let server: RedisServer;
	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(async () => await server.stop());

	test('each passes once, all keys are kept, and nothing is left in the outbox', async () => {
		const random = randomNumbers(15);
		const keys = freshKeys();
		const store = new RacyDeduplicator(async () => await new Promise((go) => setImmediate(go)));
		const processors = [1, 2].map(() => {
			const redis = connection(server);
			return {
				claims: new RedisClaims(remembered.capacity, { redis, keys, limitMs: 60_000 }),
				outbox: new Outbox({ redis, keys }),
			};
		});
		const workers = [1, 2].map(() => {
			const redis = connection(server);
			const lock = new ClusterLock(redis, keys.lock, { waitMs: 60_000 });
			return {
				first: new FirstExecutions(redis, keys),
				outbox: new Outbox({ redis, keys }),
				handled: new HandledLog(Date.now, async (work) => await lock.during(work)),
			};
		});
		const passed = new Map<string, number>();
		let executions = 0;

		const execute = async (key: string): Promise<void> => {
			const executionId = String((executions += 1));
			const worker = workers[Math.floor(random() * 2)] ?? workers[0];
			if (worker === undefined) return;
			const begun = await worker.first.begin({ executionId, keys: [key], ...remembered });
			if (!begun.passes) return;
			if (!begun.isKept) await worker.outbox.put({ key, item: { key } });
			const isNew = await worker.handled.recordIfNew(key, {
				...remembered,
				record: async (asked, capacity) =>
					new Set((await store.record(asked, capacity)).processed.map(String)),
			});
			if (isNew) passed.set(key, (passed.get(key) ?? 0) + 1);
			await worker.outbox.ended(executionId, [key]);
		};
		const deliver = async (key: string): Promise<void> => {
			const processor = processors[Math.floor(random() * 2)] ?? processors[0];
			if (processor === undefined) return;
			const dies = random() < 0.02;
			const taken = await processor.claims.claim(key, { ...remembered, waitMs: 60_000 });
			if (taken.state !== 'claimed') return;
			if (dies) {
				await taken.claim.release();
				// A worker takes what n8n had stored beside the sender's repeat, or after it.
				if (random() < 0.5) await Promise.all([execute(key), deliver(key)]);
				else await deliver(key).then(async () => await execute(key));
				return;
			}
			await Promise.all([
				execute(key),
				taken.claim.store(),
				processor.outbox.put({ key, item: { key } }),
			]);
		};

		const deliveries = Array.from({ length: EVENTS }, (_, i) => `event-${i}`);
		for (let i = 0; i < 0.3 * EVENTS; i += 1) deliveries.push(`event-${i}`);
		deliveries.sort(() => random() - 0.5);
		const next = deliveries.values();
		await Promise.all(
			Array.from({ length: AT_ONCE }, async () => {
				for (const key of next) await deliver(key);
			}),
		);

		expect(passed.size).toBe(EVENTS);
		expect([...passed].filter(([, times]) => times !== 1)).toEqual([]);
		expect(executions).toBeGreaterThan(EVENTS);
		expect(new Set(store.entries).size).toBe(EVENTS);
		expect(store.failures).toBe(0);
		expect(await workers[0]?.outbox.list()).toEqual([]);
	});
});
