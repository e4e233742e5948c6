import { fieldOf } from '../event/json';
import { readTime } from '../event/time';
import { keepNewest } from '../flow/keepNewest';
import { eventsOf } from '../history/executionEvents';
import { gap } from '../history/gaps';
import { fetchExecution } from '../history/readExecution';
import type { N8nApi } from '../history/store/n8nApi';
import type { ExecutionQuery } from '../history/store/executions';
import { newestFirst } from '../history/store/orderedLists';
import type { Gap, StoredEvent } from '../history/storedEvent';
import { callerOf, callsAgain } from './caller';

/** A sender repeats what was not answered within hours, and its clock is not asked. */
const EARLIER_MS = 3_600_000;

/** Bytes of one page of executions; each is forgotten when its events are known. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** An execution that runs, ran, or will run, with the event of one that a crash ended. */
export interface Passed {
	readonly executionId: string;
	readonly status: string;
	/** It had called the one that a crash ended, and calls it again. @default false */
	readonly isCaller?: boolean;
}

/** Whether nothing of it is still to come: neither in the queue nor under way. */
export function hasEnded({ status }: { readonly status: string }): boolean {
	return !['new', 'running', 'waiting'].includes(status);
}

/** Some 200 bytes each. */
const MOST_REMEMBERED = 10_000;

/**
 * Executions that need not run again since another one with their event has ended: nothing changes that any
 * more. A schedule that comes every few minutes would else read all that came since a crash, each time.
 */
export class PassedMemory {
	private readonly passed = new Map<string, Passed>();

	/** @param key equal for what may be shared: a hash of API and key */
	of(key: string): RememberedPassed {
		const named = (firstId: string) => `${key} ${firstId}`;
		return {
			get: (firstId) => this.passed.get(named(firstId)),
			note: (firstId, passed) => {
				keepNewest(this.passed, named(firstId), passed, MOST_REMEMBERED);
			},
		};
	}
}

export interface RememberedPassed {
	get(firstId: string): Passed | undefined;
	note(firstId: string, passed: Passed): void;
}

interface PassedOptions {
	/** Start of the process that runs all executions; undefined: there are several. */
	readonly upSince: Date | undefined;
	readonly signal?: AbortSignal;
}

interface ElsewhereOptions extends PassedOptions {
	readonly remembered: RememberedPassed;
	/** All of the workflows that are recovered. */
	readonly executions: readonly ListedExecution[];
	/** Of workflows whose events are also kept elsewhere until they have run. */
	readonly keptWorkflows: ReadonlySet<string>;
}

/** By `firstId`. */
interface Elsewhere {
	/** What is not in there may run. */
	readonly passed: ReadonlyMap<string, Passed>;
	/** How often their events have crashed, in whatever executions. */
	readonly crashes: ReadonlyMap<string, number>;
}

/**
 * Finds which interrupted executions must not run again, since another execution of the same
 * workflow has passed the trigger with the same event: the sender's repeat after the crash, say, or
 * a replay; or since the execution that called them crashed with them, and calls them again. Of several that
 * crashed with one event, the first in the list is left to run.
 *
 * @throws {N8nApiError} where the key may not read executions, or n8n does not answer
 */
export async function findPassedElsewhere(
	api: N8nApi,
	interrupted: readonly Interrupted[],
	{ remembered, executions, keptWorkflows, ...options }: ElsewhereOptions,
): Promise<Elsewhere> {
	const found = new Map<string, Passed>();
	const crashes = new Map<string, number>();
	const byId = new Map(executions.map((execution) => [execution.id, execution]));
	const isRunAgain = async (caller: string): Promise<boolean> => {
		const { status } = byId.get(caller) ?? {};
		if (status !== 'crashed' && status !== 'error') return false;
		return await callsAgain(api, caller, { keptWorkflows, signal: options.signal });
	};
	const workflows = new Set(interrupted.map(({ execution }) => execution.workflowId));
	for (const workflowId of workflows) {
		const ours = interrupted.filter(({ execution }) => execution.workflowId === workflowId);
		const before = ours.flatMap(({ firstId }) => {
			const passed = remembered.get(firstId);
			return passed === undefined ? [] : [[firstId, passed] as const];
		});
		for (const [firstId, passed] of before) found.set(firstId, passed);
		// A new one may have the event of an older one: then all are looked for, as far back as they go.
		if (before.length === ours.length) continue;
		const crashed = await readInterrupted(api, ours, options);
		const others = await passedBy(api, workflowId, ours, crashed, options);
		const counts = crashesByKey(ours, crashed);
		const first = new Map<string, Passed>();
		for (const { firstId, execution } of ours) {
			const { keys: own = [], calledBy } = crashed.get(firstId) ?? {};
			crashes.set(firstId, Math.max(0, ...own.map((key) => counts.get(key) ?? 0)));
			if (calledBy !== undefined && (await isRunAgain(calledBy))) {
				const caller = { executionId: calledBy, status: 'crashed', isCaller: true };
				found.set(firstId, caller);
				remembered.note(firstId, caller);
				continue;
			}
			const [other, ...more] = own.map((key) => others.get(key) ?? first.get(key));
			// Of several events all must have passed: what is skipped may hold none that has not.
			if (other !== undefined && !more.includes(undefined)) {
				found.set(firstId, other);
				const all = [other, ...more];
				// One that crashed may run again, and what is under way may crash.
				if (all.every((one) => one !== undefined && hasEnded(one) && one.status !== 'crashed'))
					remembered.note(firstId, other);
			} else
				for (const key of own) first.set(key, { executionId: execution.id, status: 'crashed' });
		}
	}
	return { passed: found, crashes };
}

/** A sender that got no answer sends again what crashes n8n: each time it is another execution. */
function crashesByKey(
	interrupted: readonly Interrupted[],
	crashed: ReadonlyMap<string, Crashed>,
): ReadonlyMap<string, number> {
	const counts = new Map<string, number>();
	for (const { firstId, crashes } of interrupted) {
		for (const key of new Set(crashed.get(firstId)?.keys))
			counts.set(key, (counts.get(key) ?? 0) + crashes);
	}
	return counts;
}

interface Crashed {
	/** Its events; none where they cannot be read. */
	readonly keys: readonly string[];
	/** The execution that called it as a sub-workflow, or replayed into it. */
	readonly calledBy: string | undefined;
	/** When it started, or where it never did, when n8n stored it. Undefined where nobody can tell. */
	readonly since: Date | undefined;
}

/** By `firstId`. */
async function readInterrupted(
	api: N8nApi,
	interrupted: readonly Interrupted[],
	{ signal }: PassedOptions,
): Promise<ReadonlyMap<string, Crashed>> {
	const crashed = new Map<string, Crashed>();
	for (const { firstId, execution } of interrupted) {
		const fetched = await fetchExecution(api, execution.id, { signal });
		const json = 'json' in fetched ? fetched.json : undefined;
		const events = json === undefined ? [] : knownEvents(eventsOf(json));
		crashed.set(firstId, {
			keys: events.map(keyOf),
			// What Recover itself had called it does not call again: the event is left to its crashed execution.
			calledBy: events.some(({ event }) => event.recoveryof !== undefined)
				? undefined
				: callerOf(json),
			since: execution.startedAt ?? readTime(fieldOf(json, 'createdAt')),
		});
	}
	return crashed;
}

/** By event: an execution of the workflow that has passed with it. */
async function passedBy(
	api: N8nApi,
	workflowId: string,
	interrupted: readonly Interrupted[],
	crashed: ReadonlyMap<string, Crashed>,
	options: PassedOptions,
): Promise<ReadonlyMap<string, Passed>> {
	const wanted = new Set([...crashed.values()].flatMap(({ keys }) => keys));
	const passed = new Map<string, Passed>();
	if (wanted.size === 0) return passed;
	const own = new Set(interrupted.flatMap(({ attempts }) => attempts));
	const times = [...crashed.values()].map(({ since }) => since?.getTime());
	const since = times.some((time) => time === undefined)
		? undefined
		: new Date(Math.min(...times.map(Number)));
	for await (const found of everyEvent(api, { workflowId, since }, options)) {
		if ('reason' in found) continue;
		const { executionId, status } = found;
		if (own.has(executionId) || !hasPassed(found)) continue;
		if (wanted.has(keyOf(found))) passed.set(keyOf(found), { executionId, status });
	}
	return passed;
}

/**
 * The events of the executions of a workflow, whatever became of them, and a gap for each execution
 * whose events nobody can read. One that ends meanwhile may come twice.
 *
 * @param since of the oldest that matters; undefined: all
 * @throws {N8nApiError}
 */
export async function* everyEvent(
	api: N8nApi,
	{ workflowId, since }: { readonly workflowId: string; readonly since: Date | undefined },
	{ upSince, signal = new AbortController().signal }: PassedOptions,
): AsyncGenerator<StoredEvent | Gap, void, undefined> {
	const startedAfter = since === undefined ? undefined : new Date(since.getTime() - EARLIER_MS);
	// What has not ended has to be asked for first: it may have ended when the others are read.
	const queries: ExecutionQuery[] = [
		{ workflowId, status: 'new' },
		{ workflowId, status: 'running' },
		{ workflowId, startedAfter },
	];
	const options = {
		bytes: PAGE_BYTES,
		toDigest: (id: number, json: unknown) => ({ id, found: eventsOf(json, { upSince }) }),
		signal,
	};
	for (const query of queries) {
		for await (const page of newestFirst(api, query, options)) {
			for (const { found = [], lost } of page) {
				if (lost !== undefined) yield gap(lost, {});
				else if ('reason' in found) yield found;
				else yield* found;
			}
		}
	}
}

/** None where they cannot be read: then nothing is known, and what crashed runs again. */
function knownEvents(found: readonly StoredEvent[] | Gap): readonly StoredEvent[] {
	return 'reason' in found ? [] : found;
}

/** Neither of a test in the editor, nor of what a crash or the trigger itself ended, is that known. */
export function hasPassed({ mode, status, failedNode, triggerName }: StoredEvent): boolean {
	return mode !== 'manual' && status !== 'crashed' && failedNode !== triggerName;
}

/** What the trigger itself compares. */
export function keyOf({ event: { dedupekey, source, type, id } }: StoredEvent): string {
	return dedupekey ?? JSON.stringify([source, type, id]);
}

/** One execution in n8n's list, without its data. */
export interface ListedExecution {
	readonly id: string;
	readonly workflowId: string;
	readonly status: string;
	readonly mode: string;
	/** Undefined where it never started. */
	readonly startedAt?: Date;
	/** Undefined where it has not ended, or never started. */
	readonly stoppedAt?: Date;
	/** The execution that this one was a retry of. */
	readonly retryOf: string | null;
	/** The retry of this one that succeeded. */
	readonly retrySuccessId: string | null;
}

/** An execution that a crash ended and that nothing has run again to its end. */
export interface Interrupted {
	/** The newest of its attempts: the one to retry. */
	readonly execution: ListedExecution;
	/** The first attempt: of whose event all of this is. */
	readonly firstId: string;
	/** How often it has crashed. */
	readonly crashes: number;
	/** Ids of all its attempts that are known. */
	readonly attempts: readonly string[];
}

/**
 * Finds what crashes have left undone. An execution and its retries, and theirs, are one family: as
 * soon as one of them has ended otherwise than by a crash, or is still under way, nothing is left. Tests in
 * the editor are left alone: they may have been with made-up data.
 *
 * @param executions in any order
 * @returns oldest first, so that events are made good in the order in which they came
 */
export function findInterrupted(executions: readonly ListedExecution[]): Interrupted[] {
	const byId = new Map(executions.map((execution) => [execution.id, execution]));
	const families = new Map<string, ListedExecution[]>();
	for (const execution of executions) {
		const first = firstOf(execution, byId);
		const family = families.get(first);
		if (family === undefined) families.set(first, [execution]);
		else family.push(execution);
	}
	const found: Interrupted[] = [];
	for (const [firstId, family] of families) {
		const isLost = family.every(
			({ status, retrySuccessId }) => status === 'crashed' && retrySuccessId === null,
		);
		const newest = family.reduce((a, b) => (isLater(b, a) ? b : a));
		if (!isLost || byId.get(firstId)?.mode === 'manual') continue;
		const attempts = family.map(({ id }) => id);
		found.push({ execution: newest, firstId, crashes: family.length, attempts });
	}
	return found.sort((a, b) => (isLater(a.execution, b.execution) ? 1 : -1));
}

/** A list may hold a retry and not what it was a retry of, which then was earlier than the list. */
function firstOf(execution: ListedExecution, byId: ReadonlyMap<string, ListedExecution>): string {
	let { id, retryOf } = execution;
	const seen = new Set([id]);
	while (retryOf !== null && !seen.has(retryOf)) {
		id = retryOf;
		seen.add(id);
		retryOf = byId.get(id)?.retryOf ?? null;
	}
	return id;
}

/** n8n counts its executions up. */
function isLater(a: ListedExecution, b: ListedExecution): boolean {
	const [first, second] = [Number(a.id), Number(b.id)];
	return Number.isNaN(first) || Number.isNaN(second) ? a.id > b.id : first > second;
}
