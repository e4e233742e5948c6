import { fieldOf, listOf, textOf } from '../event/json';
import { gap } from './gaps';
import type { Gap } from './storedEvent';
import type { N8nApi } from './store/n8nApi';
import {
	everyExecution,
	listWorkflows,
	readHead,
	type ExecutionHead,
	type ExecutionQuery,
} from './store/executions';
import { newestFirst } from './store/orderedLists';

/**
 * **Restarts of n8n.** While it starts it answers webhooks by itself, with 200 `n8n is starting up. Please wait`
 * or 404: no node runs, no execution is stored, and a sender that takes 200 for a receipt never repeats.
 * n8n keeps no record of when it was away. What its executions tell of that is found here, as spans in
 * which it may have been; a restart that left no trace in them is not.
 */

/** What tells of a restart. */
export type RestartEvidence =
	/** A workflow with an n8n Trigger on 'Instance started' ran. */
	| 'n8n_trigger'
	/** The process that runs this started then; only where one process runs everything. */
	| 'process_start'
	/** n8n calls an execution crashed; in queue mode it may have been a worker alone that died. */
	| 'crashed_execution';

/** A span in which deliveries may have been answered by n8n itself. */
export interface RestartSpan {
	/** n8n still worked then; undefined where nothing before it is known. */
	readonly from: Date | undefined;
	readonly to: Date;
	readonly evidence: readonly RestartEvidence[];
	readonly executionIds: readonly string[];
}

/** An execution that an n8n Trigger started because n8n had. */
export interface InstanceStart {
	readonly at: Date;
	readonly executionId: string;
}

/** After the first sign of life webhooks are still being registered: 2 to 7 s were seen on n8n 2.41.1. */
const REGISTERED_WITHIN_MS = 60_000;

/** What executions tell of restarts, taken down one by one: a few numbers each, however many there are. */
export class SignsOfLife {
	/** Moments at which n8n is known to have worked. */
	readonly times: number[] = [];

	private readonly crashedById = new Map<string, ExecutionHead>();

	/** @param since what has no start is looked at only where all that ever was is */
	constructor(private readonly since?: Date) {}

	/** Those that n8n itself calls crashed. */
	get crashed(): Iterable<ExecutionHead> {
		return this.crashedById.values();
	}

	/** An execution may be seen more than once. */
	see(head: ExecutionHead | undefined): void {
		if (head === undefined || (head.startedAt === undefined && this.since !== undefined)) return;
		const { id, status, startedAt, stoppedAt, isTakenForCrashed } = head;
		if (startedAt !== undefined) this.times.push(startedAt.getTime());
		// When a crashed one stopped was noted later, or is a guess.
		if (status !== 'crashed' && stoppedAt !== undefined) this.times.push(stoppedAt.getTime());
		if (status === 'crashed' && isTakenForCrashed !== true) this.crashedById.set(id, head);
	}
}

interface RestartsOptions {
	readonly starts: readonly InstanceStart[];
	/** Whether some workflow's n8n Trigger tells each start. */
	readonly areStartsTold: boolean;
	/** Start of the process that runs all executions; undefined: there are several. */
	readonly upSince: Date | undefined;
	readonly now: Date;
}

/**
 * What the executions tell of restarts.
 *
 * @param seen the executions, in any order
 * @returns oldest first; spans that touch are one
 */
export function findRestarts(
	seen: SignsOfLife,
	{ starts, areStartsTold, upSince, now }: RestartsOptions,
): RestartSpan[] {
	const signs = seen.times.sort((a, b) => a - b);
	const spans: RestartSpan[] = [];
	const add = (at: Date, up: Date, evidence: RestartEvidence, executionIds: readonly string[]) => {
		const before = signs[firstAtOrAfter(signs, at) - 1];
		const to = new Date(Math.min(up.getTime() + REGISTERED_WITHIN_MS, now.getTime()));
		const from = before === undefined ? undefined : new Date(before);
		spans.push({ from, to, evidence: [evidence], executionIds });
	};
	const firstSignAfter = (at: Date) => {
		const sign = signs[firstAtOrAfter(signs, at)];
		return sign === undefined ? now : new Date(sign);
	};
	for (const { at, executionId } of starts) add(at, at, 'n8n_trigger', [executionId]);
	if (upSince !== undefined) add(upSince, firstSignAfter(upSince), 'process_start', []);
	for (const { id, mode, startedAt, stoppedAt } of seen.crashed) {
		if (mode === 'manual' || startedAt === undefined) continue;
		const at = stoppedAt ?? startedAt;
		// Where each start is told, it says when more exactly.
		if (areStartsTold || (upSince !== undefined && at >= upSince)) continue;
		add(at, firstSignAfter(at), 'crashed_execution', [id]);
	}
	return joined(spans);
}

/**
 * @param signs the earliest first; a long history has many of them, and many crashes to ask about
 * @returns the index of the first that is not before a moment
 */
function firstAtOrAfter(signs: readonly number[], at: Date): number {
	let [from, to] = [0, signs.length];
	while (from < to) {
		const middle = Math.floor((from + to) / 2);
		if ((signs[middle] ?? 0) < at.getTime()) from = middle + 1;
		else to = middle;
	}
	return from;
}

function joined(spans: readonly RestartSpan[]): RestartSpan[] {
	const found: RestartSpan[] = [];
	const startOf = ({ from }: RestartSpan) => from?.getTime() ?? Number.NEGATIVE_INFINITY;
	for (const span of [...spans].sort((a, b) => startOf(a) - startOf(b))) {
		const last = found.at(-1);
		if (last === undefined || startOf(span) > last.to.getTime()) {
			found.push(span);
			continue;
		}
		found.splice(-1, 1, {
			from: last.from,
			to: last.to > span.to ? last.to : span.to,
			evidence: [...new Set([...last.evidence, ...span.evidence])],
			executionIds: [...last.executionIds, ...span.executionIds],
		});
	}
	return found;
}

interface ReadRestartsOptions {
	/** Restarts that ended before it are left out. */
	readonly since: Date | undefined;
	readonly until: Date | undefined;
	readonly upSince: Date | undefined;
	/** Executions that were read already, so that n8n need not list them again. */
	readonly seen?: SeenExecutions;
	readonly signal?: AbortSignal | undefined;
}

/** All that n8n lists from a moment on. */
export interface SeenExecutions {
	readonly signs: SignsOfLife;
	/** Undefined where it is all that n8n lists at all. */
	readonly since: Date | undefined;
}

/** What is looked at before the time that was asked for, to know since when n8n was away. */
const EARLIER_MS = 24 * 3_600_000;

/**
 * The restarts that n8n's executions tell of, one gap each.
 *
 * @throws {N8nApiError}
 */
export async function* restartGaps(
	api: N8nApi,
	{ since, until, upSince, seen, signal }: ReadRestartsOptions,
): AsyncGenerator<Gap, void, undefined> {
	const now = new Date();
	const startedAfter = since === undefined ? undefined : new Date(since.getTime() - EARLIER_MS);
	const { starts, areStartsTold } = await instanceStarts(api, startedAfter, signal);
	const { signs, since: startedBefore } = seen ?? { signs: new SignsOfLife() };
	const isAllSeen = seen !== undefined && startedBefore === undefined;
	const unseen = isAllSeen ? [] : everyExecution(api, { startedAfter, startedBefore }, { signal });
	for await (const { json } of unseen) {
		signs.see(readHead(json));
	}
	for (const span of findRestarts(signs, { starts, areStartsTold, upSince, now })) {
		const isBefore = since !== undefined && span.to < since;
		const isAfter = until !== undefined && span.from !== undefined && span.from > until;
		if (isBefore || isAfter) continue;
		yield gap('restart', {
			since: span.from,
			until: span.to,
			evidence: span.evidence,
			executionIds: span.executionIds.slice(0, 10),
		});
	}
}

const N8N_TRIGGER = 'n8n-nodes-base.n8nTrigger';

const PAGE_BYTES = 1024 * 1024;

/** What n8n Triggers on 'Instance started' have told. */
async function instanceStarts(
	api: N8nApi,
	startedAfter: Date | undefined,
	signal: AbortSignal = new AbortController().signal,
): Promise<{ readonly starts: readonly InstanceStart[]; readonly areStartsTold: boolean }> {
	const starts: InstanceStart[] = [];
	let areStartsTold = false;
	const toDigest = (id: number, json: unknown) => {
		const at = instanceStart(json);
		if (at !== undefined) starts.push({ at, executionId: String(id) });
		return { id };
	};
	for await (const workflow of listWorkflows(api, signal)) {
		if (!tellsStarts(workflow)) continue;
		areStartsTold = true;
		const query: ExecutionQuery = { workflowId: String(fieldOf(workflow, 'id')), startedAfter };
		// Each page is looked at while it comes in.
		for await (const page of newestFirst(api, query, { bytes: PAGE_BYTES, toDigest, signal })) {
			if (page.length === 0) break;
		}
	}
	return { starts: unique(starts), areStartsTold };
}

/** A page may be read twice. */
function unique(starts: readonly InstanceStart[]): InstanceStart[] {
	return [...new Map(starts.map((start) => [start.executionId, start])).values()];
}

function tellsStarts(workflow: unknown): boolean {
	if (fieldOf(workflow, 'active') !== true) return false;
	return listOf(fieldOf(workflow, 'nodes')).some(
		(node) =>
			textOf(fieldOf(node, 'type')) === N8N_TRIGGER &&
			fieldOf(node, 'disabled') !== true &&
			listOf(fieldOf(node, 'parameters', 'events')).includes('init'),
	);
}

/** When n8n had started, where the execution is what tells it. */
function instanceStart(json: unknown): Date | undefined {
	const runs = fieldOf(json, 'data', 'resultData', 'runData') ?? {};
	for (const run of Object.values(runs as Record<string, unknown>)) {
		const item = listOf(listOf(fieldOf(listOf(run)[0], 'data', 'main'))[0])[0];
		if (fieldOf(item, 'json', 'event') !== 'Instance started') continue;
		const at = new Date(String(fieldOf(item, 'json', 'timestamp')));
		if (!Number.isNaN(at.getTime())) return at;
	}
	return undefined;
}
