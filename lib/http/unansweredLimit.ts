import { HttpFault } from './pooledHttp';

/** Stops asking a server that did not answer several times in a row: 1,000 items must not wait for it. */
export class UnansweredLimit {
	private inARow = 0;

	private last: HttpFault | undefined;

	/** @param most calls in a row without an answer, after which no more are made */
	constructor(private readonly most: number) {}

	/** @throws {HttpFault} the call's own, or the last one's where no more calls are made */
	async call<T>(send: () => Promise<T>): Promise<T> {
		if (this.last !== undefined && this.inARow >= this.most) throw this.last;
		const [outcome] = await Promise.allSettled([send()]);
		if (outcome.status === 'fulfilled') {
			this.inARow = 0;
			return outcome.value;
		}
		const error: unknown = outcome.reason;
		this.last = error instanceof HttpFault ? error : undefined;
		this.inARow = error instanceof HttpFault ? this.inARow + 1 : 0;
		throw error;
	}
}
