import type { Outbox, OutboxEntry } from '../cluster/outbox';
import { fieldOf, textOf } from '../event/json';
import { eventsOf } from '../history/executionEvents';
import type { Gap, StoredEvent } from '../history/storedEvent';
import { fetchExecution } from '../history/readExecution';
import type { N8nApi } from '../history/store/n8nApi';
import { readHead } from '../history/store/executions';
import { hasNothing } from './caller';
import {
	everyEvent,
	hasEnded,
	hasPassed,
	keyOf,
	type ListedExecution,
	type Passed,
} from './passedElsewhere';
import type { PackageWorkflow } from './recover';

/**
 * **Events whose worker has died.** About 95 seconds later the process that had accepted them calls their
 * executions `error` and overwrites what was in them: nothing has run, and nothing is there to be run
 * again (n8n 2.41.1, `processError` in packages/cli/src/workflow-runner.ts). What the outboxes hold is
 * compared with n8n's executions here.
 */

/** An event in the outbox of one trigger. */
export interface KeptEvent {
	readonly workflow: PackageWorkflow;
	readonly trigger: { readonly id: string; readonly name: string };
	readonly outbox: Pick<Outbox, 'read' | 'remove' | 'handOver' | 'ended'>;
	readonly entry: OutboxEntry;
	/** Whether the process that began last with it still lives: it may run it to its end. */
	isStillRun(entry: OutboxEntry): Promise<boolean>;
}

/** One that is to be run from the outbox. */
export interface LostEvent {
	readonly kept: KeptEvent;
	/** The execution that n8n has emptied; undefined where n8n keeps none of those that fail. */
	readonly executionId: string | undefined;
}

/** What the outboxes and the executions of one workflow say together. What waits or runs is in none of these. */
export interface LostEvents {
	/** Its execution has ended otherwise than by the death of its worker. */
	readonly over: readonly KeptEvent[];
	/** Oldest first. */
	readonly lost: readonly LostEvent[];
	/** Another execution has passed with the same event. */
	readonly passed: ReadonlyArray<LostEvent & { readonly by: Passed }>;
	/** Nobody can tell whether it ran. */
	readonly unclear: ReadonlyArray<LostEvent & { readonly message: string }>;
	/** Executions that n8n has emptied, and whose events are in no outbox. */
	readonly gone: readonly ListedExecution[];
}

interface JudgeOptions {
	/** Those of the workflow, listed after the outboxes were. */
	readonly executions: readonly ListedExecution[];
	/** Whether n8n keeps executions that ended well, and those that failed. */
	readonly saves: { readonly success: boolean; readonly error: boolean };
	readonly signal?: AbortSignal;
}

/** How the executions of a workflow stand to what is kept of it. */
interface Sorted {
	readonly over: KeptEvent[];
	readonly lost: LostEvent[];
	readonly unclear: Array<LostEvent & { readonly message: string }>;
	readonly unbegun: KeptEvent[];
}

/**
 * Finds what was lost with a worker.
 *
 * @param kept what is in the outboxes of one workflow, oldest first
 * @throws {N8nApiError} where the key may not read executions, or n8n does not answer
 * @throws {SharedRedisError}
 */
export async function findLostEvents(
	api: N8nApi,
	workflow: PackageWorkflow,
	kept: readonly KeptEvent[],
	options: JudgeOptions,
): Promise<LostEvents> {
	const { executions, saves } = options;
	const { over, lost, unclear, unbegun } = await sortByExecution(api, kept, options);
	const named = new Set(kept.map(({ entry }) => entry.executionId));
	const emptied: ListedExecution[] = [];
	const oldestFirst = [...executions].sort((a, b) => Number(a.id) - Number(b.id));
	for (const execution of oldestFirst) {
		if (named.has(execution.id) || !mayBeEmptied(execution)) continue;
		if (await isEmptied(api, execution, options.signal)) emptied.push(execution);
	}
	// Each event that died before its first node has left one of these, unless n8n deletes them.
	const mayBeLost = emptied.length > 0 || !saves.error ? unbegun : [];
	const candidates = [...lost, ...mayBeLost.map((one) => ({ kept: one, executionId: undefined }))];
	if (candidates.length === 0) return { over, lost, passed: [], unclear, gone: emptied };
	const { byKey, isWhole } = await eventsByKey(api, workflow.id, candidates, options);
	const found: { lost: LostEvent[]; passed: Array<LostEvent & { by: Passed }> } = {
		lost: [],
		passed: [],
	};
	const left = [...emptied];
	for (const { key, ...one } of await withKeys(candidates)) {
		if (key === undefined) continue;
		const hasBegun = one.executionId !== undefined;
		const by = byKey.get(key);
		if (by === undefined) {
			const executionId = one.executionId ?? left[0]?.id;
			if (executionId === undefined && saves.error) continue;
			if (!hasBegun && !isWhole) {
				unclear.push({ ...one, message: UNREADABLE });
				continue;
			}
			if (!hasBegun) left.shift();
			found.lost.push({ ...one, executionId });
		} else if (by.status === 'crashed') continue;
		else if (hasBegun) found.passed.push({ ...one, by });
		else if (hasEnded(by)) over.push(one.kept);
	}
	const bySince = (a: LostEvent, b: LostEvent) =>
		Number(a.kept.entry.since) - Number(b.kept.entry.since);
	return { over, ...found, lost: found.lost.sort(bySince), unclear, gone: left };
}

const UNREADABLE =
	"n8n hides or can't read the data of some of the workflow's executions, so it is not known whether one of them has the event. Give the owner of the API key the right to see them.";

/** By what n8n says of the executions that began with them. */
async function sortByExecution(
	api: N8nApi,
	kept: readonly KeptEvent[],
	{ executions, saves, signal }: JudgeOptions,
): Promise<Sorted> {
	const listed = new Map(executions.map((one) => [one.id, one]));
	const sorted: Sorted = { over: [], lost: [], unclear: [], unbegun: [] };
	for (const one of kept) {
		const { executionId } = one.entry;
		if (executionId === undefined) {
			sorted.unbegun.push(one);
			continue;
		}
		const known = listed.get(executionId);
		if (known !== undefined && isOpen(known.status)) continue;
		if (known !== undefined && known.status !== 'error') {
			sorted.over.push(one);
			continue;
		}
		const state = await standing(api, executionId, signal);
		if (state === 'over' || (state === 'not_found' && !saves.success)) sorted.over.push(one);
		else if (state === 'lost') {
			const isAlive = await one.isStillRun(one.entry);
			if (!isAlive) sorted.lost.push({ kept: one, executionId });
		} else if (state !== 'open') {
			sorted.unclear.push({ kept: one, executionId, message: unclearWords(executionId, state) });
		}
	}
	return sorted;
}

type Standing = 'open' | 'over' | 'lost' | 'not_found' | 'unreadable';

/** One that crashed has its data, and is run again from there. */
function isOpen(status: string): boolean {
	return status === 'crashed' || !hasEnded({ status });
}

async function standing(
	api: N8nApi,
	executionId: string,
	signal: AbortSignal | undefined,
): Promise<Standing> {
	const found = await fetchExecution(api, executionId, { signal });
	if ('reason' in found) {
		if (found.reason === 'not_found') return 'not_found';
		return found.reason === 'too_large' ? 'over' : 'unreadable';
	}
	const head = readHead(found.json);
	if (head === undefined) return 'unreadable';
	if (isOpen(head.status)) return 'open';
	return head.status === 'error' && hasNothing(found.json) ? 'lost' : 'over';
}

function unclearWords(executionId: string, state: 'not_found' | 'unreadable'): string {
	return state === 'not_found'
		? `n8n no longer has execution ${executionId}, or the API key can't read it, so it is not known how it ended. Its event stays in the outbox for 7 days.`
		: `n8n can't read the data of execution ${executionId}, so it is not known how it ended. Its event stays in the outbox for 7 days.`;
}

/** n8n waits a minute for a worker; one that tells this in less has clocks far apart. */
const SHORTEST_MS = 10_000;

/** What a webhook, a trigger or a retry started is run by a worker. */
const QUEUED: ReadonlySet<string> = new Set(['webhook', 'trigger', 'retry']);

function mayBeEmptied({ status, mode, startedAt, stoppedAt, retrySuccessId }: ListedExecution) {
	if (status !== 'error' || retrySuccessId !== null || !QUEUED.has(mode)) return false;
	// Where n8n emptied an execution a moment before it was retried, the retry ends at once, with the same nothing.
	if (startedAt === undefined || stoppedAt === undefined || mode === 'retry') return true;
	const took = stoppedAt.getTime() - startedAt.getTime();
	return took < 0 || took >= SHORTEST_MS;
}

/** The word of n8n's for a worker that died (`MaxStalledCountError`). */
const DIED = /failed to be processed too many times/;

/** Executions that were looked at and have their data: a failure stays one. Some 60 bytes each. */
const whole = new Set<string>();
const MOST_WHOLE = 100_000;

async function isEmptied(
	api: N8nApi,
	{ id, workflowId, startedAt }: ListedExecution,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	const name = `${workflowId}:${id}`;
	if (whole.has(name)) return false;
	const found = await fetchExecution(api, id, { signal });
	if ('reason' in found) return false;
	const words = textOf(fieldOf(found.json, 'data', 'resultData', 'error', 'message')) ?? '';
	// What no worker could begin with, as where its database is away, n8n empties whatever the reason.
	if (hasNothing(found.json) && (startedAt === undefined || DIED.test(words))) return true;
	if (whole.size >= MOST_WHOLE) whole.clear();
	whole.add(name);
	return false;
}

/** By event, an execution that has it: one that has passed before one that crashed. */
async function eventsByKey(
	api: N8nApi,
	workflowId: string,
	candidates: readonly LostEvent[],
	{ executions, signal }: JudgeOptions,
): Promise<{ readonly byKey: ReadonlyMap<string, Passed>; readonly isWhole: boolean }> {
	const byKey = new Map<string, Passed>();
	const since = new Date(Math.min(...candidates.map(({ kept }) => Number(kept.entry.since))));
	let isWhole = true;
	const note = (found: StoredEvent | Gap) => {
		if ('reason' in found) {
			isWhole = false;
			return;
		}
		const { executionId, status, mode } = found;
		const key = keyOf(found);
		const hasCrashed = status === 'crashed' && mode !== 'manual' && !byKey.has(key);
		if (hasPassed(found) || hasCrashed) byKey.set(key, { executionId, status });
	};
	for await (const found of everyEvent(
		api,
		{ workflowId, since },
		{ upSince: undefined, signal },
	)) {
		note(found);
	}
	// No list that asks for a start has them.
	for (const { id, status, startedAt } of executions) {
		if (status !== 'crashed' || startedAt !== undefined) continue;
		const fetched = await fetchExecution(api, id, { signal });
		const events = 'reason' in fetched ? fetched : eventsOf(fetched.json);
		for (const found of Array.isArray(events) ? events : [events]) note(found);
	}
	return { byKey, isWhole };
}

type KeyedEvent = LostEvent & { readonly key: string | undefined };

/** The events themselves are read again when they run: together they may be large. */
async function withKeys(candidates: readonly LostEvent[]): Promise<KeyedEvent[]> {
	const read: KeyedEvent[] = [];
	for (const one of candidates) {
		const event = await one.kept.outbox.read(one.kept.entry);
		read.push({ ...one, key: event?.key });
	}
	return read;
}
