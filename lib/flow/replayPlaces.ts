/** Places in which so many things run at a time. A cancelled run is not waited for. */
export class Places {
	private taken = 0;

	private failure: { readonly error: unknown } | undefined;

	private wake = () => {};

	constructor(
		private readonly count: number,
		private readonly signal?: AbortSignal,
	) {}

	/**
	 * Starts something, and waits until there is a place for the next one.
	 *
	 * @throws what one of them threw
	 */
	async take(work: () => Promise<void>): Promise<void> {
		this.taken += 1;
		void work()
			.catch((error: unknown) => {
				this.failure ??= { error };
			})
			.finally(() => {
				this.taken -= 1;
				this.wake();
			});
		await this.until(() => this.taken < this.count);
		if (this.failure !== undefined) throw this.failure.error;
	}

	/** @throws what one of them threw */
	async allFree(): Promise<void> {
		await this.until(() => this.taken === 0);
		if (this.failure !== undefined) throw this.failure.error;
	}

	private async until(isReached: () => boolean): Promise<void> {
		const wake = () => this.wake();
		this.signal?.addEventListener('abort', wake);
		try {
			while (!isReached() && this.signal?.aborted !== true) {
				await new Promise<void>((resolve) => {
					this.wake = resolve;
				});
			}
		} finally {
			this.signal?.removeEventListener('abort', wake);
		}
	}
}
