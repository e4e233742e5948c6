import type { ExecutionPages } from './store/executionPages';
import type { ExecutionDigest } from './store/executionDigest';

/**
 * Several lists of executions as one, in the order of their ids; what is in more than one comes once.
 * Lists are opened one after the other, in the order given.
 *
 * @param lists each in that order already
 */
export async function* mergeRows(
	lists: readonly ExecutionPages[],
	order: 'newest' | 'oldest',
): ExecutionPages {
	const cursors = lists.map((pages) => new Cursor(pages));
	try {
		for (const cursor of cursors) await cursor.fill();
		let last: number | undefined;
		for (;;) {
			const merged: ExecutionDigest[] = [];
			// As far as no list has to be waited for.
			while (cursors.every((cursor) => cursor.isReady)) {
				const first = foremost(cursors, order);
				if (first === undefined) break;
				const row = first.take();
				if (row.id !== last) merged.push(row);
				last = row.id;
			}
			if (merged.length > 0) yield merged;
			const waiting = cursors.filter((cursor) => !cursor.isReady);
			if (waiting.length === 0) return;
			for (const cursor of waiting) await cursor.fill();
		}
	} finally {
		await Promise.allSettled(lists.map(async (pages) => await pages.return(undefined)));
	}
}

/** A position in one list. */
class Cursor {
	private page: readonly ExecutionDigest[] = [];

	private index = 0;

	private ended = false;

	constructor(private readonly pages: ExecutionPages) {}

	/** Whether the next row is known, or that there is none. */
	get isReady(): boolean {
		return this.ended || this.index < this.page.length;
	}

	get next(): ExecutionDigest | undefined {
		return this.page[this.index];
	}

	take(): ExecutionDigest {
		const row = this.page[this.index];
		if (row === undefined) throw new RangeError('The list of executions has ended');
		this.index += 1;
		return row;
	}

	async fill(): Promise<void> {
		while (!this.isReady) {
			const { value, done } = await this.pages.next();
			this.ended = done === true;
			this.page = value ?? [];
			this.index = 0;
		}
	}
}

function foremost(cursors: readonly Cursor[], order: 'newest' | 'oldest'): Cursor | undefined {
	let best: Cursor | undefined;
	for (const cursor of cursors) {
		if (cursor.next === undefined) continue;
		const isBefore =
			best?.next === undefined ||
			(order === 'newest' ? cursor.next.id > best.next.id : cursor.next.id < best.next.id);
		if (isBefore) best = cursor;
	}
	return best;
}
