import type { N8nApi } from './store/api';
import type { ExecutionHead } from './store/executionHead';
import type { ExecutionQuery } from './store/executionList';
import {
	newestFirst,
	oldestFirst,
	type ExecutionPages,
	type PagesOptions,
} from './store/executionPages';
import type { HistoryFilters } from './filters';
import { isGiven } from './fits';
import { mergeRows } from './mergeRows';
import type { StoredStatus } from './storedEvent';

/**
 * Bytes of the pages that are looked at at the same time, of all lists together. n8n makes them in
 * the same process, and holds each of them several times over; smaller ones cost more of them, and
 * each request leaves about 1 MB behind in n8n.
 */
const PAGES_BYTES = 2 * 1024 * 1024;

/** What runs or waits for its turn is little, and held for longer than other pages. */
const SPECIAL_PAGE_BYTES = 512 * 1024;

/** Each list has a page of its own in memory. */
const MOST_LISTS = 8;

/** An event's own time may be so much later than n8n's clock. */
const CLOCKS_APART_MS = 3_600_000;

/** Which lists of n8n's to read, and what of the filters they leave undone. */
export interface ListPlan {
	readonly queries: readonly ExecutionQuery[];
	/** Whether everything of a span of time is read, so that holes in the ids can be told. */
	readonly isWhole: boolean;
}

/**
 * n8n filters by one workflow and one status at a time: for several, several lists are read. Those
 * that n8n leaves out of a list without a word have lists of their own: what runs, and what waits for
 * its turn and therefore has no start.
 */
export function planLists(filters: HistoryFilters, now: Date, upSince?: Date): ListPlan {
	const { statuses, workflowIds } = filters;
	const time = timeOf(filters);
	const wanted = (status: StoredStatus) => !isGiven(statuses) || statuses.includes(status);
	// A retry that succeeded makes a success of an execution that n8n keeps as a failure.
	const isNarrow = isGiven(statuses) && !statuses.includes('success');
	const finished = isNarrow
		? statuses.filter((status) => status !== 'running' && status !== 'new')
		: [undefined];
	const isTimed = time.startedAfter !== undefined || time.startedBefore !== undefined;
	const isPast = time.startedBefore !== undefined && time.startedBefore < now;
	const mayRun = wanted('running') || (wanted('crashed') && upSince !== undefined);
	const special: ExecutionQuery[] = mayRun ? [{ status: 'running', ...time }] : [];
	if (wanted('new') && (isNarrow || isTimed) && !isPast) special.push({ status: 'new' });
	const lists = [...special, ...finished.map((status) => ({ status, ...time }))];
	const perWorkflow = isGiven(workflowIds) && workflowIds.length * lists.length <= MOST_LISTS;
	const workflows = perWorkflow ? workflowIds : [undefined];
	// What runs has to be asked for first: it may have ended when the others are read.
	const queries = lists.flatMap((list) => workflows.map((workflowId) => ({ ...list, workflowId })));
	return { queries, isWhole: !isNarrow && !isGiven(workflowIds) };
}

/**
 * Starts reading; ends it where the iterator is closed.
 *
 * @param onHead oldest first, is given each execution before any is read with its data, newest first
 */
export function readLists(
	api: N8nApi,
	queries: readonly ExecutionQuery[],
	order: 'newest' | 'oldest',
	reading: Omit<PagesOptions, 'bytes'>,
	onHead: (head: ExecutionHead) => void,
): ExecutionPages {
	const ordinary = queries.filter((query) => !isSpecial(query)).length;
	const lists = queries.map((query) => {
		const bytes = isSpecial(query) ? SPECIAL_PAGE_BYTES : PAGES_BYTES / ordinary;
		return order === 'newest'
			? newestFirst(api, query, { ...reading, bytes })
			: oldestFirst(api, query, { ...reading, bytes }, onHead);
	});
	return mergeRows(lists, order);
}

function isSpecial({ status }: ExecutionQuery): boolean {
	return status === 'running' || status === 'new';
}

function timeOf({ since, until, timeOf }: HistoryFilters): ExecutionQuery {
	if (timeOf !== 'event') return { startedAfter: since, startedBefore: until };
	// An event arrives after it happened, at times days later.
	const earliest = since === undefined ? undefined : new Date(since.getTime() - CLOCKS_APART_MS);
	return { startedAfter: earliest };
}
