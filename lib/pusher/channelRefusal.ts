import type { Redact } from '../connection/redact';
import { RealtimeFailure } from '../realtime/failure';
import { readProtocolError, type ProtocolError } from './frame';

const ADVICE =
	"Check 'Key' and 'Secret' in the credential, or what 'Auth Endpoint' answers, and that the server has such channels.";

/** The connection is not authorised for it. */
const UNAUTHORISED = 4009;

/** An error of the server in words. */
export function describeError({ code, words }: ProtocolError): string {
	return `${words === '' ? 'error' : words} (code ${code})`;
}

/**
 * The refusal of a channel by a `pusher:error`, as Reverb does it. Over capacity (4100 and above) and
 * rate limits (4300 and above) pass; anything else is about the command.
 */
export function refusedByError(error: ProtocolError, channel: string | undefined): RealtimeFailure {
	const { code } = error;
	const passing = code >= 4300 || (code >= 4100 && code < 4200);
	return new RealtimeFailure(`The server refused the channel ${channel}: ${describeError(error)}`, {
		permanent: !passing,
		description: code === UNAUTHORISED ? ADVICE : undefined,
	});
}

/** The refusal of a channel by a `pusher:subscription_error`, as Pusher and soketi do it. */
export function refusedByEvent(
	channel: string | undefined,
	data: unknown,
	redact: Redact,
): RealtimeFailure {
	const { status } = (data ?? {}) as { status?: unknown };
	const said = redact(readProtocolError(data).words) || 'no reason given';
	const passing = typeof status === 'number' && status >= 500 && status < 600;
	return new RealtimeFailure(`The server refused the channel ${channel}: ${said}`, {
		permanent: !passing,
		description: ADVICE,
	});
}
