import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { checkBroadcastKey } from '../../../lib/realtime/actionCable/anyCable';
import { openCable } from '../../../lib/realtime/actionCable/link';
import {
	readBroadcastEndpoint,
	readCableSettings,
} from '../../../lib/realtime/actionCable/settings';
import { handshakeFailure } from '../../../lib/realtime/actionCable/failure';
import { ServerClock } from '../../../lib/realtime/actionCable/frame';
import { PooledHttp } from '../../../lib/net/http';
import { hideAll } from '../../../lib/net/redact';
import { asFailure, inWords } from '../../../lib/net/failure';
import { FrameGuard } from '../../../lib/realtime/source';

const LIMIT_MS = 10_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Test of the credential Action Cable API: a handshake until the server's welcome, and whether
 * AnyCable accepts the broadcast key; each where its address is filled in. n8n offers credential
 * tests no egress policy to ask, so that what the server says is not shown.
 */
export async function testActionCableCredential(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	const fields: Fields = credential.data ?? {};
	const isFilled = (field: string) => String(fields[field] ?? '').trim() !== '';
	try {
		if (isFilled('url') || !isFilled('broadcastUrl')) await testCable(fields);
		if (isFilled('broadcastUrl')) await testBroadcast(fields);
		return { status: 'OK', message: 'Connection successful' };
	} catch (error) {
		return { status: 'Error', message: inWords(asFailure(error)) };
	}
}

async function testCable(fields: Fields): Promise<void> {
	const settings = { ...readCableSettings(fields), redact: hideAll };
	const stop = new AbortController();
	const guard = new FrameGuard();
	const options = {
		extended: true,
		limitMs: LIMIT_MS,
		staleMs: LIMIT_MS,
		signal: stop.signal,
		clock: new ServerClock(),
		guarded: (read: () => void) => guard.read(read, () => undefined),
	};
	const nobody = { frame: () => undefined, ended: () => undefined };
	try {
		const link = await openCable(settings, options, nobody);
		link.close();
	} catch (error) {
		throw handshakeFailure(error, settings, false);
	}
}

async function testBroadcast(fields: Fields): Promise<void> {
	const endpoint = readBroadcastEndpoint(fields);
	const http = new PooledHttp(endpoint.origin, { connections: 1, connectLimitMs: LIMIT_MS });
	try {
		await checkBroadcastKey(http, endpoint, LIMIT_MS, hideAll);
	} finally {
		http.close();
	}
}
