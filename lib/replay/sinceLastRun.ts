import { eventFilter, isGiven, isWithin } from '../history/fits';
import type { HistoryFilters, ReadOptions } from '../history/filters';
import { readEvents } from '../history/readEvents';
import { readExecution } from '../history/readExecution';
import {
	isGap,
	type HistoryEntry,
	type StoredEvent,
	type StoredStatus,
} from '../history/storedEvent';
import type { N8nApi } from '../history/store/api';
import type { Position, Progress } from './checkpoint';

/** Clocks of several n8n processes may be so far apart. */
const CLOCKS_APART_MS = 60_000;

const OPEN: readonly StoredStatus[] = ['new', 'running', 'waiting'];

/** A stretch of the history. */
export interface Stretch {
	readonly from: Position;
	/** Last execution that belongs to it. */
	readonly end: number;
}

/**
 * Events that came in since a position, oldest first: those that were left over before it, then the
 * others.
 *
 * @param progress is told which of those that were left over need no more looking at
 * @throws {N8nApiError}
 */
export async function* eventsSince(
	api: N8nApi,
	{ from, end }: Stretch,
	filters: HistoryFilters,
	options: ReadOptions,
	progress: Pick<Progress, 'dropped'>,
): AsyncGenerator<HistoryEntry, void, undefined> {
	const fits = eventFilter(filters);
	const hasStatus = isGiven(filters.statuses);
	for (const id of from.pending) {
		const found = await readExecution(api, String(id), options);
		if (isEntry(found)) {
			progress.dropped(id);
			yield found;
			continue;
		}
		if (isOpen(found, hasStatus)) continue;
		const wanted = found.filter(
			(stored) => fits(stored.event) && isChosen(stored, filters, options),
		);
		if (wanted.length === 0) progress.dropped(id);
		yield* wanted;
	}
	const isMoved = filters.timeOf !== 'event';
	const since = new Date(Date.parse(from.at) - CLOCKS_APART_MS);
	const later = filters.since !== undefined && filters.since > since ? filters.since : since;
	const reading = { ...filters, ...(isMoved ? { since: later } : {}) };
	for await (const entry of readEvents(api, reading, { ...options, order: 'oldest' })) {
		if (isGap(entry)) yield entry;
		else if (isBetween(Number(entry.executionId), from.executionId, end)) yield entry;
	}
}

function isEntry(found: StoredEvent[] | HistoryEntry): found is HistoryEntry {
	return !Array.isArray(found);
}

function isBetween(id: number, after: number, end: number): boolean {
	return id > after && id <= end;
}

/** Where the outcome does not matter, what waits has been replayed as soon as it was seen. */
function isOpen([first]: readonly StoredEvent[], hasStatus: boolean): boolean {
	if (first === undefined || !OPEN.includes(first.status)) return false;
	return hasStatus || first.status !== 'waiting';
}

/** What the filters and options say of executions. */
function isChosen(
	{ workflowId, status, startedAt, mode, event }: StoredEvent,
	{ workflowIds, statuses, since, until, timeOf }: HistoryFilters,
	{ includeTestRuns = false, replays = 'exclude' }: ReadOptions,
): boolean {
	if (isGiven(workflowIds) && !workflowIds.includes(workflowId)) return false;
	if (isGiven(statuses) && !statuses.includes(status)) return false;
	if ((mode === 'manual' || mode === 'evaluation') && !includeTestRuns) return false;
	if (replays !== 'include' && (event.replayof !== undefined) !== (replays === 'only'))
		return false;
	if (timeOf === 'event' || startedAt === undefined) return true;
	return isWithin(startedAt, since, until);
}
