/**
 * The same values, read while those before them are worked on: a page that is asked for only when it
 * is needed would leave nothing to do until it has come.
 *
 * @param most values that are held
 * @throws what reading threw, after the values that came before
 */
export async function* readAhead<T extends object>(
	source: AsyncIterable<T>,
	most: number,
): AsyncGenerator<T, void, undefined> {
	const reader = new Reader(source[Symbol.asyncIterator](), most);
	try {
		for (;;) {
			const next = await reader.next();
			if (next.done === true) return;
			yield next.value;
		}
	} finally {
		await reader.end();
	}
}

class Reader<T extends object> {
	private readonly held: T[] = [];

	private isOver = false;

	private failure: { readonly error: unknown } | undefined;

	/** Ends when one more value has come; undefined while there is no room for it. */
	private reading: Promise<void> | undefined;

	constructor(
		private readonly iterator: AsyncIterator<T>,
		private readonly most: number,
	) {}

	async next(): Promise<IteratorResult<T, undefined>> {
		this.read();
		if (this.held.length === 0) await this.reading;
		const [value] = this.held.splice(0, 1);
		if (value !== undefined) return { value };
		if (this.failure !== undefined) throw this.failure.error;
		return { value: undefined, done: true };
	}

	/** Reads nothing more, and waits for what is being read. */
	async end(): Promise<void> {
		this.isOver = true;
		await this.reading;
		await this.iterator.return?.();
	}

	private read(): void {
		if (this.isOver || this.reading !== undefined || this.held.length >= this.most) return;
		this.reading = this.take().then(() => {
			this.reading = undefined;
			this.read();
		});
	}

	/** Never throws: nobody may be waiting. */
	private async take(): Promise<void> {
		try {
			const { value, done } = await this.iterator.next();
			if (done === true) this.isOver = true;
			else this.held.push(value);
		} catch (error) {
			this.failure = { error };
			this.isOver = true;
		}
	}
}
