import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { PusherError } from '../../../lib/realtime/pusher/failure';
import { readPusherSettings } from '../../../lib/realtime/pusher/settings';
import { tryApp } from '../../../lib/realtime/pusher/source';
import { RealtimeFailure } from '../../../lib/net/failure';

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
				? `It can broadcast, cannot listen: ${words(use.cannotListen)}`
				: `Connection successful: it can be used to ${use.can}`;
		return { status: 'OK', message };
	} catch (error) {
		return { status: 'Error', message: words(error) };
	}
}

function words(error: unknown): string {
	if (!(error instanceof PusherError || error instanceof RealtimeFailure)) return String(error);
	const { message, description } = error;
	return description === undefined || description === '' ? message : `${message}. ${description}`;
}
