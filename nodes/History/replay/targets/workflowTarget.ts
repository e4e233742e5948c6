import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
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
import { isReplayedBy, type ReplaySettings } from '../settings';
import { runWorkflow } from './runWorkflow';

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
					"This is the workflow that replays: it would start itself. Choose the target 'This Workflow', which outputs the events as items.",
			};
		}
		if (!isReplayedBy(id)) return undefined;
		return {
			refused: 'loop',
			message:
				'This execution is itself a replay that the workflow started, so replaying that workflow here would never end.',
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
