/** Behind so many taken places the array is cut: often enough to be small, seldom enough to be cheap. */
const CUT_AFTER = 1_024;

/** First in, first out, in constant time: `shift` of a long array moves all of it. */
export class Queue<T> {
	private entries: T[] = [];

	private first = 0;

	get size(): number {
		return this.entries.length - this.first;
	}

	push(entry: T): void {
		this.entries.push(entry);
	}

	shift(): T | undefined {
		if (this.size === 0) return undefined;
		const entry = this.entries[this.first];
		this.first += 1;
		if (this.size === 0 || this.first === CUT_AFTER) {
			this.entries = this.entries.slice(this.first);
			this.first = 0;
		}
		return entry;
	}

	/** Takes everything. */
	drain(): T[] {
		const rest = this.entries.slice(this.first);
		this.entries = [];
		this.first = 0;
		return rest;
	}
}
