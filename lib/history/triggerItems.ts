import { fieldOf, isObject, listOf, textOf, type JsonObject } from '../event/json';

/** What an execution started with. */
export interface TriggerItems {
	readonly nodeName: string;
	/** Type of the node, undefined where n8n does not tell. */
	readonly nodeType?: string;
	/**
	 * Items as n8n stores them: `{json, …}`. Undefined where it started with something that was not
	 * stored, or cannot be read.
	 */
	readonly items?: readonly JsonObject[];
}

/**
 * Finds the items with which an execution started, in the format of n8n 2.41's public API.
 *
 * They are the first run of the node that started it. Where that never ran to its end (the process
 * died, or the node itself failed), they are still on the stack of nodes to run. After a crash n8n
 * makes up a run of each node that it had logged, whose only item is
 * `{isArtificialRecoveredEventItem: true}`: then the stack has the real ones
 * (https://github.com/n8n-io/n8n, packages/cli/src/executions/execution-recovery.service.ts).
 *
 * @param data field `data` of an execution
 * @param workflow its field `workflowData`
 * @returns undefined where there is nothing that it started with
 */
export function triggerItems(data: unknown, workflow: unknown): TriggerItems | undefined {
	const stack = listOf(fieldOf(data, 'executionData', 'nodeExecutionStack'));
	const runs = fieldOf(data, 'resultData', 'runData');
	const triggerName = fieldOf(data, 'executionData', 'runtimeData', 'triggerNode', 'name');
	const nodeName = startNode(runs, textOf(triggerName), stack) ?? textOf(triggerName);
	if (nodeName === undefined) return undefined;
	const entry = stack.find((one) => fieldOf(one, 'node', 'name') === nodeName);
	const node = listOf(fieldOf(workflow, 'nodes')).find((one) => fieldOf(one, 'name') === nodeName);
	const nodeType = textOf(fieldOf(node, 'type'));
	const run = firstRun(runs, nodeName);
	const ran = itemsOf(fieldOf(run, 'data', 'main'));
	const items = ran === undefined || isMadeUp(ran) ? itemsOf(fieldOf(entry, 'data', 'main')) : ran;
	// A trigger that failed by itself, such as one that lost its connection, took nothing in.
	if (items === undefined && isObject(fieldOf(run, 'error'))) return undefined;
	return { nodeName, nodeType, ...(items === undefined ? {} : { items }) };
}

/** A sub-workflow carries the name of its caller's trigger: what ran first has no source. */
function startNode(
	runs: unknown,
	triggerName: string | undefined,
	stack: readonly unknown[],
): string | undefined {
	const isStart = (name: string) =>
		listOf(fieldOf(firstRun(runs, name), 'source')).every((source) => !isObject(source));
	const ran = isObject(runs) ? Object.keys(runs) : [];
	const started = (name: string) =>
		ran.includes(name) || stack.some((entry) => fieldOf(entry, 'node', 'name') === name);
	if (triggerName !== undefined && started(triggerName)) return triggerName;
	return ran.find(isStart) ?? textOf(fieldOf(stack[0], 'node', 'name'));
}

function firstRun(runs: unknown, nodeName: string): unknown {
	return listOf(fieldOf(runs, nodeName))[0];
}

/** @returns items of all outputs, undefined where there are no outputs, or none of the items is one */
function itemsOf(outputs: unknown): readonly JsonObject[] | undefined {
	if (!Array.isArray(outputs)) return undefined;
	const entries = outputs.flatMap((items) => listOf(items));
	const items = entries.filter(isObject).filter(({ json }) => isObject(json));
	return items.length === 0 && entries.length > 0 ? undefined : items;
}

function isMadeUp(items: readonly JsonObject[]): boolean {
	return items.some(({ json }) => fieldOf(json, 'isArtificialRecoveredEventItem') === true);
}
