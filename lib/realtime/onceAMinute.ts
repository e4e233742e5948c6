const MINUTE_MS = 60_000;

/** Tells what may come in a flood: of each kind at most once a minute, with how often it came since. */
export class OnceAMinute {
	private readonly kinds = new Map<string, { toldAt: number; held: number }>();

	/** @param now milliseconds since 1970, for tests */
	constructor(private readonly now: () => number = Date.now) {}

	/** @param tell is given the words, where they are told now */
	tell(kind: string, words: string, tell: (words: string) => void): void {
		const last = this.kinds.get(kind);
		const now = this.now();
		if (last !== undefined && Math.abs(now - last.toldAt) < MINUTE_MS) {
			last.held += 1;
			return;
		}
		this.kinds.set(kind, { toldAt: now, held: 0 });
		const held = last?.held ?? 0;
		tell(held === 0 ? words : `${words} (and ${held} more of the kind since it was told last)`);
	}
}
