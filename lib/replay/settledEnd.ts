import { listExecutions, type ExecutionQuery } from '../history/store/executionList';
import type { N8nApi } from '../history/store/api';

/**
 * A database may show a row later than one with a greater id: what is younger than this is left to
 * the next run.
 */
const SETTLED_AFTER_MS = 1_000;

/** Up to where a list of executions stays as it is, but for how they end. */
export interface SettledEnd {
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
