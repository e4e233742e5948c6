/** The right to replay an event to a target. The first call counts. */
export interface ReplayClaim {
	/** It was replayed with success. */
	done(executionId?: string): void;
	/** It was handed over, and that execution shows how it ends. */
	seeExecution(executionId: string): void;
	/** It was not replayed, or failed: the next may try. */
	release(): void;
}

/** `see`: that execution tells; where it failed, `takeOver` gives the claim to one asker. */
export type ClaimAnswer =
	| { readonly state: 'claimed'; readonly claim: ReplayClaim }
	| { readonly state: 'busy' }
	| { readonly state: 'done'; readonly executionId?: string }
	| {
			readonly state: 'see';
			readonly executionId: string;
			takeOver(): ReplayClaim | undefined;
	  };

type Entry =
	| { readonly state: 'busy' }
	| { readonly state: 'done'; readonly executionId?: string }
	| { readonly state: 'see'; readonly executionId: string };

/**
 * Who replays what, in one n8n process: runs that overlap replay nothing twice, also before n8n's
 * store shows what the other did, and where the workflow's settings keep it from being stored.
 */
export class ReplayClaims {
	private readonly entries = new Map<string, Entry>();

	/** @param capacity outcomes that are remembered at most; the oldest give way */
	constructor(private readonly capacity: number) {}

	/** Atomic: between reading and writing an entry nothing else runs. */
	take(key: string): ClaimAnswer {
		const entry = this.entries.get(key);
		if (entry === undefined) return { state: 'claimed', claim: this.hold(key) };
		if (entry.state !== 'see') return entry;
		const takeOver = () => (this.entries.get(key) === entry ? this.hold(key) : undefined);
		return { ...entry, takeOver };
	}

	/** What is known of a key, without claiming it. */
	peek(key: string): Exclude<ClaimAnswer['state'], 'claimed'> | undefined {
		return this.entries.get(key)?.state;
	}

	get size(): number {
		return this.entries.size;
	}

	private hold(key: string): ReplayClaim {
		const held: Entry = { state: 'busy' };
		this.put(key, held);
		const settle = (entry: Entry | undefined) => {
			if (this.entries.get(key) !== held) return;
			if (entry === undefined) this.entries.delete(key);
			else this.put(key, entry);
		};
		return {
			done: (executionId) => settle({ state: 'done', executionId }),
			seeExecution: (executionId) => settle({ state: 'see', executionId }),
			release: () => settle(undefined),
		};
	}

	private put(key: string, entry: Entry): void {
		this.entries.delete(key);
		this.entries.set(key, entry);
		if (this.entries.size <= this.capacity) return;
		// A Map keeps the order of insertion: the first that is settled is the oldest one.
		for (const [oldest, { state }] of this.entries) {
			if (state === 'busy') continue;
			this.entries.delete(oldest);
			return;
		}
	}
}
