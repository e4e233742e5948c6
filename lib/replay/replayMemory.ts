import type { N8nApi } from '../history/store/n8nApi';
import { listExecutions, type ExecutionQuery } from '../history/store/executions';

/** What one n8n process knows of earlier replays, by workflow. */
export class ReplayMemory {
	private readonly workflows = new Map<string, KnownReplays>();

	/** @param capacity executions that are remembered between runs */
	constructor(private readonly capacity: number) {}

	/** @param key of a workflow, and of whose executions may be seen */
	of(key: string): KnownReplays {
		const known = this.workflows.get(key) ?? new KnownReplays();
		this.workflows.delete(key);
		this.workflows.set(key, known);
		return known;
	}

	/** Begins anew. A run that goes on keeps what it has. */
	renew(key: string): KnownReplays {
		this.workflows.delete(key);
		return this.of(key);
	}

	/** An execution that this process has started itself. Where there is no room, it is read later. */
	note(key: string, id: number, execution: KnownExecution): void {
		const known = this.workflows.get(key);
		if (known !== undefined && known.size < this.capacity) known.note(id, execution);
	}

	/** Lets go of what is beyond the capacity: of the workflows that were asked for longest ago. */
	trim(): void {
		let size = 0;
		for (const known of this.workflows.values()) size += known.size;
		// A Map keeps the order of insertion: the first was asked for longest ago.
		for (const [key, known] of this.workflows) {
			if (size <= this.capacity) return;
			this.workflows.delete(key);
			size -= known.size;
		}
	}
}

/** What is known of an execution that another workflow started. */
interface KnownExecution {
	/** Keys of the replayed events that it began with; undefined where nobody looked. */
	readonly keys?: readonly string[];
	/** Milliseconds since 1970. */
	readonly startedAt: number;
	/** What succeeded stays so, also where n8n deletes the execution. */
	readonly hasSucceeded: boolean;
}

/** A part of the store of which everything is known, or will come up again. */
interface Reach {
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

/**
 * A database may show a row later than one with a greater id: what is younger than this is left to
 * the next run.
 */
const SETTLED_AFTER_MS = 1_000;

/** Up to where a list of executions stays as it is, but for how they end. */
interface SettledEnd {
	/** The newest execution; 0: there is none. */
	readonly executionId: number;
	/** It began before this. */
	readonly at: Date;
}

/**
 * Looks where the part of a list ends to which nothing is added any more.
 *
 * @param before only executions that began before this
 * @throws {N8nApiError}
 */
export async function readSettledEnd(
	api: N8nApi,
	query: ExecutionQuery,
	before: Date,
	signal: AbortSignal | undefined,
): Promise<SettledEnd> {
	const at = new Date(before.getTime() - SETTLED_AFTER_MS);
	const { rows } = await listExecutions(api, { ...query, startedBefore: at }, { limit: 1, signal });
	return { executionId: rows[0]?.id ?? 0, at };
}
