import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { readPusherSettings } from '../../../lib/realtime/pusher/settings';
import { tryApp } from '../../../lib/realtime/pusher/source';
import { inWords } from '../../../lib/net/failure';

/**
 * Test of the credential Pusher API: a connection as a listener makes it, and a signed request that
 * changes nothing. n8n offers credential tests no egress policy to ask, so that what the server says is
 * not shown.
 */
export async function testPusherCredential(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	try {
		const use = await tryApp(readPusherSettings(credential.data ?? {}));
		const message =
			use.can === 'broadcast'
				? `Can broadcast, but can't listen: ${inWords(use.cannotListen)}`
				: `Connection successful: it can be used to ${use.can}`;
		return { status: 'OK', message };
	} catch (error) {
		return { status: 'Error', message: inWords(error) };
	}
}
