import type { Claim, ClaimOptions, ClaimResult, ClaimStore } from './claimStore';

type Entry =
	| { readonly state: 'in-flight'; readonly settled: Promise<void>; readonly heldUntil: number }
	| { readonly state: 'stored'; readonly expiresAt: number };

/**
 * The holder settles within this: n8n answers or fails by then. What is older was left behind, and
 * may be claimed anew, so that no fault keeps an event out for good.
 */
const LONGEST_HELD_MS = 16 * 60_000;

/** More at once than n8n can start; beyond it, senders are asked to come again. */
const MOST_IN_FLIGHT = 10_000;

/**
 * Claims in the memory of one process: atomic, because between reading and writing an entry
 * nothing else runs. At most `capacity` stored keys are kept, the oldest give way first; an evicted
 * key is a possible duplicate, never a loss.
 */
export class MemoryClaimStore implements ClaimStore {
	private readonly entries = new Map<string, Entry>();

	private storedCount = 0;

	/**
	 * @param capacity stored keys at most; may be changed at any time
	 * @param now milliseconds since 1970, for tests
	 * @param mostInFlight claims held at once at most; one more is `busy`
	 */
	constructor(
		public capacity: number,
		private readonly now: () => number = Date.now,
		private readonly mostInFlight = MOST_IN_FLIGHT,
	) {}

	async claim(key: string, { windowMs, waitMs }: ClaimOptions): Promise<ClaimResult> {
		const deadline = this.now() + waitMs;
		for (;;) {
			const entry = this.entries.get(key);
			if (entry?.state === 'stored' && entry.expiresAt > this.now()) return { state: 'stored' };
			if (entry?.state !== 'in-flight' || entry.heldUntil <= this.now()) {
				if (!this.hasRoom()) return { state: 'busy' };
				return { state: 'claimed', claim: this.hold(key, windowMs) };
			}
			const left = deadline - this.now();
			if (left <= 0 || !(await settledWithin(entry.settled, left))) return { state: 'busy' };
		}
	}

	/** Marks a key as stored; false where it was stored already. */
	storeIfNew(key: string, windowMs: number): boolean {
		const entry = this.entries.get(key);
		if (entry?.state === 'stored' && entry.expiresAt > this.now()) return false;
		this.markStored(key, windowMs);
		return true;
	}

	markStored(key: string, windowMs: number): void {
		this.forget(key);
		this.entries.set(key, { state: 'stored', expiresAt: this.now() + windowMs });
		this.storedCount += 1;
		this.evict();
	}

	/** Stored keys that are kept now. */
	get size(): number {
		return this.storedCount;
	}

	/** Claims that are held now. */
	get inFlight(): number {
		return this.entries.size - this.storedCount;
	}

	private hasRoom(): boolean {
		if (this.inFlight < this.mostInFlight) return true;
		for (const [key, entry] of this.entries) {
			if (entry.state === 'in-flight' && entry.heldUntil <= this.now()) this.forget(key);
		}
		return this.inFlight < this.mostInFlight;
	}

	private hold(key: string, windowMs: number): Claim {
		let resolve = () => {};
		const settled = new Promise<void>((done) => {
			resolve = done;
		});
		const heldUntil = this.now() + LONGEST_HELD_MS;
		const entry: Entry = { state: 'in-flight', settled, heldUntil };
		this.forget(key);
		this.entries.set(key, entry);
		const settle = (apply: () => void) => {
			if (this.entries.get(key) === entry) apply();
			resolve();
		};
		return {
			store: () => settle(() => this.markStored(key, windowMs)),
			release: () => settle(() => this.forget(key)),
		};
	}

	/** Forgets a key, as if it had never come. */
	forget(key: string): void {
		if (this.entries.get(key)?.state === 'stored') this.storedCount -= 1;
		this.entries.delete(key);
	}

	/** A Map keeps the order of insertion, so the first stored entries are the oldest ones. */
	private evict(): void {
		for (const [key, entry] of this.entries) {
			if (entry.state === 'in-flight') continue;
			const expired = entry.expiresAt <= this.now();
			if (!expired && this.storedCount <= this.capacity) return;
			this.forget(key);
		}
	}
}

/** Whether the promise settled before the time was over. */
async function settledWithin(promise: Promise<void>, milliseconds: number): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const timeout = new Promise<false>((resolve) => {
		timer = setTimeout(() => resolve(false), milliseconds);
	});
	try {
		return await Promise.race([promise.then(() => true as const), timeout]);
	} finally {
		clearTimeout(timer);
	}
}
