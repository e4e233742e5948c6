/** What became of an event that was handed over. */
export interface Handed {
	stored(): void;
	/** It is not stored: nothing behind it counts until the history was asked again. */
	failed(): void;
}

/**
 * The cursor of the newest event that is stored together with all before it. Events are handed to
 * n8n one after the other but are stored in any order.
 */
export class StoredCursor {
	private pending: Array<{ readonly cursor: string | undefined; stored: boolean }> = [];

	private stuck = false;

	constructor(
		private kept: string | undefined,
		private readonly onAdvance: (cursor: string) => void,
	) {}

	get current(): string | undefined {
		return this.kept;
	}

	/** From here on events come from the kept cursor on: what failed before is among them again. */
	restart(): void {
		this.pending = [];
		this.stuck = false;
	}

	/** An event was handed over. */
	handed(cursor: string | undefined): Handed {
		const entry = { cursor, stored: false };
		if (!this.stuck) this.pending.push(entry);
		return {
			stored: () => {
				entry.stored = true;
				this.advance();
			},
			failed: () => {
				if (!this.pending.includes(entry)) return;
				this.stuck = true;
				this.pending = [];
			},
		};
	}

	private advance(): void {
		let newest: string | undefined;
		for (let [oldest] = this.pending; oldest?.stored === true; [oldest] = this.pending) {
			newest = oldest.cursor ?? newest;
			this.pending.shift();
		}
		if (newest === undefined) return;
		this.kept = newest;
		this.onAdvance(newest);
	}
}
