import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { connectRedis, RedisError, readRedisSettings } from '../../../lib/realtime/redis';
import { REDIS_LIMIT_MS } from './redisLease';

/**
 * Test of the credential Realtime Redis API: logs in and asks PING, not from the pool. n8n offers
 * credential tests no egress policy to ask.
 */
export async function testRealtimeRedisCredential(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	try {
		const settings = readRedisSettings(credential.data ?? {});
		const connection = await connectRedis(settings, { limitMs: REDIS_LIMIT_MS });
		try {
			await connection.ping();
		} finally {
			connection.close();
		}
		return { status: 'OK', message: 'Connection successful' };
	} catch (error) {
		if (!(error instanceof RedisError)) return { status: 'Error', message: String(error) };
		return { status: 'Error', message: `${error.message}. ${error.description}` };
	}
}
