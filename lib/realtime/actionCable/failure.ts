import { RealtimeFailure, asFailure } from '../../net/failure';
import { HandshakeRefusal } from '../../net/webSocket';
import { channelLabel, type CableChannel } from './channels';
import type { CableSettings } from './settings';

/** A person reads no more than this of what a server says. */
const MAX_REASON_CHARACTERS = 200;

/** What to do, by the reasons that Action Cable and AnyCable give for a disconnect. */
const ADVICE: Readonly<Record<string, string>> = {
	unauthorized:
		"The server does not accept the client. Check 'Headers' (cookies, Authorization) and the token in 'URL' of the credential.",
	invalid_request:
		"The server does not accept the request. Check 'URL' and 'Origin' of the credential.",
	token_expired: 'The token in the credential has expired. Enter a new one.',
	remote: 'The server was told to end this connection.',
	server_restart: 'The server is restarting.',
};

/** Why a handshake failed, with what is special about Action Cable. */
export function handshakeFailure(
	error: unknown,
	{ origin }: CableSettings,
	connectedBefore: boolean,
): RealtimeFailure {
	const failure = asFailure(error);
	const { message, retryAfterMs } = failure;
	const status = failure instanceof HandshakeRefusal ? failure.status : undefined;
	// What worked once will, after a deployment or a renewed certificate, work again.
	const permanent = failure.permanent && (!connectedBefore || status === 401 || status === 403);
	const description =
		status === 404
			? `Rails responds like this if it does not accept the origin '${origin}'. Set 'Origin' of the credential to an allowed one (config.action_cable.allowed_request_origins). Or 'URL' has the wrong path: Rails uses /cable.`
			: failure.description;
	return new RealtimeFailure(message, { description, permanent, retryAfterMs });
}

/** The server said goodbye; it also says whether to come back. */
export function disconnected(
	reason: string | undefined,
	reconnect: boolean,
	{ host, redact }: CableSettings,
): RealtimeFailure {
	const given = (reason ?? '').slice(0, MAX_REASON_CHARACTERS);
	const advice = Object.hasOwn(ADVICE, given) ? ADVICE[given] : undefined;
	// The protocol's own reasons tell nothing but themselves.
	const words = advice === undefined ? redact(given) : given;
	const said = words === '' ? '' : ` (${words})`;
	return new RealtimeFailure(`${host} ended the connection${said}`, {
		description: advice,
		permanent: !reconnect,
		...(reconnect ? { retryAfterMs: 0 } : {}),
	});
}

/** The connection ended without the goodbye of the protocol. */
export function closed(code: number, reason: string, { host }: CableSettings): RealtimeFailure {
	const words = reason === '' ? '' : `: ${reason.slice(0, MAX_REASON_CHARACTERS)}`;
	return new RealtimeFailure(
		`The connection to ${host} was interrupted (WebSocket code ${code}${words})`,
	);
}

/** The connection ended, or nothing came, before the server's welcome. */
export function notWelcome(host: string, what: string): RealtimeFailure {
	return new RealtimeFailure(`${host} accepted the WebSocket but ${what}`, {
		description:
			"Check 'URL' in the credential, and what the connect method of the server does: Rails before 6.0 silently closes connections it does not accept.",
	});
}

/** No ping, and nothing else. */
export function stale(host: string, limitMs: number): RealtimeFailure {
	return new RealtimeFailure(
		`Nothing arrived from ${host} for ${limitMs / 1000} seconds, not even a ping`,
	);
}

/** The server does not let us have these channels. */
export function rejected(
	channels: readonly CableChannel[],
	host: string,
	permanent: boolean,
): RealtimeFailure {
	return new RealtimeFailure(`${host} rejected the subscription to ${labels(channels)}`, {
		description:
			"Check 'Channels', their parameters, and whether the credential is allowed to listen to them: the server's subscribed method decides.",
		permanent,
	});
}

/** The server neither confirmed nor rejected these channels. */
export function unanswered(
	channels: readonly CableChannel[],
	{ host, limitMs, permanent }: { host: string; limitMs: number; permanent: boolean },
): RealtimeFailure {
	return new RealtimeFailure(
		`${host} did not answer the subscription to ${labels(channels)} within ${limitMs / 1000} seconds`,
		{
			description:
				"Rails does not respond if it does not know a channel or its subscribed method fails. Check 'Channels' for the exact class name, and the server's log.",
			permanent,
		},
	);
}

function labels(channels: readonly CableChannel[]): string {
	return channels.map(channelLabel).join(', ');
}
