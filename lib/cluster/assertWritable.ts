import type { NodeKeys } from './nodeKeys';
import { Script } from './script';
import type { SharedRedis } from './sharedRedis';

/** KEYS check, known. */
const CHECK = new Script(`redis.call('SET', KEYS[1], now, 'PX', 1000)
redis.call('HEXISTS', KEYS[2], 'x')
return 1`);

const COMMAND_LIMIT_MS = 5_000;

/**
 * Asks whether what several processes share of a node can be kept in a Redis.
 *
 * @throws {SharedRedisError} where it cannot be reached, or does not let this user
 */
export async function assertWritable(redis: SharedRedis, keys: NodeKeys): Promise<void> {
	const asked = [keys.check, keys.known] as const;
	await redis.run(CHECK, { keys: asked, args: [], limitMs: COMMAND_LIMIT_MS });
}
