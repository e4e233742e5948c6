import type { IExecuteFunctions } from 'n8n-workflow';

import { connectionKey, type Lease } from '../../../lib/net/pool';
import {
	connectRedis,
	redisConnections,
	type RedisConnection,
	readRedisSettings,
	redisAddress,
} from '../../../lib/realtime/redis';
import { allowedLookup } from '../../shared/egress/egress';

/** Milliseconds for the login, and for the reply to each command. */
export const REDIS_LIMIT_MS = 10_000;

/**
 * The pooled connection of the credential 'Realtime Redis API' that the node has selected. The
 * egress policy is asked in every execution, also where the pool has a connection.
 *
 * @throws {RedisError} where it cannot be connected
 * @throws {NodeOperationError} where the network policy forbids the address
 */
export async function leaseRedis(context: IExecuteFunctions): Promise<Lease<RedisConnection>> {
	const settings = readRedisSettings(
		await context.getCredentials('realtimeWebhooksRealtimeRedisApi'),
	);
	const lookup = await allowedLookup(context, `http://${redisAddress(settings)}`);
	const limitMs = REDIS_LIMIT_MS;
	return await redisConnections.acquire(connectionKey([settings]), async () => {
		return await connectRedis(settings, { limitMs, lookup });
	});
}
