import { keepNewest } from './keepNewest';

/** More kinds than a process has problems at once; the oldest are forgotten first. */
const MOST_REMEMBERED = 1_000;

/** Tells what may come in a flood: of each kind once in a time, with how often it came since. */
export class Rarely {
	private readonly kinds = new Map<string, { readonly toldAt: number; held: number }>();

	/**
	 * @param everyMs milliseconds until a kind is told again
	 * @param now milliseconds since 1970, for tests
	 */
	constructor(
		private readonly everyMs: number,
		private readonly now: () => number = Date.now,
	) {}

	/** @param tell is given the words, where they are told now */
	tell(kind: string, words: string, tell: (words: string) => void): void {
		const last = this.kinds.get(kind);
		const now = this.now();
		// A clock that was set back is no reason to be silent.
		if (last !== undefined && Math.abs(now - last.toldAt) < this.everyMs) {
			last.held += 1;
			return;
		}
		keepNewest(this.kinds, kind, { toldAt: now, held: 0 }, MOST_REMEMBERED);
		const held = last?.held ?? 0;
		tell(held === 0 ? words : `${words} (and ${held} more of this kind since the last report)`);
	}
}
