/** More texts than a process has problems at once; the oldest are forgotten first. */
const MOST_REMEMBERED = 1_000;

/** Keeps what is told over and over from flooding a log: each text is due once in a time. */
export class ToldLately {
	private readonly toldAt = new Map<string, number>();

	/**
	 * @param everyMs milliseconds until a text is due again
	 * @param now milliseconds since 1970, for tests
	 */
	constructor(
		private readonly everyMs: number,
		private readonly now: () => number = Date.now,
	) {}

	/** Whether the text was not told within the time; it counts as told from now on. */
	isDue(text: string): boolean {
		const told = this.toldAt.get(text);
		const now = this.now();
		if (told !== undefined && now >= told && now - told < this.everyMs) return false;
		this.toldAt.delete(text);
		this.toldAt.set(text, now);
		for (const oldest of this.toldAt.keys()) {
			if (this.toldAt.size <= MOST_REMEMBERED) break;
			this.toldAt.delete(oldest);
		}
		return true;
	}
}
