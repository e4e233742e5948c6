/** One execution in n8n's list, without its data. */
export interface ListedExecution {
	readonly id: string;
	readonly workflowId: string;
	readonly status: string;
	/** Undefined where it never started. */
	readonly startedAt?: Date;
	/** The execution that this one was a retry of. */
	readonly retryOf: string | null;
	/** The retry of this one that succeeded. */
	readonly retrySuccessId: string | null;
}

/** An execution that a crash ended and that nothing has run again to its end. */
export interface Interrupted {
	/** The newest of its attempts: the one to retry. */
	readonly execution: ListedExecution;
	/** The first attempt: of whose event all of this is. */
	readonly firstId: string;
	/** How often it has crashed. */
	readonly crashes: number;
	/** Ids of all its attempts that are known. */
	readonly attempts: readonly string[];
}

/**
 * Finds what crashes have left undone. An execution and its retries, and theirs, are one family: as
 * soon as one of them has ended otherwise than by a crash, or is still under way, nothing is left.
 *
 * @param executions in any order
 * @returns oldest first, so that events are made good in the order in which they came
 */
export function findInterrupted(executions: readonly ListedExecution[]): Interrupted[] {
	const byId = new Map(executions.map((execution) => [execution.id, execution]));
	const families = new Map<string, ListedExecution[]>();
	for (const execution of executions) {
		const first = firstOf(execution, byId);
		const family = families.get(first);
		if (family === undefined) families.set(first, [execution]);
		else family.push(execution);
	}
	const found: Interrupted[] = [];
	for (const [firstId, family] of families) {
		const isLost = family.every(
			({ status, retrySuccessId }) => status === 'crashed' && retrySuccessId === null,
		);
		const newest = family.reduce((a, b) => (isLater(b, a) ? b : a));
		if (!isLost) continue;
		const attempts = family.map(({ id }) => id);
		found.push({ execution: newest, firstId, crashes: family.length, attempts });
	}
	return found.sort((a, b) => (isLater(a.execution, b.execution) ? 1 : -1));
}

/** A list may hold a retry and not what it was a retry of, which then was earlier than the list. */
function firstOf(execution: ListedExecution, byId: ReadonlyMap<string, ListedExecution>): string {
	let { id, retryOf } = execution;
	const seen = new Set([id]);
	while (retryOf !== null && !seen.has(retryOf)) {
		id = retryOf;
		seen.add(id);
		retryOf = byId.get(id)?.retryOf ?? null;
	}
	return id;
}

/** n8n counts its executions up. */
function isLater(a: ListedExecution, b: ListedExecution): boolean {
	const [first, second] = [Number(a.id), Number(b.id)];
	return Number.isNaN(first) || Number.isNaN(second) ? a.id > b.id : first > second;
}
