import { RealtimeFailure } from '../../net/failure';

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
