import type { N8nApi } from './api';
import { readHead } from './executionHead';
import { ifUnreadable } from './dataPages';
import { ifTooLong, readExecutions, type ExecutionQuery } from './executionList';
import type { ExecutionDigest } from './executionDigest';

/** Asked for one by one; what is beyond in one page is taken for unreadable. */
const MOST_ASKED = 20;

/** Makes of an execution of n8n's API what is kept of it. */
export type ToDigest = (id: number, json: unknown) => ExecutionDigest;

/** What is known of an execution without its data. */
export function toHead(id: number, json: unknown): ExecutionDigest {
	const head = readHead(json);
	return head === undefined ? { id } : { id, head };
}

/**
 * Adds to a page the executions that n8n lists and left out of it: their data cannot be read, or
 * they ran when the page was made.
 *
 * @param read the page
 * @param listed all that should be in it, newest first
 * @param toDigest makes of an execution what is kept of it
 */
export async function recoverRows(
	api: N8nApi,
	query: ExecutionQuery,
	read: readonly ExecutionDigest[],
	listed: readonly ExecutionDigest[],
	toDigest: ToDigest,
	signal: AbortSignal,
): Promise<readonly ExecutionDigest[]> {
	const byId = new Map(read.map((row) => [row.id, row]));
	const absent = listed.filter(({ id }) => !byId.has(id));
	if (absent.length === 0) return read;
	for (const [index, row] of absent.entries()) {
		const lost: ExecutionDigest = { ...row, lost: 'unreadable' };
		byId.set(row.id, index < MOST_ASKED ? await askFor(api, query, row, toDigest, signal) : lost);
	}
	return [...byId.values()].sort((a, b) => b.id - a.id);
}

async function askFor(
	api: N8nApi,
	query: ExecutionQuery,
	row: ExecutionDigest,
	toDigest: ToDigest,
	signal: AbortSignal,
): Promise<ExecutionDigest> {
	const only = { below: row.id + 1, limit: 1, signal };
	const withData = { ...only, includeData: true, on500: 'once' } as const;
	const page = await readExecutions(api, query, withData, toDigest)
		.catch(ifUnreadable('unreadable' as const))
		.catch(ifTooLong('too_large' as const));
	if (typeof page === 'string') return { ...row, lost: page };
	const [found] = page.rows;
	if (found?.id === row.id) return found;
	const [head] = (await readExecutions(api, query, only, toHead)).rows;
	if (head?.id === row.id) return { ...head, lost: 'unreadable' };
	return { ...row, lost: 'pruned' };
}
