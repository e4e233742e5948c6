import { redactor } from '../connection/redact';
import { PooledHttp } from '../http/pooledHttp';
import { PusherApi } from './api';
import { readOccupied } from './occupied';
import { PusherSession } from './session';
import { assertApiSettings, type PusherSettings } from './settings';
import { socketUrl } from './socketUrl';
import { PUSHER_TIMES } from './times';

/**
 * Tries what a credential is for: a connection as a listener, and, where it can broadcast, a signed
 * request that changes nothing.
 *
 * @returns what it can be used for
 * @throws {RealtimeFailure} or {PusherError} in the server's words where it said some
 */
export async function tryApp(settings: PusherSettings): Promise<'listen' | 'listen and broadcast'> {
	const session = await PusherSession.open(
		{
			origin: settings.socketOrigin,
			url: socketUrl(settings),
			lookup: undefined,
			signal: new AbortController().signal,
			times: PUSHER_TIMES,
			redact: redactor([settings.secret]),
		},
		{ frame: () => undefined, warn: () => undefined },
	);
	session.close();
	if (settings.appId === '' && settings.secret === '') return 'listen';
	assertApiSettings(settings);
	// AnyCable has the requests that send, and no other.
	if (settings.server === 'anycable') return 'listen and broadcast';
	const limitMs = PUSHER_TIMES.connectMs;
	const http = new PooledHttp(settings.apiOrigin, { connections: 1, connectLimitMs: limitMs });
	try {
		await readOccupied(new PusherApi(settings, http, limitMs), 'presence-', []);
	} finally {
		http.close();
	}
	return 'listen and broadcast';
}
