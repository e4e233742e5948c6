import type { N8nApi } from './store/api';
import { readHead } from './store/executionHead';
import { listExecutions } from './store/executionList';
import type { HistoryFilters, ReadOptions } from './filters';
import { isWithin } from './fits';
import { GapTally } from './gapTally';
import { gap } from './hints';
import { IdHoles } from './idHoles';
import { planLists, readLists } from './lists';
import { prunedGap } from './prunedGap';
import { fetchExecution, readExecution } from './readExecution';
import { RowReader } from './rowReader';
import type { Gap, HistoryEntry, StoredEvent } from './storedEvent';
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
	const tally = new GapTally();
	const reader = new RowReader(api, filters, options, tally);
	const plan = planLists(filters, new Date(), options.upSince);
	const [newest] = plan.isWhole ? (await listExecutions(api, {}, { limit: 1, signal })).rows : [];
	const holes = newest === undefined ? undefined : new IdHoles(newest.id);
	const ending = new AbortController();
	const signals = signal === undefined ? [ending.signal] : [ending.signal, signal];
	let executions = 0;
	let events = 0;
	try {
		const reading = {
			toDigest: (id: number, json: unknown) => reader.toDigest(id, json),
			signal: AbortSignal.any(signals),
		};
		const pages = readLists(api, plan.queries, order, reading, (head) => reader.foresee(head));
		for await (const page of events < limit ? pages : []) {
			for (const row of page) {
				executions += 1;
				holes?.see(row.id);
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
	}
	if (events < limit) {
		for await (const event of retriedElsewhere(api, filters, options, reader)) {
			yield event;
			events += 1;
			if (events >= limit) break;
		}
	}
	if (events < limit) {
		for (const found of [holes?.gap(), await prunedGap(api, filters.since, signal)]) {
			if (found !== undefined) tally.add(found);
		}
	}
	for await (const found of workflowGaps(api, filters, options)) tally.add(found);
	yield* tally.all();
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

/** The gap that says that what was asked for by its id is not there. */
export function notFound(about: Pick<Gap, 'eventId' | 'executionIds'>): Gap {
	return gap('not_found', about);
}
