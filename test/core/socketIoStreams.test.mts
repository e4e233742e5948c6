import { createAdapter } from '@socket.io/redis-streams-adapter';
import { createClient } from '@redis/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';
import { TestSocketIoServer } from '../support/socketIoServer.mts';
import { RunningTrigger } from '../support/socketIoTrigger.mts';
import { createProxy } from '../support/tcpProxy.mts';

describe.skipIf(!redisIsInstalled)(
	'recovery over servers that share Redis streams (needs the package redis-server)',
	() => {
		let redis: RedisServer;
		beforeAll(async () => void (redis = await RedisServer.start()));
		afterAll(async () => await redis.stop());

		it('takes a session up again at another server', async () => {
			const clients = await Promise.all(
				[0, 1].map(async () => await createClient({ url: redis.url }).connect()),
			);
			const servers = await Promise.all(
				clients.map(
					async (client) =>
						await TestSocketIoServer.start({
							adapter: createAdapter(client),
							connectionStateRecovery: { maxDisconnectionDuration: 120_000 },
						}),
				),
			);
			const [first, second] = servers;
			if (first === undefined || second === undefined) throw new Error('There are two servers');
			// One address, behind which the server changes, as a load balancer does.
			const entry = await createProxy(first.port);
			const trigger = await RunningTrigger.start({
				parameters: { transport: 'socketIo', events: '*', options: { arguments: 'all' } },
				credential: { url: `http://127.0.0.1:${entry.port}` },
			});
			second.io.volatile.emit('n', 0, 'delivered');
			await trigger.until(() => trigger.events.length === 1);
			expect(trigger.events.pop()?.data.args).toEqual([0, 'delivered']);
			second.io.emit('n', 0, 'text');
			await trigger.until(() => trigger.events.length === 1);
			entry.cut();
			await first.until(() => first.open === 0);
			for (const n of [1, 2, 3]) first.io.emit('n', n, 'text');
			entry.redirect(second.port);
			entry.restore();
			await trigger.until(() => trigger.events.length === 4);
			expect(trigger.events.map(({ data }) => data.args)).toEqual(
				[0, 1, 2, 3].map((n) => [n, 'text']),
			);
			expect(trigger.events.map(({ id }) => id)).toEqual(
				Array(4).fill(expect.stringMatching(/^[\w-]+\/\d+-\d+$/)),
			);
			await trigger.until(() => trigger.log.length > 0);
			expect(trigger.log[0]?.message).toContain('nothing was missed');
			expect(second.connections).toBe(1);
			await trigger.close();
			await entry.close();
			for (const server of servers) await server.close();
			for (const client of clients) await client.close();
		});
	},
);
