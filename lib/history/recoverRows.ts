import type { N8nApi } from '../n8nApi/n8nApi';
import { ifTooLong, listExecutions, type ExecutionQuery, type ExecutionRow } from './executionList';
import type { GapReason } from './storedEvent';

/** An execution of a page, or one that should be there. */
export interface ListedRow extends ExecutionRow {
	/** Why its data are not there. */
	readonly lost?: Extract<GapReason, 'unreadable' | 'too_large' | 'pruned'>;
}

/** Asked for one by one; what is beyond in one page is taken for unreadable. */
const MOST_ASKED = 20;

/**
 * Adds to a page the executions that n8n lists and left out of it: their data cannot be read, or
 * they ran when the page was made.
 *
 * @param read the page
 * @param listed all that should be in it, newest first; without JSON where that is not known
 */
export async function recoverRows(
	api: N8nApi,
	query: ExecutionQuery,
	read: readonly ExecutionRow[],
	listed: readonly ExecutionRow[],
	signal: AbortSignal,
): Promise<readonly ListedRow[]> {
	const byId = new Map<number, ListedRow>(read.map((row) => [row.id, row]));
	const absent = listed.filter(({ id }) => !byId.has(id));
	if (absent.length === 0) return read;
	for (const [index, row] of absent.entries()) {
		const lost: ListedRow = { ...row, lost: 'unreadable' };
		byId.set(row.id, index < MOST_ASKED ? await askFor(api, query, row, signal) : lost);
	}
	return [...byId.values()].sort((a, b) => b.id - a.id);
}

async function askFor(
	api: N8nApi,
	query: ExecutionQuery,
	row: ExecutionRow,
	signal: AbortSignal,
): Promise<ListedRow> {
	const only = { below: row.id + 1, limit: 1, signal };
	const withData = { ...only, includeData: true };
	const page = await listExecutions(api, query, withData).catch(ifTooLong(undefined));
	if (page === undefined) return { ...row, lost: 'too_large' };
	const [found] = page.rows;
	if (found?.id === row.id) return found;
	const [head] = (await listExecutions(api, query, only)).rows;
	if (head?.id === row.id) return { ...head, lost: 'unreadable' };
	return { ...row, lost: 'pruned' };
}
