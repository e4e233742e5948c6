import type { IExecuteFunctions, INodeExecutionData, IWorkflowBase } from 'n8n-workflow';
import type { PublishedWorkflow, WorkflowNode } from '../../../../lib/replay/publishedWorkflow';
import type { Ran } from '../../../../lib/replay/replayTarget';
import { replayedBy } from '../settings';

const LONGEST_WORDS = 1_000;

/**
 * Runs a workflow with one item, as an execution of that workflow (mode `integrated`).
 *
 * It is given to n8n as code, because n8n would start a workflow that is named by its id only at an
 * Execute Sub-workflow Trigger. n8n still checks that this workflow may call it and that it may use
 * its credentials.
 *
 * @param nodes in which a trigger takes the item, see `startFromTrigger`
 */
export async function runWorkflow(
	context: IExecuteFunctions,
	workflow: PublishedWorkflow,
	nodes: readonly WorkflowNode[],
	item: INodeExecutionData,
	onlyStart: boolean,
): Promise<Ran> {
	const info = { code: codeOf(workflow, nodes) };
	try {
		const result = await replayedBy(
			context.getWorkflow().id ?? '',
			async () =>
				await quiet(context).executeWorkflow(info, [item], undefined, {
					doNotWaitToFinish: onlyStart,
				}),
		);
		const replayExecutionId = result.executionId;
		if (onlyStart) return { outcome: 'started', replayExecutionId };
		const waits = result.waitTill !== undefined && result.waitTill !== null;
		return waits
			? { outcome: 'started', reason: 'waiting', replayExecutionId }
			: { outcome: 'replayed', replayExecutionId };
	} catch (error) {
		return failure(error);
	}
}

/**
 * n8n lets an execution wait whose sub-workflow waits. Here it would run the node a second time, and
 * nobody needs the items that the sub-workflow ends with.
 */
function quiet(context: IExecuteFunctions): IExecuteFunctions {
	return Object.create(context, {
		putExecutionToWait: { value: async () => undefined },
		setMetadata: { value: () => undefined },
	}) as IExecuteFunctions;
}

/** n8n changes what it is given: each run has a copy. Pinned data are for tests in the editor. */
function codeOf(workflow: PublishedWorkflow, nodes: readonly WorkflowNode[]): IWorkflowBase {
	const { id, name, versionId, connections, settings, staticData } = workflow;
	const code = structuredClone({ nodes, connections, settings, staticData });
	const now = new Date();
	const known = versionId === undefined ? {} : { versionId };
	return {
		id,
		name,
		active: true,
		isArchived: false,
		createdAt: now,
		updatedAt: now,
		activeVersionId: versionId ?? null,
		...known,
		...code,
	} as unknown as IWorkflowBase;
}

/** n8n's refusal to let a workflow be called by this one (`SubworkflowPolicyDenialError`). */
const NOT_CALLABLE = /cannot be called by this workflow/;

function failure(error: unknown): Ran {
	const { message, description, executionId } = wordsOf(error);
	const words =
		description === '' || description === message ? message : `${message}. ${description}`;
	const told = { outcome: 'failed' as const, error: words.slice(0, LONGEST_WORDS) };
	if (NOT_CALLABLE.test(message)) return { ...told, reason: 'not_callable' };
	return executionId === ''
		? { ...told, reason: 'not_started' }
		: { ...told, reason: 'execution_failed', replayExecutionId: executionId };
}

function wordsOf(error: unknown) {
	const fields: Record<string, unknown> =
		typeof error === 'object' && error !== null ? { ...error } : {};
	const text = (value: unknown) => (typeof value === 'string' ? value : '');
	const message = error instanceof Error ? error.message : String(error);
	return {
		message:
			message === '' ? 'The execution ended without a result, as if it was stopped' : message,
		description: text(fields.description),
		executionId: text(fields.executionId),
	};
}
