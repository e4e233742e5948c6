import type { CableChannel } from './channels';
import type { CableFrame } from './frame';
import type { CableLink } from './link';
import type { HistoryRequest } from './positions';

/** What became of the subscriptions within the limit. */
export interface Subscribed {
	readonly confirmed: readonly CableChannel[];
	readonly rejected: readonly CableChannel[];
	readonly unanswered: readonly CableChannel[];
	/** Whether each channel's history was sent; false where none was asked for. */
	readonly caughtUp: boolean;
}

type Answer = 'confirmed' | 'rejected';

/**
 * Subscribes to channels, once each, and waits for the answers; with a history request, also for the
 * messages that were missed. AnyCable confirms a subscription before it sends its history.
 */
export class Subscribing {
	private readonly answers = new Map<string, Answer>();

	private readonly histories = new Map<string, 'confirmed' | 'rejected'>();

	/** Channels that are asked a second time, by time alone: the server has lost their positions. */
	private readonly askedByTime = new Set<string>();

	private done: (() => void) | undefined;

	constructor(
		private readonly link: CableLink,
		private readonly channels: readonly CableChannel[],
		private readonly history: HistoryRequest | undefined,
	) {}

	/** Whether messages of before the connection may come now. */
	get isReplaying(): boolean {
		return this.history !== undefined && !this.isComplete();
	}

	/** @param signal ends the waiting, also one that was given before */
	async run(limitMs: number, signal: AbortSignal): Promise<Subscribed> {
		const { link, channels, history } = this;
		let timer: NodeJS.Timeout | undefined;
		await new Promise<void>((resolve) => {
			this.done = resolve;
			timer = setTimeout(resolve, limitMs);
			signal.addEventListener('abort', () => resolve(), { once: true });
			// The end may have come in one packet with the welcome.
			if (signal.aborted) return resolve();
			for (const { identifier } of channels) {
				link.send({ command: 'subscribe', identifier, ...(history && { history }) });
			}
		});
		clearTimeout(timer);
		this.done = undefined;
		const answered = (answer: Answer | undefined) =>
			channels.filter(({ identifier }) => this.answers.get(identifier) === answer);
		return {
			confirmed: answered('confirmed'),
			rejected: answered('rejected'),
			unanswered: answered(undefined),
			caughtUp:
				history !== undefined &&
				answered('confirmed').every(
					({ identifier }) =>
						this.histories.get(identifier) === 'confirmed' && !this.askedByTime.has(identifier),
				),
		};
	}

	/** @returns whether the frame was an answer to a subscription */
	take({ type, identifier }: CableFrame): boolean {
		if (identifier === undefined) return false;
		switch (type) {
			case 'confirm_subscription':
				this.answers.set(identifier, 'confirmed');
				break;
			case 'reject_subscription':
				this.answers.set(identifier, 'rejected');
				break;
			case 'confirm_history':
				this.histories.set(identifier, 'confirmed');
				break;
			case 'reject_history':
				if (this.askAgain(identifier)) return true;
				this.histories.set(identifier, 'rejected');
				break;
			default:
				return false;
		}
		if (this.isComplete()) this.done?.();
		return true;
	}

	/** What the server still has is better than nothing. */
	private askAgain(identifier: string): boolean {
		const { history, askedByTime } = this;
		if (history === undefined || askedByTime.has(identifier)) return false;
		if (Object.keys(history.streams).length === 0) return false;
		askedByTime.add(identifier);
		this.link.send({ command: 'history', identifier, history: { since: history.since } });
		return true;
	}

	private isComplete(): boolean {
		return this.channels.every(({ identifier }) => {
			const answer = this.answers.get(identifier);
			if (answer !== 'confirmed') return answer === 'rejected';
			return this.history === undefined || this.histories.has(identifier);
		});
	}
}
