import { readFlatted } from './flatted.mts';
import type { RawExecution } from './store.mts';

/** What an execution started with, and how it failed: read from the database without n8n. */
export interface StoredItems {
	readonly triggerName: string;
	readonly triggerType: string;
	/** JSON of the trigger's items. */
	readonly items: ReadonlyArray<Record<string, unknown>>;
	readonly failedNode: string | null;
	readonly error: string | null;
}

/** The parts of n8n's data of an execution that matter here. */
interface RunData {
	readonly resultData: {
		readonly runData: Readonly<Record<string, readonly Run[]>>;
		readonly lastNodeExecuted?: string;
		readonly error?: { readonly message?: string; readonly node?: { readonly name?: string } };
	};
	readonly executionData?: {
		readonly nodeExecutionStack: ReadonlyArray<{
			readonly node: { readonly name: string };
			readonly data: Outputs;
		}>;
		readonly runtimeData?: { readonly triggerNode?: { readonly name?: string } };
	};
}

interface Outputs {
	readonly main: ReadonlyArray<ReadonlyArray<{ readonly json: Record<string, unknown> }> | null>;
}

interface Run {
	readonly data?: Outputs;
	readonly source?: ReadonlyArray<unknown>;
}

/** @returns undefined where the data are not there */
export function storedItems({ data, workflowData, mode }: RawExecution): StoredItems | undefined {
	if (data === null || workflowData === null) return undefined;
	const { resultData, executionData } = readFlatted(data) as RunData;
	const { nodes } = JSON.parse(workflowData) as {
		nodes: ReadonlyArray<{ name: string; type: string }>;
	};
	const ran = Object.keys(resultData.runData);
	const stack = executionData?.nodeExecutionStack ?? [];
	const named = executionData?.runtimeData?.triggerNode?.name;
	// A sub-workflow is told the name of its caller's trigger.
	const first = mode === 'integrated' ? undefined : named;
	const triggerName = first ?? ran[0] ?? stack[0]?.node.name ?? '';
	const runItems = jsonOf(resultData.runData[triggerName]?.[0]?.data);
	// After a crash n8n makes up the runs of the nodes.
	const isReal = runItems.some((item) => item.isArtificialRecoveredEventItem !== true);
	const onStack = stack.find(({ node }) => node.name === triggerName);
	const failure = resultData.error;
	return {
		triggerName,
		triggerType: nodes.find(({ name }) => name === triggerName)?.type ?? '',
		items: isReal ? runItems : jsonOf(onStack?.data),
		failedNode:
			failure === undefined ? null : (failure.node?.name ?? resultData.lastNodeExecuted ?? null),
		error: failure?.message ?? null,
	};
}

function jsonOf(outputs: Outputs | undefined): Array<Record<string, unknown>> {
	return (outputs?.main ?? []).flatMap((items) => (items ?? []).map(({ json }) => json));
}
