import { keepNewest } from '../flow/keepNewest';

/**
 * Writes keys into the durable store and tells which of them were there before.
 *
 * @param capacity keys that the store keeps at most
 */
export type RecordKeys = (
	keys: readonly string[],
	capacity: number,
) => Promise<ReadonlySet<string>>;

/** Takes keys out of the durable store. */
export type RemoveKeys = (keys: readonly string[]) => Promise<void>;

export interface RecordOptions {
	readonly windowMs: number;
	readonly capacity: number;
	/** The durable store as the caller's execution reaches it. */
	readonly record: RecordKeys;
	/**
	 * Where it is given, the key counts as handled only when {@link HandledLog.end} says so: what a
	 * crash interrupts is new again.
	 */
	readonly remove?: RemoveKeys;
}

/** Stands beside a key while it is handled; the store itself can only tell what it has recorded. */
function underWay(key: string): string {
	return `${key}\nunder way`;
}

/** Keys that a store which failed is still to be told; more at once would hold up what waits. */
const MOST_OWED = 1_000;

/** Runs work while no other process writes into the durable store. */
export type Exclusively = (work: () => Promise<void>) => Promise<void>;

interface Ending {
	readonly keys: readonly string[];
	readonly remove: RemoveKeys;
	readonly resolve: () => void;
	readonly reject: (error: unknown) => void;
}

interface Waiting {
	readonly key: string;
	readonly options: RecordOptions;
	readonly resolve: (isNew: boolean) => void;
	readonly reject: (error: unknown) => void;
}

/**
 * Phase two of accepting an event once: the durable store, consulted when the execution begins, so
 * that nothing that was handled before a restart passes a second time.
 *
 * The store is a read-modify-write without a lock. This log is its only writer in the process: one
 * call at a time, and all keys that came meanwhile together in the next one, which keeps the cost
 * of a delivery low just when there are many.
 */
export class HandledLog {
	private waiting: Waiting[] = [];

	private ending: Ending[] = [];

	private running = false;

	/** When this process recorded a key; the store itself knows no times. */
	private readonly recordedAt = new Map<string, number>();

	/** Keys whose call failed: written with the next one, so that a restart does not forget them. */
	private readonly owed = new Map<string, true>();

	/** Which execution passed with a key last, as far as this process ran it. */
	private readonly passed = new Map<string, string>();

	/**
	 * @param now milliseconds since 1970, for tests
	 * @param exclusively where several processes write into the store
	 */
	constructor(
		private readonly now: () => number = Date.now,
		private readonly exclusively: Exclusively = async (work) => await work(),
	) {}

	/**
	 * Records a key.
	 *
	 * @returns whether it is new: not in the store, or known to be older than the window
	 * @throws what the store throws; then the key may or may not be recorded, and is written again with
	 * the next one
	 */
	async recordIfNew(key: string, options: RecordOptions): Promise<boolean> {
		return await new Promise<boolean>((resolve, reject) => {
			this.waiting.push({ key, options, resolve, reject });
			if (!this.running) void this.run();
		});
	}

	/**
	 * Ends what was recorded with `remove`: it stays recorded where it was done, and may come again
	 * otherwise.
	 *
	 * @throws what the store throws; then the key is new again after a restart
	 */
	async end(key: string, isDone: boolean, remove: RemoveKeys): Promise<void> {
		if (!isDone) {
			this.recordedAt.delete(key);
			this.passed.delete(key);
		}
		const keys = isDone ? [underWay(key)] : [key, underWay(key)];
		await new Promise<void>((resolve, reject) => {
			this.ending.push({ keys, remove, resolve, reject });
			if (!this.running) void this.run();
		});
	}

	/** The execution of this process that has passed with a key, if there was one. */
	passedBy(key: string): string | undefined {
		return this.passed.get(key);
	}

	/**
	 * Notes that an execution goes on with a key.
	 *
	 * @param capacity keys that are kept at most
	 */
	notePassed(key: string, executionId: string, capacity: number): void {
		keepNewest(this.passed, key, executionId, capacity);
	}

	private async run(): Promise<void> {
		this.running = true;
		try {
			while (this.waiting.length + this.ending.length > 0) {
				await this.exclusively(async () => {
					// All that has come while another process was writing.
					const { waiting, ending } = this;
					this.waiting = [];
					this.ending = [];
					await endBatch(ending);
					await this.recordBatch(waiting);
				});
			}
		} finally {
			this.running = false;
		}
	}

	private async recordBatch(batch: readonly Waiting[]): Promise<void> {
		const [first] = batch;
		if (first === undefined) return;
		const owed = [...this.owed.keys()];
		try {
			// The key goes first: where the store is full it gives way first, and what is half known is new.
			const asked = batch.flatMap(({ key, options: { remove } }) =>
				remove === undefined ? [key] : [key, underWay(key)],
			);
			const keys = [...new Set([...owed, ...asked])];
			const known = new Set(await first.options.record(keys, first.options.capacity));
			for (const key of owed) this.owed.delete(key);
			await takeBackMarks(batch, known);
			for (const { key, options, resolve } of batch) {
				const isInterrupted = options.remove !== undefined && known.has(underWay(key));
				const isNew = !known.has(key) || isInterrupted || this.isExpired(key, options.windowMs);
				if (isNew) this.remember(key, options.capacity);
				// A copy in the same batch comes after this one.
				known.add(key);
				known.delete(underWay(key));
				resolve(isNew);
			}
		} catch (error) {
			for (const { key, reject } of batch) {
				keepNewest(this.owed, key, true, MOST_OWED);
				reject(error);
			}
		}
	}

	private isExpired(key: string, windowMs: number): boolean {
		const recordedAt = this.recordedAt.get(key);
		return recordedAt !== undefined && recordedAt + windowMs <= this.now();
	}

	private remember(key: string, capacity: number): void {
		keepNewest(this.recordedAt, key, this.now(), capacity);
	}
}

/** What was handled before is not under way: to ask has recorded that it is. */
async function takeBackMarks(batch: readonly Waiting[], known: ReadonlySet<string>): Promise<void> {
	const marks = batch
		.filter(({ key }) => known.has(key) && !known.has(underWay(key)))
		.filter(({ options }) => options.remove !== undefined);
	try {
		await marks[0]?.options.remove?.(marks.map(({ key }) => underWay(key)));
	} catch {
		// Then it may pass again after the next restart. To fail now would let it pass at once.
	}
}

async function endBatch(batch: readonly Ending[]): Promise<void> {
	const [first] = batch;
	if (first === undefined) return;
	try {
		await first.remove(batch.flatMap(({ keys }) => keys));
		for (const { resolve } of batch) resolve();
	} catch (error) {
		for (const { reject } of batch) reject(error);
	}
}
