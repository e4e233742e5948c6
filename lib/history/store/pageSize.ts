import { LONGEST_PAGE } from './executionList';

/** Nobody knows yet how large the executions are: at 10 MB each these are 100 MB. */
const FIRST_PAGE = 10;

/** One page of large executions says little about the next. */
const FASTEST_GROWTH = 8;

/**
 * How many executions to ask for, so that a page is about so large. n8n reads, converts and sends a
 * page as a whole, in the same process as the node that asked: small pages keep both small.
 */
export class PageSize {
	private size = FIRST_PAGE;

	/** @param bytes of a page */
	constructor(private readonly bytes: number) {}

	get limit(): number {
		return this.size;
	}

	/** After a page has come. */
	learn(executions: number, bytes: number): void {
		if (executions === 0) return;
		const fitting = Math.floor((this.bytes * executions) / Math.max(bytes, 1));
		const most = Math.min(LONGEST_PAGE, this.size * FASTEST_GROWTH);
		this.size = Math.max(1, Math.min(fitting, most));
	}

	/**
	 * After an answer that was too long.
	 *
	 * @returns false where a single execution is
	 */
	shrink(): boolean {
		if (this.size === 1) return false;
		this.size = Math.max(1, Math.floor(this.size / FASTEST_GROWTH));
		return true;
	}
}
