import { eventsOf } from '../history/eventsOf';
import { readHead, type ExecutionHead } from '../history/executionHead';
import type { ReadOptions } from '../history/filters';
import { unlessInterrupted } from '../history/interrupted';
import { listExecutions, LONGEST_PAGE, type ExecutionQuery } from '../history/executionList';
import { PageSize } from '../history/pageSize';
import type { N8nApi } from '../n8nApi/n8nApi';
import { eventKey } from './eventKey';
import type { EarlierReplays } from './replayTarget';

/** Characters of one page of executions. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;

/**
 * Reading on over so many executions that are no replays is cheaper than another request: n8n takes
 * about 15 ms for a request and 0.5 ms for an execution of a few KB.
 */
const WIDEST_HOLE = 16;

/** A stretch of the list of executions in which there are replays. */
interface Stretch {
	/** Newest id in it. */
	readonly top: number;
	count: number;
}

/**
 * Finds which events were replayed through a workflow: executions that another workflow started
 * (mode `integrated`) with an envelope that has `replayof`. One that failed, and that n8n retried
 * with success, succeeded.
 *
 * A first pass without data, which is cheap, tells where such executions are; data are read of
 * those only.
 *
 * @param since start of the oldest execution that matters
 * @throws {N8nApiError}
 */
export async function readEarlierReplays(
	api: N8nApi,
	workflowId: string,
	since: Date | undefined,
	{ signal, upSince }: Pick<ReadOptions, 'signal' | 'upSince'>,
): Promise<EarlierReplays> {
	const succeeded = new Map<string, string>();
	const open = new Map<string, string>();
	const query: ExecutionQuery = { workflowId, ...(since && { startedAfter: since }) };
	// What runs has to be asked for first: it may have ended when the others are read.
	const lists = [{ ...query, status: 'running' }, query];
	const size = new PageSize(PAGE_CHARACTERS);
	for (const list of lists) {
		for (const stretch of await findReplays(api, list, signal)) {
			for await (const json of readStretch(api, list, stretch, size, signal)) note(json);
		}
	}
	return { succeeded, open };

	function note(json: unknown): void {
		const head = readHead(json);
		const outcome = head === undefined ? undefined : outcomeOf(unlessInterrupted(head, upSince));
		const events = eventsOf(json, { includeN8nWebhook: true });
		if (outcome === undefined || !Array.isArray(events)) return;
		const found = outcome === 'succeeded' ? succeeded : open;
		for (const { event, executionId } of events) {
			const key = eventKey(event);
			// The newest comes first.
			if (event.replayof !== undefined && !found.has(key)) found.set(key, executionId);
		}
	}
}

async function findReplays(
	api: N8nApi,
	query: ExecutionQuery,
	signal: AbortSignal | undefined,
): Promise<Stretch[]> {
	const stretches: Stretch[] = [];
	let hole = Infinity;
	let below: number | undefined;
	for (;;) {
		const { rows } = await listExecutions(api, query, { below, limit: LONGEST_PAGE, signal });
		for (const { id, json } of rows) {
			const head = readHead(json);
			const last = stretches.at(-1);
			if (head === undefined || !mayBeReplay(head)) {
				hole += 1;
				continue;
			}
			if (last === undefined || hole > WIDEST_HOLE) stretches.push({ top: id, count: 1 });
			else last.count += hole + 1;
			hole = 0;
		}
		below = rows.at(-1)?.id;
		if (rows.length < LONGEST_PAGE || below === undefined) return stretches;
	}
}

function mayBeReplay(head: ExecutionHead): boolean {
	return head.mode === 'integrated' && outcomeOf(head) !== undefined;
}

/** @returns undefined where it may be replayed again */
function outcomeOf({ status, retrySuccessId }: ExecutionHead): 'succeeded' | 'open' | undefined {
	if (status === 'success' || retrySuccessId !== undefined) return 'succeeded';
	return status === 'running' || status === 'waiting' || status === 'new' ? 'open' : undefined;
}

async function* readStretch(
	api: N8nApi,
	query: ExecutionQuery,
	{ top, count }: Stretch,
	size: PageSize,
	signal: AbortSignal | undefined,
): AsyncGenerator<unknown, void, undefined> {
	let below = top + 1;
	for (let left = count; left > 0; ) {
		const limit = Math.min(left, size.limit);
		const page = await listExecutions(api, query, { below, limit, includeData: true, signal });
		for (const { json } of page.rows) yield json;
		size.learn(page.rows.length, page.bytes);
		const last = page.rows.at(-1)?.id;
		if (last === undefined) return;
		below = last;
		left -= page.rows.length;
	}
}
