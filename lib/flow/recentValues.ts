export interface RecentValuesOptions {
	/** How long a value is remembered, in milliseconds. */
	readonly lifetimeMs: number;
	/** Values at most; the oldest give way first. */
	readonly count: number;
	/** Bytes at most, of all values together. @default unlimited */
	readonly bytes?: number;
	/** Milliseconds since 1970, for tests. */
	readonly now?: () => number;
}

interface Entry<T> {
	readonly value: T;
	readonly bytes: number;
	readonly expiresAt: number;
}

/** Remembers values for a moment, within a fixed count and size. */
export class RecentValues<T> {
	/** In the order in which they came, which is the order in which they expire. */
	private readonly entries = new Map<string, Entry<T>>();

	private bytes = 0;

	private readonly now: () => number;

	constructor(private readonly options: RecentValuesOptions) {
		this.now = options.now ?? Date.now;
	}

	get size(): number {
		return this.entries.size;
	}

	get(key: string): T | undefined {
		const entry = this.entries.get(key);
		if (entry === undefined) return undefined;
		if (entry.expiresAt > this.now()) return entry.value;
		this.forget(key, entry);
		return undefined;
	}

	/** @param bytes the value's size, as far as it counts */
	set(key: string, value: T, bytes = 0): void {
		const known = this.entries.get(key);
		if (known !== undefined) this.forget(key, known);
		this.entries.set(key, { value, bytes, expiresAt: this.now() + this.options.lifetimeMs });
		this.bytes += bytes;
		this.evict();
	}

	private evict(): void {
		const { count, bytes = Infinity } = this.options;
		for (const [key, entry] of this.entries) {
			const fits = this.entries.size <= count && this.bytes <= bytes;
			if (fits && entry.expiresAt > this.now()) return;
			this.forget(key, entry);
		}
	}

	private forget(key: string, entry: Entry<T>): void {
		this.entries.delete(key);
		this.bytes -= entry.bytes;
	}
}
