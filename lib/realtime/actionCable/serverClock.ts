/** The server's clock, as its pings tell it: what its history goes by. */
export class ServerClock {
	private aheadMs: number | undefined;

	/** Whether a ping has come; before, our own clock stands in. */
	get isKnown(): boolean {
		return this.aheadMs !== undefined;
	}

	/** @param seconds Unix time in a ping */
	set(seconds: unknown): void {
		if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return;
		this.aheadMs = seconds * 1000 - Date.now();
	}

	/**
	 * Unix seconds.
	 *
	 * @param ownMs our own time, in milliseconds
	 */
	at(ownMs: number): number {
		return Math.floor((ownMs + (this.aheadMs ?? 0)) / 1000);
	}
}
