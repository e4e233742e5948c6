import { type HistoryFilters, type ReadOptions, isWithin, isGiven } from './filters';
import { GapTally, IdHoles, OldestSeen, prunedGap } from './gaps';
import { fetchExecution, readExecution } from './readExecution';
import { restartGaps, SignsOfLife } from './restarts';
import { RowReader } from './rowReader';
import type { KnownExecutions } from './store/listReader';
import type { N8nApi } from './store/n8nApi';
import { listUnstarted, UNSTARTED_STATUSES } from './store/unstarted';
import {
	readHead,
	listExecutions,
	type ExecutionHead,
	type ExecutionQuery,
	type ExecutionDigest,
} from './store/executions';
import {
	newestFirst,
	oldestFirst,
	type ExecutionPages,
	type PagesOptions,
} from './store/orderedLists';
import type { HistoryEntry, StoredEvent, StoredStatus } from './storedEvent';
import { workflowGaps } from './workflowGaps';

/** Retries whose first execution is not in the lists are asked for one by one. */
const MOST_LOOKUPS = 1_000;

/**
 * Reads events from n8n's execution store, through its public API: page by page, with no more than
 * one page of each list in memory. First come the events, in the order of their executions; then
 * what the store could not give, one gap for each reason and workflow.
 *
 * A test run, a sub-workflow that an event was handed to, and a replay are not events of their own
 * (see the options). An execution that n8n retried comes once, with the outcome of its newest retry.
 * Where only failures are asked for, n8n gives no more than those: a retry that was cancelled is then
 * not seen.
 *
 * @throws {N8nApiError} where n8n does not answer, or the key may not list executions
 * @throws {HttpFault} of kind `cancelled` where the signal ended it
 */
export async function* readEvents(
	api: N8nApi,
	filters: HistoryFilters,
	options: ReadOptions = {},
): AsyncGenerator<HistoryEntry, void, undefined> {
	const { order = 'newest', limit = Number.POSITIVE_INFINITY, signal, onProgress } = options;
	const { ownExecutionId } = options;
	const tally = new GapTally();
	const reader = new RowReader(api, filters, options, tally);
	const plan = planLists(filters, new Date(), options.upSince);
	const [newest] = plan.isWhole ? (await listExecutions(api, {}, { limit: 1, signal })).rows : [];
	const holes = newest === undefined ? undefined : new IdHoles(newest.id);
	const oldest = plan.isWhole && filters.since === undefined ? new OldestSeen() : undefined;
	const signs = options.restarts === true ? new SignsOfLife(filters.since) : undefined;
	const ending = new AbortController();
	const signals = signal === undefined ? [ending.signal] : [ending.signal, signal];
	let executions = 0;
	let events = 0;
	try {
		const reading = {
			toDigest: (id: number, json: unknown) => reader.toDigest(id, json),
			known: knownExecutions(reader, filters, options),
			signal: AbortSignal.any(signals),
		};
		const onHead = (head: ExecutionHead) => reader.foresee(head);
		const pages = readLists(api, plan, order, { ...reading, ownExecutionId }, onHead);
		for await (const page of events < limit ? pages : []) {
			for (const row of page) {
				executions += 1;
				holes?.see(row.id);
				oldest?.see(row.head);
				signs?.see(row.head);
				const found = reader.read(row);
				for (const event of found instanceof Promise ? await found : found) {
					yield event;
					events += 1;
					if (events >= limit) break;
				}
				if (events >= limit) break;
			}
			const reached = page.at(-1)?.head?.startedAt;
			onProgress?.({ executions, events, reached });
			if (events >= limit) break;
		}
	} finally {
		ending.abort();
		options.memory?.rest();
	}
	if (events < limit) {
		for await (const event of retriedElsewhere(api, filters, options, reader)) {
			yield event;
			events += 1;
			if (events >= limit) break;
		}
	}
	if (events < limit) {
		const pruned = await prunedGap(api, filters.since, signal, oldest?.head);
		for (const found of [holes?.gap(), pruned]) {
			if (found !== undefined) tally.add(found);
		}
	}
	for await (const found of workflowGaps(api, filters, options)) tally.add(found);
	yield* tally.all();
	if (signs === undefined) return;
	const { since, until } = filters;
	// Also what came after `until` tells of a restart before it.
	const isAllRead = plan.isWhole && plan.time.startedBefore === undefined && events < limit;
	const seen = isAllRead ? { signs, since: plan.time.startedAfter } : undefined;
	yield* restartGaps(api, { since, until, upSince: options.upSince, seen, signal });
}

function knownExecutions(
	reader: RowReader,
	{ text }: HistoryFilters,
	{ memory, needsData }: ReadOptions,
): KnownExecutions | undefined {
	if (memory === undefined) return undefined;
	const toDigest = reader.fromMemory.bind(reader);
	return { memory, toDigest, needsData: text === undefined || text === '' ? needsData : undefined };
}

/**
 * Retries of executions that were not met: those that came in before `since`, that n8n has deleted,
 * or that it did not list because they ended otherwise than what was asked for.
 */
async function* retriedElsewhere(
	api: N8nApi,
	filters: HistoryFilters,
	options: ReadOptions,
	reader: RowReader,
): AsyncGenerator<StoredEvent, void, undefined> {
	for (const [index, executionId] of reader.retries.pending.entries()) {
		if (index >= MOST_LOOKUPS) return;
		const outcome = reader.retries.outcomeOf(executionId);
		const original = await fetchExecution(api, executionId, options);
		if (!('reason' in original)) {
			const { startedAt } = readHead(original.json) ?? {};
			const isAsked =
				filters.timeOf === 'event' ||
				(startedAt !== undefined && isWithin(startedAt, filters.since, filters.until));
			if (isAsked) yield* await reader.read(reader.toDigest(Number(executionId), original.json));
		} else if (outcome !== undefined) {
			const retry = await readExecution(api, outcome.retriedBy, options);
			if (Array.isArray(retry)) yield* reader.select(retry);
		}
	}
}

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

type UnstartedQuery = ExecutionQuery & { readonly status: (typeof UNSTARTED_STATUSES)[number] };

/** Which lists of n8n's to read, and what of the filters they leave undone. */
interface ListPlan {
	readonly queries: readonly ExecutionQuery[];
	/** What has ended and never began, which n8n leaves out of each list that asks for a start. */
	readonly unstarted: readonly UnstartedQuery[];
	/** Of what has a start. */
	readonly time: Pick<ExecutionQuery, 'startedAfter' | 'startedBefore'>;
	/** Whether everything of that time is read, so that holes in the ids can be told. */
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
	const ended = UNSTARTED_STATUSES.filter((status) => isTimed && (!isNarrow || wanted(status)));
	const unstarted = ended.flatMap((status) =>
		workflows.map((workflowId): UnstartedQuery => ({ ...time, status, workflowId })),
	);
	return { queries, unstarted, time, isWhole: !isNarrow && !isGiven(workflowIds) };
}

/**
 * Starts reading; ends it where the iterator is closed.
 *
 * @param onHead oldest first, is given each execution before any is read with its data, newest first
 */
function readLists(
	api: N8nApi,
	{ queries, unstarted }: ListPlan,
	order: 'newest' | 'oldest',
	reading: Omit<PagesOptions, 'bytes'>,
	onHead: (head: ExecutionHead) => void,
): ExecutionPages {
	const ordinary = queries.filter((query) => !isSpecial(query)).length;
	const lists = queries.map((query) => {
		// What runs or waits for its turn is never remembered.
		const options = isSpecial(query)
			? { ...reading, bytes: SPECIAL_PAGE_BYTES, known: undefined }
			: { ...reading, bytes: PAGES_BYTES / ordinary };
		return order === 'newest'
			? newestFirst(api, query, options)
			: oldestFirst(api, query, options, onHead);
	});
	const ended = unstarted.map((query) => unstartedPages(api, query, order, reading, onHead));
	return mergeRows([...lists, ...ended], order);
}

/** They are few, and read one by one. */
async function* unstartedPages(
	api: N8nApi,
	{ status, ...query }: UnstartedQuery,
	order: 'newest' | 'oldest',
	{ toDigest, signal }: Pick<PagesOptions, 'toDigest' | 'signal'>,
	onHead: (head: ExecutionHead) => void,
): ExecutionPages {
	const rows = await listUnstarted(api, status, query, signal);
	if (order === 'oldest') {
		rows.reverse();
		for (const { json } of rows) {
			const head = readHead(json);
			if (head !== undefined) onHead(head);
		}
	}
	for (const { id, json } of rows) {
		const fetched = await fetchExecution(api, String(id), { signal });
		yield [
			'json' in fetched ? toDigest(id, fetched.json) : { id, head: readHead(json), found: fetched },
		];
	}
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

/**
 * Several lists of executions as one, in the order of their ids; what is in more than one comes once.
 * Lists are opened one after the other, in the order given.
 *
 * @param lists each in that order already
 */
async function* mergeRows(
	lists: readonly ExecutionPages[],
	order: 'newest' | 'oldest',
): ExecutionPages {
	const cursors = lists.map((pages) => new Cursor(pages));
	try {
		for (const cursor of cursors) await cursor.fill();
		let last: number | undefined;
		for (;;) {
			const merged: ExecutionDigest[] = [];
			// As far as no list has to be waited for.
			while (cursors.every((cursor) => cursor.isReady)) {
				const first = foremost(cursors, order);
				if (first === undefined) break;
				const row = first.take();
				if (row.id !== last) merged.push(row);
				last = row.id;
			}
			if (merged.length > 0) yield merged;
			const waiting = cursors.filter((cursor) => !cursor.isReady);
			if (waiting.length === 0) return;
			for (const cursor of waiting) await cursor.fill();
		}
	} finally {
		await Promise.allSettled(lists.map(async (pages) => await pages.return(undefined)));
	}
}

/** A position in one list. */
class Cursor {
	private page: readonly ExecutionDigest[] = [];

	private index = 0;

	private ended = false;

	constructor(private readonly pages: ExecutionPages) {}

	/** Whether the next row is known, or that there is none. */
	get isReady(): boolean {
		return this.ended || this.index < this.page.length;
	}

	get next(): ExecutionDigest | undefined {
		return this.page[this.index];
	}

	take(): ExecutionDigest {
		const row = this.page[this.index];
		if (row === undefined) throw new RangeError('The list of executions has ended');
		this.index += 1;
		return row;
	}

	async fill(): Promise<void> {
		while (!this.isReady) {
			const { value, done } = await this.pages.next();
			this.ended = done === true;
			this.page = value ?? [];
			this.index = 0;
		}
	}
}

function foremost(cursors: readonly Cursor[], order: 'newest' | 'oldest'): Cursor | undefined {
	let best: Cursor | undefined;
	for (const cursor of cursors) {
		if (cursor.next === undefined) continue;
		const isBefore =
			best?.next === undefined ||
			(order === 'newest' ? cursor.next.id > best.next.id : cursor.next.id < best.next.id);
		if (isBefore) best = cursor;
	}
	return best;
}
