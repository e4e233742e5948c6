/** So many at once. Who finds no place may wait, but only so many, and only so long. */
export class Places {
	private used = 0;

	private readonly queue: Array<(hasPlace: boolean) => void> = [];

	/**
	 * @param size places; may be changed at any time
	 * @param mostWaiting who comes when so many wait already gets none at once
	 */
	constructor(
		public size: number,
		private readonly mostWaiting: number,
	) {}

	/** How many wait now. */
	get waiting(): number {
		return this.queue.length;
	}

	/**
	 * Takes a place, to be given back by `leave`.
	 *
	 * @param waitMs how long to wait for one, in milliseconds
	 * @returns false where there was none in time
	 */
	async enter(waitMs: number): Promise<boolean> {
		if (this.used < this.size) {
			this.used += 1;
			return true;
		}
		if (this.queue.length >= this.mostWaiting) return false;
		return await new Promise<boolean>((resolve) => {
			const settle = (hasPlace: boolean) => {
				clearTimeout(timer);
				resolve(hasPlace);
			};
			const timer = setTimeout(() => {
				this.queue.splice(this.queue.indexOf(settle), 1);
				settle(false);
			}, waitMs);
			this.queue.push(settle);
		});
	}

	/** Gives a place back; it goes to who has waited longest. */
	leave(): void {
		this.used -= 1;
		while (this.used < this.size) {
			const next = this.queue.shift();
			if (next === undefined) return;
			this.used += 1;
			next(true);
		}
	}
}

/** So many things run at a time. A cancelled run is not waited for. */
export class InFlight {
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
