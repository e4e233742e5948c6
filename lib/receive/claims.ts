/**
 * Phase one of accepting an event once. Whoever holds the claim of a key is the only one who may
 * start an execution for it; it ends as stored (n8n keeps the execution) or is released.
 *
 * The default store is the memory of one n8n process. A store shared by several processes
 * implements the same interface.
 */
export interface ClaimStore {
	/**
	 * Takes the claim of a key, or waits for whoever holds it.
	 *
	 * @param options.windowMs how long a stored key is remembered, in milliseconds
	 * @param options.waitMs how long to wait for a claim in flight, in milliseconds
	 * @throws where the store cannot be reached: nothing is known then, and nothing was claimed
	 */
	claim(key: string, options: ClaimOptions): Promise<ClaimResult>;
	/** Marks a key as stored by other evidence than the holder's: its execution is running. */
	markStored(key: string, windowMs: number): void | Promise<void>;
}

export interface ClaimOptions {
	readonly windowMs: number;
	readonly waitMs: number;
}

/** `stored`: a duplicate. `busy`: still in flight when the wait was over. */
export type ClaimResult =
	| { readonly state: 'claimed'; readonly claim: Claim }
	| { readonly state: 'stored' }
	| { readonly state: 'busy' };

/** The right to start the one execution of a key. The first of the two calls counts. */
export interface Claim {
	/** n8n stored the execution: from now on the key is a duplicate. */
	store(): void | Promise<void>;
	/** Nothing was stored: the next delivery, or one that waits now, may take over. */
	release(): void | Promise<void>;
	/** The holder settles only when a workflow has ended, and may take a day for it. */
	keep(): void | Promise<void>;
}

/** A claim that somebody holds. */
interface Held {
	readonly settled: Promise<void>;
	/** Milliseconds since 1970. */
	until: number;
}

/**
 * The holder settles within this: n8n answers or fails by then. What is older was left behind, and
 * may be claimed anew, so that no fault keeps an event out for good.
 */
const LONGEST_HELD_MS = 16 * 60_000;

/** The same for a holder that waits for a workflow's end. */
export const LONGEST_KEPT_MS = 24 * 3_600_000;

/** More at once than n8n can start; beyond it, senders are asked to come again. */
const MOST_IN_FLIGHT = 10_000;

/**
 * Claims in the memory of one process: atomic, because between reading and writing an entry
 * nothing else runs. At most `capacity` stored keys are kept, the oldest give way first; an evicted
 * key is a possible duplicate, never a loss.
 */
export class MemoryClaimStore implements ClaimStore {
	/** When each stored key is forgotten, in milliseconds since 1970; the oldest first. */
	private readonly stored = new Map<string, number>();

	/** Claims in flight, the oldest first. A key is in one of the two maps at most. */
	private readonly held = new Map<string, Held>();

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
			if (this.isStored(key)) return { state: 'stored' };
			const held = this.held.get(key);
			if (held === undefined || held.until <= this.now()) {
				if (!this.hasRoom()) return { state: 'busy' };
				return { state: 'claimed', claim: this.hold(key, windowMs) };
			}
			const left = deadline - this.now();
			if (left <= 0 || !(await settledWithin(held.settled, left))) return { state: 'busy' };
		}
	}

	/** Marks a key as stored; false where it was stored already. */
	storeIfNew(key: string, windowMs: number): boolean {
		if (this.isStored(key)) return false;
		this.markStored(key, windowMs);
		return true;
	}

	markStored(key: string, windowMs: number): void {
		this.forget(key);
		this.stored.set(key, this.now() + windowMs);
		this.evict();
	}

	/** Forgets a key, as if it had never come. */
	forget(key: string): void {
		this.stored.delete(key);
		this.held.delete(key);
	}

	/** Stored keys that are kept now. */
	get size(): number {
		return this.stored.size;
	}

	/** Claims that are held now. */
	get inFlight(): number {
		return this.held.size;
	}

	private isStored(key: string): boolean {
		const expiresAt = this.stored.get(key);
		return expiresAt !== undefined && expiresAt > this.now();
	}

	/** Those left behind make room. */
	private hasRoom(): boolean {
		if (this.held.size < this.mostInFlight) return true;
		for (const [key, { until }] of this.held) {
			if (until <= this.now()) this.held.delete(key);
		}
		return this.held.size < this.mostInFlight;
	}

	private hold(key: string, windowMs: number): Claim {
		let resolve = () => {};
		const settled = new Promise<void>((done) => {
			resolve = done;
		});
		const held: Held = { settled, until: this.now() + LONGEST_HELD_MS };
		this.forget(key);
		this.held.set(key, held);
		const settle = (apply: () => void) => {
			if (this.held.get(key) === held) apply();
			resolve();
		};
		return {
			store: () => settle(() => this.markStored(key, windowMs)),
			release: () => settle(() => this.forget(key)),
			keep: () => {
				held.until = this.now() + LONGEST_KEPT_MS;
			},
		};
	}

	/** The first stored keys are the oldest ones. */
	private evict(): void {
		for (const [key, expiresAt] of this.stored) {
			const expired = expiresAt <= this.now();
			if (!expired && this.stored.size <= this.capacity) return;
			this.stored.delete(key);
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
