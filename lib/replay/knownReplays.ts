/** What is known of an execution that another workflow started. */
export interface KnownExecution {
	/** Keys of the replayed events that it began with; undefined where nobody looked. */
	readonly keys?: readonly string[];
	/** Milliseconds since 1970. */
	readonly startedAt: number;
	/** What succeeded stays so, also where n8n deletes the execution. */
	readonly hasSucceeded: boolean;
}

/** A part of the store of which everything is known, or will come up again. */
export interface Reach {
	/** Start of its oldest execution, in milliseconds since 1970; `-Infinity`: the very first. */
	readonly since: number;
	/** Id of its newest execution. */
	readonly upTo: number;
}

/**
 * What a process knows of the replays through one workflow, so that only executions that came since
 * are looked at: the events of an execution never change, and once it has ended, its outcome changes
 * by a retry only, which is an execution of its own.
 */
export class KnownReplays {
	private readonly executions = new Map<number, KnownExecution>();

	private reach: Reach | undefined;

	get size(): number {
		return this.executions.size;
	}

	/** Id of the newest execution that was looked at; 0: there is none. */
	get upTo(): number {
		return this.reach?.upTo ?? 0;
	}

	/** What was looked at already, where it goes back so far. */
	reachSince(since: number): Reach | undefined {
		return this.reach !== undefined && this.reach.since <= since ? this.reach : undefined;
	}

	/** After a look. */
	reached(reach: Reach): void {
		this.reach = reach;
	}

	get(id: number): KnownExecution | undefined {
		return this.executions.get(id);
	}

	note(id: number, execution: KnownExecution): void {
		this.executions.set(id, execution);
	}

	/** Events that were replayed with success, each with the newest execution that did it. */
	succeededSince(since: number): Map<string, string> {
		const newest = new Map<string, number>();
		for (const [id, { keys = [], startedAt, hasSucceeded }] of this.executions) {
			if (!hasSucceeded || startedAt < since) continue;
			for (const key of keys) newest.set(key, Math.max(id, newest.get(key) ?? 0));
		}
		return new Map([...newest].map(([key, id]) => [key, String(id)]));
	}
}
