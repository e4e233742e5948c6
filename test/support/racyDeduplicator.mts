import type { IDataDeduplicator } from 'n8n-workflow';

/**
 * n8n's deduplication store as its database is: it reads, and writes what it has read back with what is
 * new, without a lock; of two that write the first row at once one fails.
 */
export class RacyDeduplicator implements IDataDeduplicator {
	entries: string[] | undefined;

	failures = 0;

	private readonly pause: () => Promise<void>;

	constructor(pause = async () => await new Promise<void>((resolve) => setTimeout(resolve, 1))) {
		this.pause = pause;
	}

	async checkProcessedAndRecord(
		...[items, , , options]: Parameters<IDataDeduplicator['checkProcessedAndRecord']>
	) {
		return await this.record(items.map(String), options.maxEntries ?? 0);
	}

	/** @param capacity the newest that are kept; 0: all */
	async record(items: readonly string[], capacity: number) {
		const known = this.entries;
		await this.pause();
		if (known === undefined && this.entries !== undefined) {
			this.failures += 1;
			throw new Error('duplicate key value violates unique constraint "PK_processed_data"');
		}
		const before = new Set(known);
		const isNew = (item: string) => !before.has(item);
		const fresh = items.filter(isNew);
		const kept = [...(known ?? []), ...fresh];
		this.entries = capacity > 0 ? kept.slice(-capacity) : kept;
		return { new: fresh, processed: items.filter((item) => !isNew(item)) };
	}

	async removeProcessed(...[items]: Parameters<IDataDeduplicator['removeProcessed']>) {
		const removed = new Set(items.map(String));
		this.entries = this.entries?.filter((item) => !removed.has(item));
	}

	async clearAllProcessedItems() {
		this.entries = undefined;
	}

	async getProcessedDataCount() {
		return this.entries?.length ?? 0;
	}
}
