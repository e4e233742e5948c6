import { afterEach } from 'vitest';
import { randomUUID } from 'node:crypto';
import type { SharedRedisSettings } from '../../lib/cluster/n8nRedis.ts';
import { openClient } from '../../lib/cluster/openClient.ts';
import { NodeKeys } from '../../lib/cluster/nodeKeys.ts';
import { SharedRedis } from '../../lib/cluster/sharedRedis.ts';
import type { RedisServer } from './redisServer.mts';

/** How to reach a Redis of a test. */
export function settingsOf(
	{ port }: Pick<RedisServer, 'port'>,
	more: Partial<SharedRedisSettings> = {},
): SharedRedisSettings {
	return {
		servers: [{ host: '127.0.0.1', port }],
		isCluster: false,
		user: '',
		password: '',
		database: 0,
		tls: undefined,
		addressFamily: 4,
		...more,
	};
}

const opened: SharedRedis[] = [];
afterEach(() => {
	for (const redis of opened.splice(0)) redis.close();
});

/** A connection of its own, as another process has one; closed after the test. */
export function connection(
	server: Pick<RedisServer, 'port'>,
	more: Partial<SharedRedisSettings> = {},
): SharedRedis {
	const redis = new SharedRedis(settingsOf(server, more));
	opened.push(redis);
	return redis;
}

/** Keys that no other test has. */
export function freshKeys(): NodeKeys {
	return new NodeKeys('test', randomUUID());
}

/** Asks a server something that is no script, over a connection of its own. */
export async function redisCommand(
	server: Pick<RedisServer, 'port'>,
	more: Partial<SharedRedisSettings>,
	...command: string[]
): Promise<unknown> {
	const closing = new AbortController();
	const client = await openClient(settingsOf(server, more), closing.signal);
	try {
		return await client.send('', command, false);
	} finally {
		closing.abort();
	}
}
