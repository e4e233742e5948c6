import { Places } from './places';
import { WindowLimit } from './rates';

/** What asking for something by its key gave. */
export type LookupAnswer<T> =
	| {
			readonly state: 'found';
			readonly value: T;
			/** Size of the value, which decides on how many are remembered. */
			readonly bytes: number;
	  }
	/** There is nothing of this key. */
	| { readonly state: 'missing' }
	/** Nothing is known: it could not be asked now. */
	| {
			readonly state: 'unavailable';
			readonly retryAfterSeconds: number;
			/** A changed credential may mend it. */
			readonly credentialRefused?: boolean;
	  };

/** Lookups at most; may differ from call to call. */
export interface LookupLimits {
	readonly concurrent: number;
	readonly perMinute: number;
}

const MINUTE_MS = 60_000;

/** Events often come in bursts; a lookup takes well below a second, so a burst passes within this. */
const LONGEST_WAIT_MS = 5_000;
const MOST_WAITING = 50;

/**
 * What was not there may be there soon: whoever guesses the key of a coming event must not be able
 * to keep it out for long. Once it is there, it is found, and nobody can have it forgotten.
 */
const MISSING = { lifetimeMs: 30_000, count: 10_000 } as const;

/** So that a key that is sent again and again costs one lookup, not all there are. */
const FOUND = { lifetimeMs: 10_000, count: 200, bytes: 4 * 1024 * 1024 } as const;

/**
 * Asks somebody else's API for things by their keys, where the keys come from anybody. However many
 * come, only so many are asked for, at once and in any minute; a key that comes again is answered
 * from what was found a moment ago, and copies at the same time share one lookup. The memory that
 * all this takes is bounded.
 */
export class LimitedLookup<T> {
	private readonly running = new Map<string, Promise<LookupAnswer<T>>>();

	private readonly recent: { found: RecentValues<LookupAnswer<T>>; missing: RecentValues<true> };

	private readonly places = new Places(1, MOST_WAITING);

	private readonly rate: WindowLimit;

	/** @param now milliseconds since 1970, for tests */
	constructor(now: () => number = Date.now) {
		this.rate = new WindowLimit(1, MINUTE_MS, now);
		this.recent = {
			found: new RecentValues({ ...FOUND, now }),
			missing: new RecentValues({ ...MISSING, now }),
		};
	}

	/** Keys that are being looked up or wait for it, and keys that are remembered. */
	get size(): { running: number; found: number; missing: number } {
		const { found, missing } = this.recent;
		return { running: this.running.size, found: found.size, missing: missing.size };
	}

	/**
	 * What there is of a key.
	 *
	 * @param load asks; has to end within a time of its own, since it keeps a place until then
	 * @returns `unavailable` where a limit is reached
	 * @throws what `load` throws
	 */
	async get(
		key: string,
		limits: LookupLimits,
		load: () => Promise<LookupAnswer<T>>,
	): Promise<LookupAnswer<T>> {
		if (this.recent.missing.get(key) === true) return { state: 'missing' };
		const found = this.recent.found.get(key) ?? this.running.get(key);
		if (found !== undefined) return await found;
		this.places.size = limits.concurrent;
		this.rate.limit = limits.perMinute;
		const lookup = this.run(key, load).finally(() => this.running.delete(key));
		this.running.set(key, lookup);
		return await lookup;
	}

	private async run(key: string, load: () => Promise<LookupAnswer<T>>): Promise<LookupAnswer<T>> {
		if (this.rate.waitMs() > 0) return this.limitReached();
		if (!(await this.places.enter(LONGEST_WAIT_MS))) return this.limitReached();
		try {
			if (!this.rate.take()) return this.limitReached();
			const answer = await load();
			if (answer.state === 'missing') this.recent.missing.set(key, true);
			if (answer.state === 'found') this.recent.found.set(key, answer, answer.bytes);
			return answer;
		} finally {
			this.places.leave();
		}
	}

	private limitReached(): LookupAnswer<T> {
		const waitMs = Math.max(this.rate.waitMs(), LONGEST_WAIT_MS);
		return { state: 'unavailable', retryAfterSeconds: Math.ceil(waitMs / 1000) };
	}
}

interface RecentValuesOptions {
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
