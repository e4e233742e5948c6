import { isTrigger, SUB_WORKFLOW_TRIGGER } from './findTrigger';
import type { WorkflowNode } from './publishedWorkflow';

/** Fails in a workflow that no webhook started, and would answer a request of the caller's. */
const ANSWERS_WEBHOOK = 'n8n-nodes-base.respondToWebhook';

/**
 * The nodes of a workflow, changed so that n8n starts it at one of its triggers with items that are
 * handed over: the trigger becomes an Execute Sub-workflow Trigger of the same name, so that
 * `$('Name')` and the connections stay right. It comes first, because n8n takes the first one
 * (`findSubworkflowStart` in packages/cli/src/utils.ts of https://github.com/n8n-io/n8n), and all
 * other triggers are disabled. So are nodes that answer a webhook: nobody waits for the answer, and
 * what is disabled passes its items on.
 */
export function startFromTrigger(
	nodes: readonly WorkflowNode[],
	trigger: WorkflowNode,
): WorkflowNode[] {
	const others = nodes
		.filter((node) => node !== trigger)
		.map((node) =>
			isTrigger(node) || node.type === ANSWERS_WEBHOOK ? { ...node, disabled: true } : node,
		);
	return [takingItems(trigger), ...others];
}

function takingItems(trigger: WorkflowNode): WorkflowNode {
	if (trigger.type === SUB_WORKFLOW_TRIGGER) return { ...trigger, disabled: false };
	const { id, name, position } = trigger;
	return {
		id,
		name,
		position,
		type: SUB_WORKFLOW_TRIGGER,
		typeVersion: 1.1,
		parameters: { inputSource: 'passthrough' },
	};
}
