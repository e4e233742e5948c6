import type { Redact } from '../../net/redact';
import { RealtimeFailure, type FailureOptions } from '../../net/failure';
import { readProtocolError, type ProtocolError } from './frame';

const ADVICE =
	"Check 'Key' and 'Secret' in the credential, or what 'Auth Endpoint' answers, and that the server has such channels.";

/** The connection is not authorised for it. */
const UNAUTHORISED = 4009;

/** Too many messages of this connection for now. */
const RATE_LIMIT = 4301;

/** The server's refusal of one channel; the connection stands. */
export class ChannelRefusal extends RealtimeFailure {
	/** It was too much for now: the same is accepted later. */
	readonly isForNow: boolean;

	constructor(message: string, options: FailureOptions & { readonly isForNow: boolean }) {
		super(message, options);
		this.isForNow = options.isForNow;
	}
}

/** An error of the server in words. */
export function describeError({ code, words }: ProtocolError): string {
	return `${words === '' ? 'error' : words} (code ${code})`;
}

/**
 * The refusal of a channel by a `pusher:error`, as Reverb does it. Over capacity (4100 and above) and
 * rate limits (4300 and above) pass; anything else is about the command.
 */
export function refusedByError(error: ProtocolError, channel: string | undefined): ChannelRefusal {
	const { code } = error;
	const passing = code >= 4300 || (code >= 4100 && code < 4200);
	return new ChannelRefusal(`The server refused the channel ${channel}: ${describeError(error)}`, {
		permanent: !passing,
		isForNow: code === RATE_LIMIT,
		description: code === UNAUTHORISED ? ADVICE : undefined,
	});
}

/** The refusal of a channel by a `pusher:subscription_error`, as Pusher and soketi do it. */
export function refusedByEvent(
	channel: string | undefined,
	data: unknown,
	redact: Redact,
): ChannelRefusal {
	const { status } = (data ?? {}) as { status?: unknown };
	const said = redact(readProtocolError(data).words) || 'no reason given';
	const isForNow = status === 429;
	const passing = isForNow || (typeof status === 'number' && status >= 500 && status < 600);
	return new ChannelRefusal(`The server refused the channel ${channel}: ${said}`, {
		permanent: !passing,
		isForNow,
		description: ADVICE,
	});
}
