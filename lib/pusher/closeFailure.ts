import { RealtimeFailure } from '../realtime/failure';
import type { ProtocolError } from './frame';

/** What the user can do about the codes that do not pass by themselves. */
const ADVICE: Readonly<Record<number, string>> = {
	4000: "Turn on 'TLS' in the credential.",
	4001: "Check 'Key' in the credential, and that 'Host' or 'Cluster' is where this app is.",
	4003: 'Enable the app at the server.',
	4004: "The app's quota is used up. Raise it at the server, or wait.",
	4005: "Check 'Path' in the credential.",
	4009: "Check 'Key' in the credential, and the origins that the server allows.",
};

/** No close frame came: the WebSocket says so itself, RFC 6455 section 7.1.5. */
const BROKEN_OFF = 1006;

/** The server has too many connections: at least a second, the listener's back-off makes it more. */
const OVER_CAPACITY_MS = 1_000;

/**
 * What the end of a connection means, by the ranges of the protocol.
 *
 * @param code WebSocket close code, or that of a `pusher:error`
 * @param words the server's own
 * @see https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/#error-codes
 */
export function closeFailure({ code, words }: ProtocolError, origin: string): RealtimeFailure {
	const said = words === '' ? `code ${code}` : `${words} (code ${code})`;
	if (code >= 4000 && code < 4100) {
		return new RealtimeFailure(`${origin} refused the connection: ${said}`, {
			permanent: true,
			description: ADVICE[code] ?? 'Check the credential and the app at the server.',
		});
	}
	if (code >= 4100 && code < 4200) {
		return new RealtimeFailure(`${origin} has no capacity for the connection: ${said}`, {
			retryAfterMs: OVER_CAPACITY_MS,
		});
	}
	if (code >= 4200 && code < 4300) {
		return new RealtimeFailure(`${origin} asked to connect again: ${said}`, { retryAfterMs: 0 });
	}
	const how = code === BROKEN_OFF ? 'broke off' : 'closed';
	return new RealtimeFailure(`${origin} ${how} the connection: ${said}`);
}
