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
}
