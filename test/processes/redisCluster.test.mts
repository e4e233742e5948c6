import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FirstExecutions } from '../../lib/cluster/firstExecutions.ts';
import type { SharedRedisSettings } from '../../lib/cluster/n8nRedis.ts';
import { Outbox } from '../../lib/cluster/outbox.ts';
import { RedisClaims } from '../../lib/cluster/redisClaims.ts';
import { connection, freshKeys, redisCommand } from '../support/clusterRedis.mts';
import { freePort, redisIsInstalled, RedisServer } from '../support/redisServer.mts';

const remembered = { windowMs: 3_600_000, capacity: 100 };

/** The two halves of a cluster's slots. */
const SLOTS: ReadonlyArray<readonly [string, string]> = [
	['0', '8191'],
	['8192', '16383'],
];

let folder: string;
let servers: RedisServer[] = [];

beforeAll(async () => {
	if (!redisIsInstalled) return;
	folder = mkdtempSync(join(tmpdir(), 'redis-cluster-'));
	const busPorts: string[] = [];
	for (const [i, [from, to]] of SLOTS.entries()) {
		const busPort = String(await freePort());
		const options = ['--cluster-enabled', 'yes', '--cluster-port', busPort, '--dir', folder];
		const server = await RedisServer.start(...options, '--cluster-config-file', `${i}.conf`);
		await redisCommand(server, {}, 'CLUSTER', 'ADDSLOTSRANGE', from, to);
		busPorts.push(busPort);
		servers.push(server);
	}
	const [first, second] = servers;
	if (first === undefined || second === undefined) return;
	const meet = ['CLUSTER', 'MEET', '127.0.0.1', String(second.port), busPorts[1] ?? ''];
	await redisCommand(first, {}, ...meet);
});

afterAll(async () => {
	await Promise.all(servers.map(async (server) => await server.stop()));
	servers = [];
	if (folder !== undefined) rmSync(folder, { recursive: true });
});

test.runIf(redisIsInstalled)(
	'of a Redis cluster one server is named, and what belongs to one node stands on one of them',
	async () => {
		const [known] = servers;
		if (known === undefined) throw new Error('there is no cluster');
		const isReady = async (server: RedisServer) =>
			String(await redisCommand(server, {}, 'CLUSTER', 'INFO')).includes('cluster_state:ok');
		await expect.poll(async () => await Promise.all(servers.map(isReady))).toEqual([true, true]);
		const more: Partial<SharedRedisSettings> = { isCluster: true };
		const redis = connection(known, more);
		const scopes = Array.from({ length: 20 }, () => freshKeys());
		for (const keys of scopes) {
			const claims = new RedisClaims(10, { redis, keys, limitMs: 60_000 });
			const outbox = new Outbox({ redis, keys });
			const taken = await claims.claim('a', { ...remembered, waitMs: 0 });
			if (taken.state !== 'claimed') throw new Error(taken.state);
			await Promise.all([taken.claim.store(), outbox.put({ key: 'a', item: {} })]);
			const first = new FirstExecutions(redis, keys);
			const begun = await first.begin({ executionId: '1', keys: ['a'], ...remembered });
			expect(begun).toMatchObject({ passes: true, isKept: true });
			await outbox.ended('1', ['a']);
			expect(await outbox.list()).toEqual([]);
		}
		const sizes = await Promise.all(
			servers.map(async (server) => Number(await redisCommand(server, {}, 'DBSIZE'))),
		);
		expect(Math.min(...sizes)).toBeGreaterThan(0);
	},
);
