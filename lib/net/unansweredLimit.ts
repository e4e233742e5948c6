import { HttpFault } from './http';

/** Stops asking a server that did not answer several times in a row: 1,000 items must not wait for it. */
export class UnansweredLimit {
	private inARow = 0;

	private last: unknown;

	/**
	 * @param most calls in a row without an answer, after which no more are made
	 * @param isUnanswered which errors count as that
	 */
	constructor(
		private readonly most: number,
		private readonly isUnanswered: (error: unknown) => boolean = (error) =>
			error instanceof HttpFault,
	) {}

	/** Whether no more calls are made. */
	get isReached(): boolean {
		return this.inARow >= this.most;
	}

	/** @throws the call's own error, or the last one's where no more calls are made */
	async call<T>(send: () => Promise<T>): Promise<T> {
		if (this.isReached) throw this.last;
		const [outcome] = await Promise.allSettled([send()]);
		if (outcome.status === 'fulfilled') {
			this.inARow = 0;
			return outcome.value;
		}
		this.last = outcome.reason;
		this.inARow = this.isUnanswered(this.last) ? this.inARow + 1 : 0;
		throw this.last;
	}
}
