import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HeldRedises } from '../../lib/cluster/heldRedises.ts';
import { Script } from '../../lib/cluster/script.ts';
import { redisCommand, settingsOf } from '../support/clusterRedis.mts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';

const COUNT = new Script(`return redis.call('INCR', KEYS[1])`);
const command = { keys: ['{a}:count'] as const, args: [], limitMs: 5_000 };

describe.runIf(redisIsInstalled)('servers that users name', () => {
	let server: RedisServer;
	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(async () => await server.stop());

	/** The one that asks is one of them. */
	const connections = async () =>
		String(await redisCommand(server, {}, 'CLIENT', 'LIST'))
			.trim()
			.split('\n').length - 1;

	test('there is one connection for each different set of settings, whoever holds it', async () => {
		const redises = new HeldRedises('test');
		const one = redises.hold('a', settingsOf(server));
		const same = redises.hold('b', settingsOf(server, { lookup: () => undefined }));
		const other = redises.hold('c', settingsOf(server, { database: 1 }));
		expect([same === one, other === one, redises.size]).toEqual([true, false, 2]);
		expect(await connections()).toBe(0);
		await Promise.all([one, same, other].map(async ({ redis }) => await redis.run(COUNT, command)));
		expect(await connections()).toBe(2);
		for (const { redis } of [one, other]) redis.close();
	});

	test('what nobody holds is forgotten and closes; what began there is still told there', async () => {
		const redises = new HeldRedises('test', 100);
		const before = redises.hold('a', settingsOf(server));
		redises.hold('b', settingsOf(server));
		before.sign.show();
		await before.redis.run(COUNT, command);
		redises.hold('a', settingsOf(server, { database: 1 }));
		expect(redises.size).toBe(2);
		redises.leave('b');
		redises.leave('b');
		expect(redises.size).toBe(1);
		await expect.poll(connections).toBe(0);
		expect(Number(await before.redis.run(COUNT, command))).toBeGreaterThan(1);
		before.sign.show();
		await expect.poll(connections).toBe(0);
		const anew = redises.hold('b', settingsOf(server));
		expect(anew).not.toBe(before);
	});
});
