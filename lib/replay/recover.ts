import { fieldOf, listOf, textOf } from '../event/json';
import { readTime } from '../event/time';
import { N8nApiError, type N8nApi } from '../history/store/n8nApi';
import {
	withScope,
	listWorkflows,
	everyExecution,
	type ExecutionQuery,
	readHead,
	type ExecutionHead,
	unlessInterrupted,
} from '../history/store/executions';
import { ifUnreadable } from '../history/store/pages';
import type { WorkClaims } from '../cluster/workClaims';
import { inLanes } from '../flow/sequence';
import { inWords } from '../net/failure';
import type { Interrupted, Passed, ListedExecution } from './passedElsewhere';

/** What became of an execution that a crash had interrupted. */
export interface Recovered {
	readonly interrupted: Interrupted;
	/**
	 * `recovered`: it ran to its end. `started`: it runs, or waits. `failed`: it ran and failed, which
	 * n8n's error workflow tells. `gaveUp`: it crashed too often. `skipped`: another execution has passed
	 * with the same event, or another run of this node is at it. `refused`: n8n did not run it.
	 */
	readonly outcome: 'recovered' | 'started' | 'failed' | 'gaveUp' | 'skipped' | 'refused';
	/** Id of the execution that ran it again. */
	readonly retryExecutionId?: string;
	/** Id of another execution with the same event, which makes this one superfluous. */
	readonly passedExecutionId?: string;
	/** Where it did not run to its end: what happened and what to do. */
	readonly message?: string;
}

interface RetryOptions {
	/** An execution that crashed so often is not run again: it may be what crashes n8n. */
	readonly mostCrashes: number;
	readonly concurrency: number;
	/** By `firstId`: other executions that have passed with the same event. */
	readonly passed: ReadonlyMap<string, Passed>;
	/** When it was asked what is interrupted, by `performance.now()`. */
	readonly listedAt: number;
	/** Where several workers may run this at the same time. */
	readonly claims?: Pick<WorkClaims, 'take'> | undefined;
	readonly signal?: AbortSignal;
}

/** First attempts that a run of this process is at: a schedule may overlap itself. */
const underWay = new Set<string>();

/** When runs of this process were done with a first attempt, by `performance.now()`. */
const doneAt = new Map<string, number>();

/** More than a run is at while another one begins and ends. */
const MOST_DONE = 10_000;

/**
 * Lets n8n run interrupted executions again, each from where its data are known, in order.
 *
 * @throws {N8nApiError} where the key may not retry, after which none of them could be
 */
export async function retryInterrupted(
	api: N8nApi,
	interrupted: readonly Interrupted[],
	options: RetryOptions,
): Promise<Recovered[]> {
	const { concurrency, signal } = options;
	let isForbidden = false;
	const tasks = interrupted.map((one) => ({
		lane: one.firstId,
		run: async () => {
			const retried = retryOnce(api, one, options);
			retried.catch(() => void (isForbidden = true));
			return await retried;
		},
	}));
	const mayStart = () => !isForbidden && signal?.aborted !== true;
	const outcomes = await inLanes(tasks, { most: concurrency, mayStart });
	return outcomes.flatMap((outcome) => {
		if (outcome?.status === 'rejected') throw outcome.reason;
		return outcome === undefined ? [] : [outcome.value];
	});
}

async function retryOnce(
	api: N8nApi,
	interrupted: Interrupted,
	{ mostCrashes, passed, listedAt, claims, signal }: RetryOptions,
): Promise<Recovered> {
	const { firstId, crashes, execution } = interrupted;
	const other = passed.get(firstId);
	if (other !== undefined) return { interrupted, ...passedAlready(other) };
	if (crashes >= mostCrashes) {
		const message = `It crashed ${crashes} times. Look at execution ${execution.id} before you retry it in n8n.`;
		return { interrupted, outcome: 'gaveUp', message };
	}
	if (underWay.has(firstId) || (doneAt.get(firstId) ?? -1) > listedAt) {
		return { interrupted, outcome: 'skipped', message: 'Another execution is at it.' };
	}
	underWay.add(firstId);
	try {
		const retry = async () => await retryNow(api, execution.id, signal);
		const outcome = await (claims === undefined ? retry() : claimed(claims, execution.id, retry));
		return { interrupted, ...outcome };
	} finally {
		underWay.delete(firstId);
		noteDone(firstId);
	}
}

type Outcome = Omit<Recovered, 'interrupted'>;

async function retryNow(api: N8nApi, executionId: string, signal?: AbortSignal): Promise<Outcome> {
	try {
		const answer = await api
			.call({
				method: 'POST',
				path: `/executions/${encodeURIComponent(executionId)}/retry`,
				body: {},
				what: `retry the execution ${executionId}`,
				signal,
			})
			.catch(withScope('execution:retry'));
		return outcomeOf(answer);
	} catch (error) {
		return withoutAnswer(error);
	}
}

/** Of each crashed attempt there is one retry, over all workers: where that crashes, it is the next. */
async function claimed(
	claims: Pick<WorkClaims, 'take'>,
	executionId: string,
	retry: () => Promise<Outcome>,
): Promise<Outcome> {
	const taken = await claims.take(executionId);
	if (taken.state !== 'claimed') {
		return { outcome: 'skipped', message: 'Another execution is at it, or was.' };
	}
	let outcome: Outcome | undefined;
	try {
		outcome = await retry();
		return outcome;
	} finally {
		const wasRun = outcome !== undefined && outcome.outcome !== 'refused';
		await (wasRun ? taken.claim.done(outcome?.retryExecutionId) : taken.claim.release());
	}
}

function noteDone(firstId: string): void {
	doneAt.delete(firstId);
	doneAt.set(firstId, performance.now());
	for (const oldest of doneAt.keys()) {
		if (doneAt.size <= MOST_DONE) return;
		doneAt.delete(oldest);
	}
}

function passedAlready({ executionId, status }: Passed): Outcome {
	const hasEnded = status !== 'running' && status !== 'new' && status !== 'waiting';
	const message =
		status === 'crashed'
			? `Execution ${executionId} crashed with the same event and comes first.`
			: `Execution ${executionId} has passed with the same event (${status}).${hasEnded ? '' : ' Run Recover again when it has ended.'}`;
	return { outcome: 'skipped', passedExecutionId: executionId, message };
}

/** n8n answers with the execution when it has ended, or has begun to wait. */
function outcomeOf(answer: unknown): Outcome {
	const { id, status } = (answer ?? {}) as { id?: unknown; status?: unknown };
	const retryExecutionId = id === undefined ? {} : { retryExecutionId: String(id) };
	if (status === 'success') return { outcome: 'recovered', ...retryExecutionId };
	if (status === 'running' || status === 'waiting' || status === 'new') {
		return { outcome: 'started', ...retryExecutionId };
	}
	const message = `It ran again and ended as '${String(status)}'. Open the execution in n8n to see why.`;
	return { outcome: 'failed', ...retryExecutionId, message };
}

function withoutAnswer(error: unknown): Outcome {
	if (!(error instanceof N8nApiError) || error.status === 401 || error.status === 403) throw error;
	// n8n answers only when the execution has ended, and goes on where nobody waits for the answer.
	if (error.mayHaveArrived) return { outcome: 'started' };
	return { outcome: 'refused', message: inWords(error) };
}

/**
 * Ids of the workflows that hold a node of a package, as far as the key may see them.
 *
 * @param packageName what the types of its nodes start with
 */
export async function packageWorkflows(
	api: N8nApi,
	packageName: string,
	signal?: AbortSignal,
): Promise<string[]> {
	const ids: string[] = [];
	for await (const workflow of listWorkflows(api, signal)) {
		const holds = listOf(fieldOf(workflow, 'nodes')).some((node) =>
			textOf(fieldOf(node, 'type'))?.startsWith(`${packageName}.`),
		);
		const id = textOf(fieldOf(workflow, 'id'));
		if (holds && id !== undefined) ids.push(id);
	}
	return ids;
}

/** n8n keeps 10,000 executions unless told otherwise; a list without an end would be a fault. */
const MOST_EXECUTIONS = 1_000_000;

interface ListOptions {
	/** Start of the process that runs all executions; undefined: there are several. */
	readonly upSince: Date | undefined;
	readonly signal?: AbortSignal;
}

/**
 * The executions that started at or after a time, without their data, those under way included.
 *
 * After a crash n8n calls `crashed` what its event log names; the last ones before it are often not in
 * there, and stay `running` for ever. They come out as `crashed`, too.
 *
 * @throws {N8nApiError} where the key may not list executions, or n8n does not answer
 */
export async function listExecutionsSince(
	api: N8nApi,
	since: Date,
	{ upSince, signal }: ListOptions,
): Promise<ListedExecution[]> {
	// What runs is left out of other lists, and has to be asked for first: it may end meanwhile.
	const running = await listAll(api, { status: 'running' }, signal);
	const others = await listAll(api, { startedAfter: since }, signal);
	const listed = new Map([...running, ...others].map((one) => [one.id, one]));
	for (const one of running) {
		const { id, startedAt } = one;
		if (upSince === undefined || startedAt === undefined || startedAt >= upSince) continue;
		if (startedAt < since || listed.get(id)?.status !== 'running') continue;
		const head = await readAgain(api, id, signal);
		const status = head === undefined ? one.status : unlessInterrupted(head, upSince).status;
		listed.set(id, { ...one, status });
	}
	return [...listed.values()];
}

/** An execution as it is, with what its data tell of it; undefined where nobody can read it. */
async function readAgain(
	api: N8nApi,
	id: string,
	signal?: AbortSignal,
): Promise<ExecutionHead | undefined> {
	const execution = await api
		.call({
			method: 'GET',
			path: `/executions/${encodeURIComponent(id)}`,
			query: { includeData: true },
			what: `read the execution ${id}`,
			on500: 'once',
			signal,
		})
		.catch(ifUnreadable(undefined))
		.catch(withScope('execution:read'));
	return readHead(execution);
}

async function listAll(
	api: N8nApi,
	query: ExecutionQuery,
	signal?: AbortSignal,
): Promise<ListedExecution[]> {
	const all: ListedExecution[] = [];
	for await (const { id, json } of everyExecution(api, query, { signal })) {
		all.push(listedExecution(id, json));
		if (all.length >= MOST_EXECUTIONS) break;
	}
	return all;
}

function listedExecution(id: number, json: unknown): ListedExecution {
	const startedAt = readTime(fieldOf(json, 'startedAt'));
	return {
		id: String(id),
		workflowId: idOf(json, 'workflowId') ?? '',
		status: idOf(json, 'status') ?? 'unknown',
		...(startedAt === undefined ? {} : { startedAt }),
		retryOf: idOf(json, 'retryOf') ?? null,
		retrySuccessId: idOf(json, 'retrySuccessId') ?? null,
	};
}

function idOf(json: unknown, field: string): string | undefined {
	const value = fieldOf(json, field);
	return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
