import { LONGEST_PAGE } from './executions';
import type { ListedRow } from './listReader';

/** A stretch of a list, without data. */
export interface Stretch {
	/** All that n8n lists of it, newest first. */
	readonly rows: readonly ListedRow[];
	/** The executions below this id come next; undefined where there are none. */
	readonly below: number | undefined;
}

interface Asked {
	/** The lowest id that belongs to it. */
	readonly bottom: number;
	readonly stretch: Promise<Stretch>;
}

/** So many stretches are asked for beside the one that is looked at: n8n waits for its database now and then. */
const AHEAD = 3;

/** Of a page, that much is to be filled: ids are not spread evenly, and what does not fit is another request. */
const FILLING = 0.9;

/**
 * Reads a list from its newest end, several stretches at a time. Where a page begins is not known
 * before the one above it has come; so a stretch is one of ids, as long as a page is likely to hold.
 */
export class ListAhead {
	/** Under way, by the id that they begin below. */
	private readonly asked = new Map<number, Asked>();

	/** Ids of one stretch. */
	private width = LONGEST_PAGE;

	/**
	 * @param list a page of the list: the newest executions, all or below an id
	 * @param isWorthIt whether what is below an id is to be read in this way
	 */
	constructor(
		private readonly list: (
			below: number | undefined,
			limit: number,
		) => Promise<readonly ListedRow[]>,
		private readonly isWorthIt: (below: number) => boolean,
	) {}

	/** A page of the newest, whatever they are. */
	async first(): Promise<Stretch> {
		const rows = await this.list(undefined, LONGEST_PAGE);
		const [newest, oldest] = [rows[0], rows.at(-1)];
		if (newest === undefined || oldest === undefined) return { rows, below: undefined };
		this.learn(rows.length, newest.id + 1 - oldest.id);
		return { rows, below: rows.length < LONGEST_PAGE ? undefined : oldest.id };
	}

	/** @param top the executions below this id: those that were said to come next */
	async next(top: number): Promise<Stretch> {
		const { bottom, stretch } = this.ask(top);
		for (let ahead = 0, from = bottom; ahead < AHEAD && from > 1; ahead += 1) {
			if (!this.isWorthIt(from)) break;
			from = this.ask(from).bottom;
		}
		const found = await stretch;
		for (const from of this.asked.keys()) {
			if (from > (found.below ?? 0)) this.asked.delete(from);
		}
		return found;
	}

	private ask(top: number): Asked {
		const known = this.asked.get(top);
		if (known !== undefined) return known;
		const bottom = top - this.width;
		const asked = { bottom, stretch: this.read(top, bottom) };
		// Where nobody goes on, nobody asks what became of it.
		asked.stretch.catch(() => undefined);
		this.asked.set(top, asked);
		return asked;
	}

	private async read(top: number, bottom: number): Promise<Stretch> {
		const rows: ListedRow[] = [];
		for (let from = top; ; ) {
			const page = await this.list(from, LONGEST_PAGE);
			const last = page.at(-1);
			if (last !== undefined) this.learn(page.length, from - last.id);
			const fitting = page.filter(({ id }) => id >= bottom);
			rows.push(...fitting);
			const beyond = page[fitting.length];
			if (beyond !== undefined) return { rows, below: this.nextAfter(bottom, beyond.id) };
			if (last === undefined || page.length < LONGEST_PAGE) return { rows, below: undefined };
			if (last.id === bottom) return { rows, below: bottom };
			from = last.id;
		}
	}

	/** The next stretch was asked for already, but for where n8n lists nothing in it. */
	private nextAfter(bottom: number, highest: number): number {
		return highest >= bottom - this.width ? bottom : highest + 1;
	}

	/** How many ids hold so many executions: most are not listed where a list is of one workflow. */
	private learn(executions: number, ids: number): void {
		const likely = Math.floor((FILLING * ids * LONGEST_PAGE) / executions);
		this.width = Math.max(LONGEST_PAGE, likely);
	}
}
