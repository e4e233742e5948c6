import { fieldOf, listOf, textOf } from '../event/json';
import { N8nApiError, type N8nApi } from '../history/store/n8nApi';
import { withScope, listWorkflows } from '../history/store/executions';
import type { WorkClaim, WorkClaims } from '../cluster/workClaims';
import { keepNewest } from '../flow/keepNewest';
import { inLanes } from '../flow/sequence';
import { inWords } from '../net/failure';
import { hasEnded, type Interrupted, type Passed, type RememberedPassed } from './passedElsewhere';

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
	/** How that one ended, as n8n says. */
	readonly status?: string;
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
	/** By `firstId`: how often its event has crashed, where that is known. */
	readonly crashes: ReadonlyMap<string, number>;
	/** Is told what has ended: where n8n keeps no executions that ended well, nothing else shows it. */
	readonly remembered: Pick<RememberedPassed, 'note'>;
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
	{ mostCrashes, passed, listedAt, claims, remembered, signal, ...options }: RetryOptions,
): Promise<Recovered> {
	const { firstId, execution } = interrupted;
	const crashes = Math.max(interrupted.crashes, options.crashes.get(firstId) ?? 0);
	const other = passed.get(firstId);
	if (other !== undefined) return { interrupted, ...passedAlready(other) };
	if (crashes >= mostCrashes) {
		const message = `It crashed ${crashes} times. Look at execution ${execution.id} before you retry it in n8n.`;
		return { interrupted, outcome: 'gaveUp', message };
	}
	if (underWay.has(firstId) || (doneAt.get(firstId) ?? -1) > listedAt) {
		return { interrupted, outcome: 'skipped', message: 'Another execution is handling it.' };
	}
	underWay.add(firstId);
	try {
		const retry = async () => await retryNow(api, execution.id, signal);
		const outcome = await (claims === undefined ? retry() : claimed(claims, execution.id, retry));
		const { retryExecutionId: executionId, status } = outcome;
		const isOver = status === 'success' || status === 'error' || status === 'canceled';
		if (executionId !== undefined && isOver) remembered.note(firstId, { executionId, status });
		return { interrupted, ...outcome };
	} finally {
		underWay.delete(firstId);
		keepNewest(doneAt, firstId, performance.now(), MOST_DONE);
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
		return { outcome: 'skipped', message: 'Another execution is handling it, or has handled it.' };
	}
	return await underClaim(taken.claim, retry);
}

/** Runs what was claimed. Where it was not run, or nobody knows, the next may try. */
export async function underClaim<
	T extends Pick<Outcome, 'outcome' | 'retryExecutionId'> | undefined,
>(claim: Pick<WorkClaim, 'done' | 'release'>, run: () => Promise<T>): Promise<T> {
	let ran: T | undefined;
	try {
		ran = await run();
		return ran;
	} finally {
		const wasRun = ran !== undefined && ran.outcome !== 'refused';
		await (wasRun ? claim.done(ran?.retryExecutionId) : claim.release());
	}
}

function passedAlready(passed: Passed): Outcome {
	const { executionId, status, isCaller } = passed;
	const message = isCaller
		? `Execution ${executionId} called it, was interrupted too, and calls it again when it is rerun.`
		: status === 'crashed'
			? `Execution ${executionId} crashed with the same event and takes precedence.`
			: `Execution ${executionId} already started with the same event (${status}).${hasEnded(passed) ? '' : ' Run Recover again when it has ended.'}`;
	return { outcome: 'skipped', passedExecutionId: executionId, message };
}

/** n8n answers with the execution when it has ended, or has begun to wait. */
function outcomeOf(answer: unknown): Outcome {
	const { id, status } = (answer ?? {}) as { id?: unknown; status?: unknown };
	const retried = {
		...(id === undefined ? {} : { retryExecutionId: String(id) }),
		...(typeof status === 'string' ? { status } : {}),
	};
	if (status === 'success') return { outcome: 'recovered', ...retried };
	if (status === 'running' || status === 'waiting' || status === 'new') {
		return { outcome: 'started', ...retried };
	}
	const message = `It ran again and ended as '${String(status)}'. Open the execution in n8n to see why.`;
	return { outcome: 'failed', ...retried, message };
}

function withoutAnswer(error: unknown): Outcome {
	if (!(error instanceof N8nApiError) || error.status === 401 || error.status === 403) throw error;
	// n8n answers only when the execution has ended, and goes on where nobody waits for the answer.
	if (error.mayHaveArrived) return { outcome: 'started' };
	return { outcome: 'refused', message: inWords(error) };
}

/** A workflow with nodes of a package, as far as Recover needs it. */
export interface PackageWorkflow {
	readonly id: string;
	readonly name: string;
	/** Whether n8n keeps executions that ended well, or that failed; undefined: as n8n's own setting says. */
	readonly saves: { readonly success: boolean | undefined; readonly error: boolean | undefined };
	readonly isPublished: boolean;
	/** Its triggers of the package: each has an outbox of its own. */
	readonly triggers: readonly PackageTrigger[];
}

/** A trigger as it is published, or else saved. */
export interface PackageTrigger {
	readonly id: string;
	readonly name: string;
	/** What n8n says of its parameters and of the credentials that it has selected. */
	readonly parameters: unknown;
	readonly credentials: unknown;
}

/**
 * The workflows that hold a node of a package, as far as the key may see them. Not those that recover and
 * have no trigger of the package: a run that crashed would do what this one does, and retry others like it.
 *
 * @param packageName what the types of its nodes start with
 * @param recoveringType type of the node that recovers
 */
export async function packageWorkflows(
	api: N8nApi,
	packageName: string,
	recoveringType: string,
	signal?: AbortSignal,
): Promise<PackageWorkflow[]> {
	const found: PackageWorkflow[] = [];
	for await (const workflow of listWorkflows(api, signal)) {
		const id = textOf(fieldOf(workflow, 'id'));
		const nodes = [
			...listOf(fieldOf(workflow, 'nodes')),
			...listOf(fieldOf(workflow, 'activeVersion', 'nodes')),
		].filter((node) => textOf(fieldOf(node, 'type'))?.startsWith(`${packageName}.`));
		if (nodes.length === 0 || id === undefined) continue;
		const triggers = new Map<string, PackageTrigger>();
		for (const node of nodes) {
			const nodeId = textOf(fieldOf(node, 'id'));
			if (nodeId === undefined || !/trigger$/i.test(String(fieldOf(node, 'type')))) continue;
			triggers.set(nodeId, {
				id: nodeId,
				name: textOf(fieldOf(node, 'name')) ?? nodeId,
				parameters: fieldOf(node, 'parameters'),
				credentials: fieldOf(node, 'credentials'),
			});
		}
		const isRecovering = nodes.some(
			(node) =>
				textOf(fieldOf(node, 'type')) === recoveringType &&
				textOf(fieldOf(node, 'parameters', 'operation')) === 'recover',
		);
		if (isRecovering && triggers.size === 0) continue;
		const saves = (field: string) => {
			const value = fieldOf(workflow, 'settings', field);
			return value === 'all' || value === 'none' ? value === 'all' : undefined;
		};
		found.push({
			id,
			name: textOf(fieldOf(workflow, 'name')) ?? id,
			saves: {
				success: saves('saveDataSuccessExecution'),
				error: saves('saveDataErrorExecution'),
			},
			isPublished: fieldOf(workflow, 'active') === true,
			triggers: [...triggers.values()],
		});
	}
	return found;
}
