import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { hideAll } from '../../../lib/net/redact';
import { connectSocketIo } from '../../../lib/realtime/socketIo/open';
import { inWords } from '../../../lib/net/failure';
import { readSocketIoSettings } from '../../../lib/realtime/socketIo/settings';
import { DEFAULT_LIMIT_SECONDS } from './broadcastProperties';

/**
 * Test of the credential Socket.IO API: a whole handshake on the main namespace, not from the pool.
 * n8n offers credential tests no egress policy to ask, so that what the server says is not shown.
 */
export async function testSocketIoCredential(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	try {
		const settings = readSocketIoSettings(credential.data ?? {});
		const limitMs = DEFAULT_LIMIT_SECONDS * 1000;
		const connection = await connectSocketIo(settings, '/', { limitMs, redact: hideAll });
		connection.close();
		return { status: 'OK', message: 'Connection successful' };
	} catch (error) {
		return { status: 'Error', message: inWords(error) };
	}
}
