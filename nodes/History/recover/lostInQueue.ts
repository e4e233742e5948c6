import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { WorkClaims } from '../../../lib/cluster/workClaims';
import { inLanes } from '../../../lib/flow/sequence';
import type { N8nApi } from '../../../lib/history/store/n8nApi';
import { findLostEvents, type LostEvent, type LostEvents } from '../../../lib/replay/lostEvents';
import { hasEnded, type ListedExecution } from '../../../lib/replay/passedElsewhere';
import { PublishedWorkflows } from '../../../lib/replay/publishedWorkflow';
import { underClaim } from '../../../lib/replay/recover';
import { workClaims } from '../../shared/cluster/n8nsRedis';
import { unseenItem, type Kept } from './outboxes';
import { runFromOutbox, type OutboxRun } from './runFromOutbox';

interface RecoverLostOptions {
	/** All that were listed. */
	readonly executions: readonly ListedExecution[];
	readonly concurrency: number;
	readonly signal: AbortSignal | undefined;
}

/**
 * Runs from the outboxes what was lost with a worker, once over all workers, takes out what has ended,
 * and says what is gone.
 *
 * @returns items of the report
 */
export async function recoverLost(
	context: IExecuteFunctions,
	api: N8nApi,
	kept: readonly Kept[],
	{ executions, concurrency, signal }: RecoverLostOptions,
): Promise<IDataObject[]> {
	const claims = workClaims('outbox');
	if (claims === undefined) return [];
	const items: IDataObject[] = [];
	const workflows = new PublishedWorkflows(api, { allowDraft: false, ...(signal && { signal }) });
	for (const { workflow, events, unseen } of kept) {
		const ofWorkflow = executions.filter(({ workflowId }) => workflowId === workflow.id);
		const found = await findLostEvents(api, workflow, events, {
			executions: ofWorkflow,
			saves: {
				success: workflow.saves.success ?? savesByDefault('SUCCESS'),
				error: workflow.saves.error ?? savesByDefault('ERROR'),
			},
			...(signal && { signal }),
		});
		await cleanUp(found);
		items.push(...found.passed.map(passedItem), ...found.unclear.map(unclearItem));
		const runs = await runAll(context, { claims, workflows, concurrency, signal }, found.lost);
		items.push(...runs, ...(await goneItems(claims, { workflow, events, unseen }, found.gone)));
		// A draft that never ran has accepted nothing.
		if (!workflow.isPublished && ofWorkflow.length === 0) continue;
		items.push(...unseen.map((one) => unseenItem(workflow, one)));
	}
	return items;
}

/** n8n's own setting, which workflows follow unless theirs say otherwise. */
function savesByDefault(what: 'SUCCESS' | 'ERROR'): boolean {
	return process.env[`EXECUTIONS_DATA_SAVE_ON_${what}`] !== 'none';
}

async function cleanUp({ over, passed }: LostEvents): Promise<void> {
	const ended = passed.filter(({ by }) => hasEnded(by));
	for (const { outbox, entry } of [...over, ...ended.map(({ kept }) => kept)]) {
		await outbox.remove([entry]);
	}
}

interface Running {
	readonly claims: WorkClaims;
	readonly workflows: PublishedWorkflows;
	readonly concurrency: number;
	readonly signal: AbortSignal | undefined;
}

async function runAll(
	context: IExecuteFunctions,
	{ claims, workflows, concurrency, signal }: Running,
	lost: readonly LostEvent[],
): Promise<IDataObject[]> {
	const tasks = lost.map((one) => ({
		lane: workName(one),
		run: async () => {
			const ran = await claimed(claims, one, async () => runFromOutbox(context, workflows, one));
			return ran === undefined ? undefined : { ...aboutLost(one), ...ran };
		},
	}));
	const mayStart = () => signal?.aborted !== true;
	const outcomes = await inLanes(tasks, { most: concurrency, mayStart });
	return outcomes.flatMap((outcome) => {
		if (outcome?.status === 'rejected') throw outcome.reason;
		return outcome?.value ?? [];
	});
}

/** Of each lost event there is one run, over all workers. */
async function claimed(
	claims: WorkClaims,
	lost: LostEvent,
	run: () => Promise<OutboxRun | undefined>,
): Promise<OutboxRun | undefined> {
	const taken = await claims.take(workName(lost));
	if (taken.state === 'done') {
		// Whoever ran it could not take it out any more.
		await lost.kept.outbox.remove([lost.kept.entry]);
		return undefined;
	}
	if (taken.state !== 'claimed') {
		return { outcome: 'skipped', message: 'Another execution is handling it.' };
	}
	return await underClaim(taken.claim, run);
}

/** An execution that was emptied is one event, and one event may have been emptied twice. */
function workName({ kept: { workflow, trigger, entry }, executionId }: LostEvent): string {
	return executionId === undefined
		? JSON.stringify([workflow.id, trigger.id, entry.member.toString('hex')])
		: emptiedName(workflow.id, executionId);
}

function emptiedName(workflowId: string, executionId: string): string {
	return JSON.stringify([workflowId, executionId]);
}

function aboutLost({ kept, executionId }: LostEvent): IDataObject {
	return {
		executionId: executionId ?? null,
		firstExecutionId: executionId ?? null,
		workflowId: kept.workflow.id,
		crashes: 1,
		from: 'outbox',
	};
}

function passedItem({ by, ...one }: LostEvents['passed'][number]): IDataObject {
	return {
		outcome: 'skipped',
		...aboutLost(one),
		passedExecutionId: by.executionId,
		message: `Execution ${by.executionId} already started with the same event (${by.status}).`,
	};
}

function unclearItem({ message, ...one }: LostEvents['unclear'][number]): IDataObject {
	return { outcome: 'unclear', ...aboutLost(one), message };
}

/** What another look has brought back is not gone. */
async function goneItems(
	claims: WorkClaims,
	{ workflow, unseen }: Kept,
	gone: readonly ListedExecution[],
): Promise<IDataObject[]> {
	const items: IDataObject[] = [];
	for (const { id, startedAt } of gone) {
		if ((await claims.peek(emptiedName(workflow.id, id))) !== undefined) continue;
		const about = { executionId: id, firstExecutionId: id, workflowId: workflow.id, crashes: 1 };
		if (startedAt === undefined) {
			// Where n8n could not queue it either, its sender got no receipt.
			const message = `No worker could start execution ${id}, n8n has overwritten its data, and it is not in the outbox that Recover read. If the sender got an error, it sends the event again. Otherwise, ask the sender, or run a catch-up workflow.`;
			items.push({ outcome: 'unclear', ...about, message });
			continue;
		}
		if (unseen.length > 0) {
			const message = `The worker that ran execution ${id} died, and n8n has overwritten its data. Its event may be in an outbox that Recover did not read: see the items with 'trigger'.`;
			items.push({ outcome: 'unclear', ...about, message });
			continue;
		}
		items.push({
			outcome: 'lost',
			...about,
			message: `The worker that ran execution ${id} died, n8n has overwritten its data, and it is not in the outbox in Redis, so the event can't be recovered from here. Ask its sender, or run a catch-up workflow.`,
		});
	}
	return items;
}
