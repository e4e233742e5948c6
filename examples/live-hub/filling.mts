import { readHistory, type HistoryAddress, type PastEvent } from './n8n.mts';

/** What a filling tells. */
export interface Filled {
	/** Newest first. */
	events(events: PastEvent[]): void;
	/** Why n8n's history cannot be read now; empty: it was read. */
	problem(words: string): void;
}

/** After a failure it asks again after so long, then twice as long and so on. In milliseconds. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** Pages that are opened one after the other ask once. In milliseconds. */
const AT_MOST_EVERY_MS = 10_000;
/** What had begun before the last reading may have failed since. In milliseconds. */
const LOOK_BACK_MS = 3_600_000;

/**
 * Reads n8n's event history: the last day at first, until that has worked; then, whenever a page is
 * opened, what is newer. While nobody looks, n8n is not asked.
 */
export class Filling {
	readonly #address: HistoryAddress;
	readonly #filled: Filled;
	readonly #ending = new AbortController();
	#readUpTo: Date | undefined;
	#lastAsked = 0;
	#running: Promise<void> | undefined;

	constructor(address: HistoryAddress, filled: Filled) {
		this.#address = address;
		this.#filled = filled;
		this.refresh();
	}

	/** Asks n8n, unless it is being asked or was asked a moment ago. */
	refresh(): void {
		if (this.#running !== undefined || Date.now() - this.#lastAsked < AT_MOST_EVERY_MS) return;
		this.#running = this.#untilRead().finally(() => (this.#running = undefined));
	}

	/** Ends what is under way. */
	stop(): void {
		this.#ending.abort();
	}

	async #untilRead(): Promise<void> {
		const { signal } = this.#ending;
		for (let wait = FIRST_RETRY_MS; !signal.aborted; wait = Math.min(2 * wait, LONGEST_RETRY_MS)) {
			const asked = new Date();
			const since = this.#readUpTo && new Date(this.#readUpTo.getTime() - LOOK_BACK_MS);
			try {
				const events = await readHistory(this.#address, since, signal);
				this.#readUpTo = asked;
				this.#lastAsked = Date.now();
				this.#filled.events(events);
				this.#filled.problem('');
				return;
			} catch (error) {
				if (signal.aborted) return;
				this.#filled.problem(error instanceof Error ? error.message : String(error));
				await this.#pause(wait);
			}
		}
	}

	async #pause(ms: number): Promise<void> {
		const { signal } = this.#ending;
		await new Promise<void>((resolve) => {
			const timer = setTimeout(resolve, ms);
			signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
		});
	}
}
