import { RememberedExecutions } from './rememberedExecutions';

/** What nobody has read for so long is forgotten. */
const IDLE_MS = 3_600_000;

interface Entry {
	readonly executions: RememberedExecutions;
	timer?: NodeJS.Timeout;
}

/**
 * What this process remembers of the executions it has read: for each API key by itself, so that
 * nobody is shown what their key may not read. Together they stay within the bytes that the newest
 * reader allows; who has read last keeps the most.
 */
export class ReadingMemory {
	/** In the order of their last use. */
	private readonly entries = new Map<string, Entry>();

	private limit = 0;

	/** Bytes that are held. */
	get bytes(): number {
		return [...this.entries.values()].reduce((sum, { executions }) => sum + executions.bytes, 0);
	}

	/**
	 * @param key equal for what may be shared: a hash of API, key and way of reading
	 * @param limit bytes in all
	 */
	of(key: string, limit: number): RememberedExecutions {
		this.limit = limit;
		const entry = this.entries.get(key) ?? {
			executions: new RememberedExecutions(() => this.shrink(key)),
		};
		this.entries.delete(key);
		this.entries.set(key, entry);
		clearTimeout(entry.timer);
		entry.timer = setTimeout(() => this.forget(key), IDLE_MS).unref();
		return entry.executions;
	}

	/** Forgets all, for tests. */
	clear(): void {
		for (const key of [...this.entries.keys()]) this.forget(key);
	}

	private forget(key: string): void {
		clearTimeout(this.entries.get(key)?.timer);
		this.entries.delete(key);
	}

	private shrink(key: string): void {
		for (const [other, { executions }] of [...this.entries]) {
			if (other === key) continue;
			while (this.bytes > this.limit && executions.forgetSome());
			if (executions.bytes === 0) this.forget(other);
		}
		const own = this.entries.get(key)?.executions;
		while (this.bytes > this.limit && own?.forgetSome() === true);
	}
}

/** The one of this process. */
export const readingMemory = new ReadingMemory();
