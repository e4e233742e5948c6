import { eventsOf } from '../history/eventsOf';
import { readExecutions, type ExecutionQuery } from '../history/executionList';
import { fetchExecution } from '../history/readExecution';
import type { StoredEvent } from '../history/storedEvent';
import type { N8nApi } from '../n8nApi/n8nApi';
import type { Interrupted } from './executionFamily';

/** A sender repeats what was not answered within hours, and its clock is not asked. */
const EARLIER_MS = 3_600_000;

/** Executions with their data in one answer; each is forgotten when its events are known. */
const PAGE = 100;

/** An execution that runs, ran, or will run, with the event of one that a crash ended. */
export interface Passed {
	readonly executionId: string;
	readonly status: string;
}

export interface PassedOptions {
	/** Start of the process that runs all executions; undefined: there are several. */
	readonly upSince: Date | undefined;
	readonly signal?: AbortSignal;
}

/**
 * Finds which interrupted executions must not run again, since another execution of the same
 * workflow has passed the trigger with the same event: the sender's repeat after the crash, say, or
 * a replay. Of several that crashed with one event, the first in the list is left to run.
 *
 * @returns by `firstId`; what is not in there may run
 * @throws {N8nApiError} where the key may not read executions, or n8n does not answer
 */
export async function findPassedElsewhere(
	api: N8nApi,
	interrupted: readonly Interrupted[],
	options: PassedOptions,
): Promise<ReadonlyMap<string, Passed>> {
	const found = new Map<string, Passed>();
	const workflows = new Set(interrupted.map(({ execution }) => execution.workflowId));
	for (const workflowId of workflows) {
		const ours = interrupted.filter(({ execution }) => execution.workflowId === workflowId);
		const keys = await keysOfInterrupted(api, ours, options);
		const others = await passedBy(api, workflowId, ours, keys, options);
		const first = new Map<string, string>();
		for (const { firstId, execution } of ours) {
			for (const key of keys.get(firstId) ?? []) {
				const earlier = first.get(key);
				const other =
					others.get(key) ??
					(earlier === undefined ? undefined : { executionId: earlier, status: 'crashed' });
				if (other === undefined) first.set(key, execution.id);
				else found.set(firstId, other);
			}
		}
	}
	return found;
}

/** The events of each interrupted execution; none where they cannot be read. */
async function keysOfInterrupted(
	api: N8nApi,
	interrupted: readonly Interrupted[],
	{ signal }: PassedOptions,
): Promise<ReadonlyMap<string, readonly string[]>> {
	const keys = new Map<string, readonly string[]>();
	for (const { firstId, execution } of interrupted) {
		const fetched = await fetchExecution(api, execution.id, { signal });
		keys.set(firstId, 'json' in fetched ? eventsIn(fetched.json).map(keyOf) : []);
	}
	return keys;
}

/** Which executions of a workflow have passed with one of the events, newest last. */
async function passedBy(
	api: N8nApi,
	workflowId: string,
	interrupted: readonly Interrupted[],
	keys: ReadonlyMap<string, readonly string[]>,
	options: PassedOptions,
): Promise<ReadonlyMap<string, Passed>> {
	const wanted = new Set([...keys.values()].flat());
	const passed = new Map<string, Passed>();
	if (wanted.size === 0) return passed;
	const own = new Set(interrupted.flatMap(({ attempts }) => attempts));
	const starts = interrupted.flatMap(({ execution }) => execution.startedAt?.getTime() ?? []);
	const startedAfter =
		starts.length < interrupted.length ? undefined : new Date(Math.min(...starts) - EARLIER_MS);
	// What has not ended has to be asked for first: it may have ended when the others are read.
	const queries: ExecutionQuery[] = [
		{ workflowId, status: 'new' },
		{ workflowId, status: 'running' },
		{ workflowId, startedAfter },
	];
	for (const query of queries) {
		for await (const one of everyWithKeys(api, query, options)) {
			if (own.has(one.executionId)) continue;
			for (const key of one.keys) if (wanted.has(key)) passed.set(key, one);
		}
	}
	return passed;
}

async function* everyWithKeys(
	api: N8nApi,
	query: ExecutionQuery,
	{ upSince, signal }: PassedOptions,
): AsyncGenerator<Passed & { readonly keys: readonly string[] }, void, undefined> {
	const toRow = (id: number, json: unknown) => {
		const events = eventsIn(json, upSince).filter(hasPassed);
		const status = events[0]?.status ?? 'unknown';
		return { id, executionId: String(id), status, keys: events.map(keyOf) };
	};
	for (let below: number | undefined; ; ) {
		const request = { below, limit: PAGE, includeData: true, signal };
		const { rows } = await readExecutions(api, query, request, toRow);
		yield* rows;
		below = rows.at(-1)?.id;
		if (rows.length < PAGE) return;
	}
}

/** None where they cannot be read: then nothing is known, and what crashed runs again. */
function eventsIn(json: unknown, upSince?: Date): readonly StoredEvent[] {
	const events = eventsOf(json, upSince === undefined ? {} : { upSince });
	return 'reason' in events ? [] : events;
}

/** Neither of a test in the editor, nor of what a crash or the trigger itself ended, is that known. */
function hasPassed({ mode, status, failedNode, triggerName }: StoredEvent): boolean {
	return mode !== 'manual' && status !== 'crashed' && failedNode !== triggerName;
}

/** What the trigger itself compares. */
function keyOf({ event: { dedupekey, source, type, id } }: StoredEvent): string {
	return dedupekey ?? JSON.stringify([source, type, id]);
}
