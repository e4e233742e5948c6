import { Failure, RealtimeFailure, type FailureOptions } from '../../net/failure';
import type { ProtocolError } from './frame';

/** What went wrong with a Pusher server or on the way to it, for callers that decide by it. */
export type PusherErrorKind =
	| 'settings'
	/** A channel, event name or payload that the protocol does not allow. */
	| 'event'
	| 'tooLarge'
	| 'unreachable'
	/** No answer; the server may have acted nevertheless. */
	| 'unanswered'
	| 'cancelled'
	/** 401, 403 */
	| 'unauthorised'
	/** 404 */
	| 'notFound'
	/** 429 */
	| 'tooMany'
	/** 400, 422 and the like */
	| 'refused'
	/** 5xx */
	| 'broken'
	| 'notPusher';

export class PusherError extends Failure {
	override readonly name = 'PusherError';

	constructor(
		readonly kind: PusherErrorKind,
		message: string,
		readonly description: string,
	) {
		super(message);
	}
}

/** A field of the credential that cannot be used, named by its label. */
export function settingsError(label: string, what: string, toDo: string): PusherError {
	return new PusherError('settings', `'${label}' of the credential ${what}`, toDo);
}

/** What the user can do about the codes that do not pass by themselves. */
const ADVICE: Readonly<Record<number, string>> = {
	4000: "Turn on 'TLS' in the credential.",
	4001: "Check 'Key' in the credential, and that 'Host' or 'Cluster' is where this app is.",
	4003: 'Enable the app on the server.',
	4004: "The app's quota is used up. Raise it on the server, or wait.",
	4005: "Check 'Path' in the credential.",
	4009: "The server only accepts certain origins. Enter one of them in 'Origin' of the credential, such as https://app.example.com (Laravel Reverb: allowed_origins). Also check 'Key'.",
};

/** The app does not exist: what is wrong with the key, not with listening. */
export const UNKNOWN_APP = 4001;

/** So many connections as the app may have are there. */
export const FULL = 4004;

/** No close frame came: the WebSocket says so itself, RFC 6455 section 7.1.5. */
const BROKEN_OFF = 1006;

/** The server has too many connections: at least a second, the listener's back-off makes it more. */
const OVER_CAPACITY_MS = 1_000;

/** A connection that the server ended, or did not accept, with its code; 1006 without a word. */
export class PusherClosure extends RealtimeFailure {
	constructor(
		readonly code: number,
		message: string,
		options: FailureOptions = {},
	) {
		super(message, options);
	}

	/** It broke off, and nobody said why. */
	get isUnexplained(): boolean {
		return this.code === BROKEN_OFF;
	}

	/** The same, but worth another attempt. */
	passing(retryAfterMs: number): PusherClosure {
		const { code, message, description } = this;
		return new PusherClosure(code, message, { description, retryAfterMs });
	}
}

/**
 * What the end of a connection means, by the ranges of the protocol.
 *
 * @param code WebSocket close code, or that of a `pusher:error`
 * @param words the server's own
 * @see https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/#error-codes
 */
export function closeFailure({ code, words }: ProtocolError, origin: string): PusherClosure {
	const said = words === '' ? `code ${code}` : `${words} (code ${code})`;
	if (code >= 4000 && code < 4100) {
		return new PusherClosure(code, `${origin} refused the connection: ${said}`, {
			permanent: true,
			description: ADVICE[code] ?? 'Check the credential and the app on the server.',
		});
	}
	if (code >= 4100 && code < 4200) {
		return new PusherClosure(code, `${origin} has no capacity for the connection: ${said}`, {
			retryAfterMs: OVER_CAPACITY_MS,
		});
	}
	if (code >= 4200 && code < 4300) {
		return new PusherClosure(code, `${origin} asked to connect again: ${said}`, {
			retryAfterMs: 0,
		});
	}
	const how = code === BROKEN_OFF ? 'broke off' : 'closed';
	return new PusherClosure(code, `${origin} ${how} the connection: ${said}`);
}
