import { RealtimeFailure, type FailureOptions } from '../../net/failure';
import type { Redact } from '../../net/redact';
import { readProtocolError, type ProtocolError } from './frame';

/** Commands that a connection can be waiting for: one at a time, so that an error is about it. */
export class PendingSubscription {
	private pending:
		| {
				readonly channel: string;
				readonly resolve: (data: unknown) => void;
				readonly reject: (failure: RealtimeFailure) => void;
		  }
		| undefined;

	/** The channel that is waited for. */
	get channel(): string | undefined {
		return this.pending?.channel;
	}

	/**
	 * Waits for the server's word on a subscription.
	 *
	 * @returns the `data` of its confirmation
	 * @throws {RealtimeFailure} the refusal, or a passing one where no word comes within the limit
	 */
	async wait(channel: string, limitMs: number): Promise<unknown> {
		let timer: NodeJS.Timeout | undefined;
		try {
			return await new Promise<unknown>((resolve, reject) => {
				this.pending = { channel, resolve, reject };
				const words = `The server did not confirm the channel ${channel} within ${limitMs / 1000} seconds`;
				timer = setTimeout(() => reject(new RealtimeFailure(words)), limitMs);
			});
		} finally {
			clearTimeout(timer);
			this.pending = undefined;
		}
	}

	confirm(channel: string | undefined, data: unknown): void {
		if (this.pending === undefined || this.pending.channel !== channel) return;
		this.pending.resolve(data);
		this.pending = undefined;
	}

	/** @returns false where nobody waits */
	refuse(failure: RealtimeFailure): boolean {
		if (this.pending === undefined) return false;
		this.pending.reject(failure);
		this.pending = undefined;
		return true;
	}
}

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
