import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IWorkflowBase,
} from 'n8n-workflow';
import { fieldOf, listOf } from '../../../../lib/event/json';
import type { ReadOptions } from '../../../../lib/history/filters';
import { fetchExecution } from '../../../../lib/history/readExecution';
import type { N8nApi } from '../../../../lib/history/store/n8nApi';
import type { StoredEvent } from '../../../../lib/history/storedEvent';
import { readEarlierReplays } from '../../../../lib/replay/earlierReplays';
import {
	findOriginalTrigger,
	findTargetTrigger,
	mayCall,
	isNode,
	type PublishedWorkflow,
	type WorkflowNode,
	PublishedWorkflows,
	startFromTrigger,
} from '../../../../lib/replay/publishedWorkflow';
import type { ReplayMemory } from '../../../../lib/replay/replayMemory';
import {
	eventKey,
	replayedItem,
	isRefusal,
	type Refusal,
	type Ran,
	type ReplayTarget,
	type ReplayWay,
} from '../../../../lib/replay/replayTarget';
import { whyNotFiles, withFiles } from '../inputEvents';
import { isReplayedBy, type ReplaySettings, replayedBy } from '../settings';

/** A workflow that is ready to take events. */
interface Start {
	readonly workflow: PublishedWorkflow;
	readonly nodes: readonly WorkflowNode[];
}

/** Where it is remembered what was replayed before. */
export interface EarlierIn {
	readonly memory: ReplayMemory;
	keyOf(workflowId: string): string;
}

/** The workflow that received an event, or one that was chosen, as it is published today. */
export class WorkflowTarget implements ReplayTarget {
	private readonly workflows: PublishedWorkflows;

	/** Of each reading of a workflow, by the name of the event's trigger. */
	private readonly starts = new WeakMap<PublishedWorkflow, Map<string, Start | Refusal>>();

	/** Workflows that n8n did not let this one call. */
	private readonly closed = new Map<string, Refusal>();

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly api: N8nApi,
		private readonly settings: ReplaySettings,
		private readonly reading: Pick<ReadOptions, 'signal' | 'upSince'>,
		private readonly earlier: EarlierIn,
	) {
		const { signal } = reading;
		this.workflows = new PublishedWorkflows(api, { allowDraft: settings.allowDraft, signal });
	}

	async wayOf(stored: StoredEvent): Promise<ReplayWay | Refusal> {
		const { target, workflowId: chosen } = this.settings;
		const id = target === 'otherWorkflow' ? chosen : stored.workflowId;
		const refusal = this.whyNot(id) ?? this.closed.get(id);
		if (refusal !== undefined) return refusal;
		const start = await this.startOf(id, stored);
		if (isRefusal(start)) return start;
		const lost = await whyNotFiles(this.context, stored);
		if (lost !== undefined) return lost;
		return {
			targetKey: `workflow:${id}`,
			workflowId: id,
			workflowName: start.workflow.name,
			earlier: async (since) => {
				const { memory, keyOf } = this.earlier;
				return await readEarlierReplays(this.api, id, since, this.reading, memory, keyOf(id));
			},
			run: async () => await this.run(start, stored),
		};
	}

	private whyNot(id: string): Refusal | undefined {
		if (id === this.context.getWorkflow().id) {
			return {
				refused: 'own_workflow',
				message:
					"This is the workflow that replays: it would start itself. Choose the target 'This Workflow', which puts out the events as items.",
			};
		}
		if (!isReplayedBy(id)) return undefined;
		return {
			refused: 'loop',
			message:
				'This execution is a replay that the workflow started: replaying that workflow here would never end.',
		};
	}

	private async startOf(id: string, stored: StoredEvent): Promise<Start | Refusal> {
		const workflow = await this.workflows.get(id);
		if (isRefusal(workflow)) return workflow;
		const denied = mayCall(workflow, this.context.getWorkflow().id ?? '');
		if (denied !== undefined) return denied;
		const starts = this.starts.get(workflow) ?? new Map<string, Start | Refusal>();
		this.starts.set(workflow, starts);
		const known = starts.get(stored.triggerName);
		if (known !== undefined) return known;
		const trigger = await this.triggerOf(workflow, stored);
		const start = isRefusal(trigger)
			? trigger
			: { workflow, nodes: startFromTrigger(workflow.nodes, trigger) };
		starts.set(stored.triggerName, start);
		return start;
	}

	private async triggerOf(workflow: PublishedWorkflow, stored: StoredEvent) {
		const { target, trigger } = this.settings;
		if (target === 'otherWorkflow') {
			return findTargetTrigger(workflow, trigger, stored.triggerName);
		}
		return await findOriginalTrigger(workflow, stored.triggerName, async () => {
			const found = await fetchExecution(this.api, stored.executionId, this.reading);
			const nodes = 'reason' in found ? [] : listOf(fieldOf(found.json, 'workflowData', 'nodes'));
			return nodes.filter(isNode).find(({ name }) => name === stored.triggerName);
		});
	}

	private async run({ workflow, nodes }: Start, stored: StoredEvent) {
		const { context, settings } = this;
		const fresh = await this.workflows.forRun(workflow.id);
		const staticData = isRefusal(fresh) ? workflow.staticData : fresh.staticData;
		const startedAt = Date.now();
		const ran = await runWorkflow(
			context,
			{ ...workflow, ...(staticData === undefined ? {} : { staticData }) },
			nodes,
			{ json: replayedItem(stored, new Date()) as IDataObject, ...withFiles(stored) },
			settings.onlyStart,
		);
		this.remember(workflow.id, stored, ran, startedAt);
		if (ran.reason === 'not_callable') {
			this.closed.set(workflow.id, { refused: 'not_callable', message: ran.error ?? '' });
		}
		return ran;
	}

	/** What this process itself has replayed need not be read. */
	private remember(workflowId: string, { event }: StoredEvent, ran: Ran, startedAt: number): void {
		const id = Number(ran.replayExecutionId);
		if (!Number.isSafeInteger(id)) return;
		const { memory, keyOf } = this.earlier;
		const hasSucceeded = ran.outcome === 'replayed';
		memory.note(keyOf(workflowId), id, { keys: [eventKey(event)], startedAt, hasSucceeded });
	}
}

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
async function runWorkflow(
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
			message === '' ? 'The execution ended without a word, as one does that is stopped' : message,
		description: text(fields.description),
		executionId: text(fields.executionId),
	};
}
