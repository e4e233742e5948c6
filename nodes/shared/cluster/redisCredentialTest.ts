import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { inWords } from '../../../lib/net/failure';
import { hideAll } from '../../../lib/net/redact';
import { connectRedis, readRedisSettings } from '../../../lib/realtime/redis';

/** Milliseconds for the login, and for the reply. */
const LIMIT_MS = 10_000;

/**
 * Test of the credential Realtime Redis API: logs in and asks PING, not from the pool. n8n offers
 * credential tests no egress policy to ask, so that what the server says is not shown.
 */
export async function testRealtimeRedisCredential(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	try {
		const settings = { ...readRedisSettings(credential.data ?? {}), redact: hideAll };
		const connection = await connectRedis(settings, { limitMs: LIMIT_MS });
		try {
			await connection.ping();
		} finally {
			connection.close();
		}
		return { status: 'OK', message: 'Connection successful' };
	} catch (error) {
		return { status: 'Error', message: inWords(error) };
	}
}
