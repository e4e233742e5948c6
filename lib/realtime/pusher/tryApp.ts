import { redactor } from '../../net/redact';
import { PooledHttp } from '../../net/http';
import { asFailure, type RealtimeFailure } from '../../net/failure';
import { FrameGuard } from '../frameGuard';
import { HandshakeRefusal } from '../../net/webSocket';
import { PusherApi } from './api';
import { PusherClosure, UNKNOWN_APP } from './closeFailure';
import { readOccupied } from './occupied';
import { PusherSession } from './session';
import { assertApiSettings, type PusherSettings } from './settings';
import { socketHeaders, socketUrl } from './socketUrl';
import { PUSHER_TIMES } from './times';

/** What a credential can be used for, and why not for the rest. */
export type AppUse =
	| { readonly can: 'listen' | 'listen and broadcast' }
	| { readonly can: 'broadcast'; readonly cannotListen: RealtimeFailure };

/**
 * Tries what a credential is for: a connection as a listener, and, where it can broadcast, a signed
 * request that changes nothing. Where listening is refused, broadcasting is tried all the same: many
 * do nothing else.
 *
 * @throws {RealtimeFailure} or {PusherError} in the server's words where it said some
 */
export async function tryApp(settings: PusherSettings): Promise<AppUse> {
	const { appId, secret, server } = settings;
	const cannotListen = await tryListening(settings);
	const broadcasts = appId !== '' || secret !== '';
	// AnyCable has the requests that send, and no other.
	const isWorthTrying = broadcasts && server !== 'anycable' && mayBroadcast(cannotListen, settings);
	if (cannotListen !== undefined && !isWorthTrying) throw cannotListen;
	if (!broadcasts) return { can: 'listen' };
	try {
		assertApiSettings(settings);
		if (server !== 'anycable') await tryBroadcasting(settings);
	} catch (error) {
		throw cannotListen ?? error;
	}
	return cannotListen === undefined
		? { can: 'listen and broadcast' }
		: { can: 'broadcast', cannotListen };
}

/** A wrong key is wrong whatever it still opens; where nobody answers, nobody answers twice. */
function mayBroadcast(
	cannotListen: RealtimeFailure | undefined,
	{ apiOrigin, socketOrigin }: PusherSettings,
): boolean {
	if (cannotListen instanceof PusherClosure) return cannotListen.code !== UNKNOWN_APP;
	return cannotListen instanceof HandshakeRefusal || apiOrigin !== socketOrigin;
}

/** @returns why it cannot be listened to */
async function tryListening(settings: PusherSettings): Promise<RealtimeFailure | undefined> {
	try {
		const session = await PusherSession.open(
			{
				origin: settings.socketOrigin,
				url: socketUrl(settings),
				headers: socketHeaders(settings),
				lookup: undefined,
				signal: new AbortController().signal,
				times: PUSHER_TIMES,
				redact: redactor([settings.secret]),
				guard: new FrameGuard(),
			},
			{ frame: () => undefined, warn: () => undefined },
		);
		session.close();
		return undefined;
	} catch (error) {
		return asFailure(error);
	}
}

async function tryBroadcasting(settings: PusherSettings): Promise<void> {
	const { connectMs, gatherMs } = PUSHER_TIMES;
	const http = new PooledHttp(settings.apiOrigin, { connections: 1, connectLimitMs: connectMs });
	try {
		const api = new PusherApi(settings, http, { limitMs: connectMs, gatherMs });
		await readOccupied(api, 'presence-', []);
	} finally {
		http.close();
	}
}
