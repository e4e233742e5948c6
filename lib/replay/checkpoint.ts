import { fieldOf, isObject, listOf, textOf } from '../event/json';
import {
	eventFilter,
	isGiven,
	isWithin,
	type HistoryFilters,
	type ReadOptions,
} from '../history/filters';
import { readEvents } from '../history/readEvents';
import { readExecution } from '../history/readExecution';
import type { N8nApi } from '../history/store/n8nApi';
import { readHead, unlessInterrupted, everyExecution } from '../history/store/executions';
import {
	isGap,
	type HistoryEntry,
	type StoredEvent,
	type StoredStatus,
} from '../history/storedEvent';
import { readSettledEnd } from './replayMemory';

/** How far a node has replayed. Executions are numbered in the order in which they were created. */
export interface Position {
	/** Up to this execution everything was looked at, but for `pending`. */
	readonly executionId: number;
	/** When that was, RFC 3339: what comes later started later. */
	readonly at: string;
	/** Earlier executions that have to be looked at again: they had not ended, or could not be begun. */
	readonly pending: readonly number[];
}

/** What a node keeps between its executions. */
export interface Checkpoint {
	readonly position?: Position;
	/**
	 * Where the events went into the node's own workflow: what the position will be if that execution
	 * succeeds, which nobody knows before the next one.
	 */
	readonly next?: { readonly position: Position; readonly executionId: string };
}

/** More would make the workflow's static data large; the position stays back instead. */
export const MOST_PENDING = 1_000;

/** Reads what was kept; what is not as it should be counts as nothing. */
export function readCheckpoint(json: unknown): Checkpoint {
	const position = readPosition(fieldOf(json, 'position'));
	const next = readPosition(fieldOf(json, 'next', 'position'));
	const executionId = textOf(fieldOf(json, 'next', 'executionId'));
	return {
		...(position === undefined ? {} : { position }),
		...(next === undefined || executionId === undefined
			? {}
			: { next: { position: next, executionId } }),
	};
}

function readPosition(json: unknown): Position | undefined {
	if (!isObject(json)) return undefined;
	const { executionId, at, pending } = json;
	const isTime = typeof at === 'string' && !Number.isNaN(Date.parse(at));
	if (!isId(executionId) || !isTime) return undefined;
	return { executionId, at, pending: listOf(pending).filter(isId) };
}

function isId(value: unknown): value is number {
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * Follows a run, so that its end can be noted: the position never passes an event that was not
 * replayed, left out or reported.
 */
export class Progress {
	private readonly pending: Set<number>;

	/** Executions with events that are under way, and of how many. */
	private readonly underWay = new Map<number, number>();

	private last: { readonly executionId: number; readonly at: string };

	private isCutShort = false;

	/**
	 * @param from where the run begins
	 * @param end how far it would come
	 * @param open executions up to the end that have not ended
	 */
	constructor(
		private readonly from: Position,
		private readonly end: { readonly executionId: number; readonly at: string },
		open: Iterable<number>,
	) {
		this.pending = new Set([...from.pending, ...open]);
		this.last = from;
	}

	/** An event of an execution is under way. */
	taken(executionId: number, startedAt: Date | undefined): void {
		this.pending.delete(executionId);
		this.underWay.set(executionId, (this.underWay.get(executionId) ?? 0) + 1);
		if (executionId > this.last.executionId) {
			this.last = { executionId, at: startedAt?.toISOString() ?? this.from.at };
		}
	}

	/** @param isSettled false where it has to be looked at again */
	ended(executionId: number, isSettled: boolean): void {
		const count = (this.underWay.get(executionId) ?? 1) - 1;
		if (count > 0) this.underWay.set(executionId, count);
		else this.underWay.delete(executionId);
		if (!isSettled) this.pending.add(executionId);
	}

	/** An execution that was pending has ended, and is none of those that are replayed. */
	dropped(executionId: number): void {
		this.pending.delete(executionId);
	}

	/** The run ended before this execution, or in the middle of its events. */
	stoppedAt(executionId: number): void {
		this.isCutShort = true;
		if (executionId <= this.from.executionId) this.pending.add(executionId);
		else if (executionId <= this.last.executionId) {
			this.last = { ...this.last, executionId: executionId - 1 };
		}
	}

	/** @param isAll whether the events came to their end */
	position(isAll: boolean): Position {
		const isAtEnd = isAll && !this.isCutShort && this.end.executionId > this.from.executionId;
		const { executionId, at } = isAtEnd ? this.end : this.last;
		const pending = [...new Set([...this.pending, ...this.underWay.keys()])]
			.filter((id) => id <= executionId)
			.sort((a, b) => a - b);
		const tooMany = pending[MOST_PENDING];
		if (tooMany === undefined) return { executionId, at, pending };
		return { executionId: tooMany - 1, at: this.from.at, pending: pending.slice(0, MOST_PENDING) };
	}
}

/** Clocks of several n8n processes may be so far apart. */
const CLOCKS_APART_MS = 60_000;

const OPEN: readonly StoredStatus[] = ['new', 'running', 'waiting'];

/** A stretch of the history. */
interface Stretch {
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

/** How far the store can be read now. */
interface StoreEnd {
	/** The newest execution that every other one with a smaller id is known beside; 0: there is none. */
	readonly executionId: number;
	readonly at: string;
	/** Executions up to it that have not ended. */
	readonly open: ReadonlySet<number>;
}

/** More do not run at the same time; a list that never ends must not hold a node for ever. */
const MOST_OPEN = 10_000;

interface StoreEndOptions {
	/** Whether what waits counts as open: where the outcome matters. */
	readonly waiting: boolean;
	/** Executions that started later are left to the next run. */
	readonly before: Date;
	/** What runs since before it was interrupted: it is not open. */
	readonly upSince?: Date;
	readonly signal?: AbortSignal;
}

/**
 * Looks how far events can be read without missing one.
 *
 * The end is read before what is open, and both before the events: an execution up to the end is
 * then either open here or ended there. An execution goes from `new` to `running` and may go to and
 * fro between `running` and `waiting`: in this order none slips through.
 */
export async function readStoreEnd(
	api: N8nApi,
	workflowId: string | undefined,
	{ waiting, before, upSince, signal }: StoreEndOptions,
): Promise<StoreEnd> {
	const { executionId, at } = await readSettledEnd(api, {}, before, signal);
	const below = executionId + 1;
	const open = new Set<number>();
	const statuses = waiting ? ['new', 'running', 'waiting', 'running'] : ['new', 'running'];
	for (const status of statuses) {
		const query = { status, ...(workflowId === undefined ? {} : { workflowId }) };
		for await (const { id, json } of everyExecution(api, query, { below, signal })) {
			if (open.size >= MOST_OPEN) break;
			const head = readHead(json);
			if (head === undefined || head.mode === 'integrated') continue;
			if (unlessInterrupted(head, upSince).status !== 'crashed') open.add(id);
		}
	}
	return { executionId, at: at.toISOString(), open };
}
