import type { WorkflowNode } from './publishedWorkflow';
import type { Refusal } from './replayResult';

/** Type of the trigger with which a workflow takes items from another one. */
export const SUB_WORKFLOW_TRIGGER = 'n8n-nodes-base.executeWorkflowTrigger';

/** Triggers of n8n whose names do not say so. */
const OTHER_TRIGGERS: ReadonlySet<string> = new Set(
	['webhook', 'cron', 'interval', 'start', 'emailReadImap'].map((name) => `n8n-nodes-base.${name}`),
);

/** Whether a node of this type starts workflows; by n8n's rules such types end in `Trigger`. */
export function isTrigger({ type }: Pick<WorkflowNode, 'type'>): boolean {
	return /trigger$/i.test(type) || OTHER_TRIGGERS.has(type);
}

/** The workflow in which a trigger is looked for. */
interface Place {
	readonly name: string;
	readonly nodes: readonly WorkflowNode[];
}

/**
 * The trigger of a workflow as it is now that brought in an event once.
 *
 * A renamed trigger is the one with the same id; one that was replaced by a new node has the same
 * webhook id (n8n's copies keep it) or is the only one of its type.
 *
 * @param name its name then
 * @param then what it was then, asked for where there is no trigger of that name
 */
export async function findOriginalTrigger(
	workflow: Place,
	name: string,
	then: () => Promise<WorkflowNode | undefined>,
): Promise<WorkflowNode | Refusal> {
	const triggers = workflow.nodes.filter(isTrigger);
	const named = triggers.find((node) => node.name === name);
	if (named !== undefined) return named;
	const original = await then();
	if (original !== undefined) {
		const { id, type, webhookId } = original;
		const same =
			triggers.find((node) => node.id === id) ??
			triggers.find((node) => node.webhookId === webhookId && typeof webhookId === 'string') ??
			only(triggers.filter((node) => node.type === type));
		if (same !== undefined) return same;
	}
	return {
		refused: 'trigger_missing',
		message: `The workflow '${workflow.name}' no longer has the trigger '${name}' that brought in the event. Add a trigger of that name and publish it, or choose the target 'Another Workflow', where the trigger can be named.`,
	};
}

/**
 * The trigger with which another workflow takes replayed events.
 *
 * @param chosen the name that the user gave; empty: its Execute Sub-workflow Trigger, else one named
 * or made like the event's own trigger, else the only one
 * @param name the event's own trigger
 */
export function findTargetTrigger(
	workflow: Place,
	chosen: string,
	name: string,
): WorkflowNode | Refusal {
	const triggers = workflow.nodes.filter(isTrigger);
	const names = triggers.map((node) => `'${node.name}'`).join(', ');
	if (chosen !== '') {
		return (
			triggers.find((node) => node.name === chosen) ?? {
				refused: 'trigger_missing',
				message: `The workflow '${workflow.name}' has no trigger '${chosen}'. Write one of these into 'Trigger': ${names || 'it has none'}.`,
			}
		);
	}
	const enabled = triggers.filter((node) => node.disabled !== true);
	const found =
		enabled.find((node) => node.type === SUB_WORKFLOW_TRIGGER) ??
		enabled.find((node) => node.name === name) ??
		only(enabled);
	if (found !== undefined) return found;
	return enabled.length === 0
		? {
				refused: 'trigger_missing',
				message: `The workflow '${workflow.name}' has no trigger. Add an 'Execute Sub-workflow Trigger' and publish it.`,
			}
		: {
				refused: 'trigger_ambiguous',
				message: `The workflow '${workflow.name}' has several triggers. Name one in the option 'Trigger': ${names}.`,
			};
}

function only<T>(list: readonly T[]): T | undefined {
	return list.length === 1 ? list[0] : undefined;
}
