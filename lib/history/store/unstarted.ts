import { fieldOf } from '../../event/json';
import { readTime } from '../../event/time';
import { fetchExecution } from '../readExecution';
import { everyExecution, type ExecutionQuery, type ExecutionRow } from './executions';
import type { N8nApi } from './n8nApi';

/** What ended before it began: lost with the queue, or stopped while it waited for its turn. */
export const UNSTARTED_STATUSES = ['crashed', 'canceled'] as const;

/** n8n keeps 10,000 executions unless told otherwise; a list without an end would be a fault. */
const MOST_EXECUTIONS = 1_000_000;

/**
 * The executions of a status that have ended and never began, newest first and without data: n8n leaves them
 * out of each list that asks for a start. Those came in within the span, ends included, count.
 *
 * @throws {N8nApiError} where the key may not list executions, or n8n does not answer
 */
export async function listUnstarted(
	api: N8nApi,
	status: (typeof UNSTARTED_STATUSES)[number] | 'error',
	{ startedAfter: since, startedBefore: until, workflowId }: Omit<ExecutionQuery, 'status'>,
	signal?: AbortSignal,
): Promise<ExecutionRow[]> {
	const unstarted: ExecutionRow[] = [];
	for await (const row of everyExecution(api, { status, workflowId }, { signal })) {
		const startedAt = readTime(fieldOf(row.json, 'startedAt'));
		if (startedAt === undefined) unstarted.push(row);
		// Ids rise: those below came in still earlier.
		else if (since !== undefined && startedAt < since) break;
		if (unstarted.length >= MOST_EXECUTIONS) break;
	}
	const came = async (index: number) => await readCreatedAt(api, unstarted[index]?.id, signal);
	const first =
		until === undefined ? 0 : await firstIndex(unstarted.length, came, (at) => at <= until);
	const end =
		since === undefined
			? unstarted.length
			: await firstIndex(unstarted.length, came, (at) => at < since);
	return unstarted.slice(first, end);
}

/**
 * The first index, of those whose times fall, at which `isPast` holds: n8n tells when an execution came in for
 * one at a time only. One that n8n has deleted meanwhile counts as not past.
 */
async function firstIndex(
	length: number,
	came: (index: number) => Promise<Date | undefined>,
	isPast: (at: Date) => boolean,
): Promise<number> {
	let end = length;
	for (let start = 0; start < end; ) {
		const middle = Math.floor((start + end) / 2);
		const at = await came(middle);
		if (at === undefined || !isPast(at)) start = middle + 1;
		else end = middle;
	}
	return end;
}

async function readCreatedAt(
	api: N8nApi,
	id: number | undefined,
	signal?: AbortSignal,
): Promise<Date | undefined> {
	const fetched = await fetchExecution(api, String(id), { withData: false, signal });
	return 'json' in fetched ? readTime(fieldOf(fetched.json, 'createdAt')) : undefined;
}
