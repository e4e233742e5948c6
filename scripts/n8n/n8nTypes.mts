import type { IConnections, INode, INodeExecutionData, ITaskData } from 'n8n-workflow';

/** A node as the public API takes and gives it. */
export type WorkflowNode = Pick<
	INode,
	'id' | 'name' | 'type' | 'typeVersion' | 'position' | 'parameters'
> &
	Partial<Pick<INode, 'webhookId' | 'credentials' | 'disabled' | 'onError' | 'continueOnFail'>>;

/** What a workflow is created from; the files in examples/workflows are such. */
export interface WorkflowDraft {
	name: string;
	nodes: WorkflowNode[];
	connections: IConnections;
	settings?: Record<string, unknown>;
}

export interface Workflow extends WorkflowDraft {
	id: string;
	/** Published. */
	active: boolean;
	isArchived?: boolean;
}

export interface Credential {
	id: string;
	name: string;
	type: string;
}

export type ExecutionStatus =
	| 'canceled'
	| 'crashed'
	| 'error'
	| 'new'
	| 'running'
	| 'success'
	| 'unknown'
	| 'waiting';

/** An execution as the public API gives it with `includeData=true`. */
export interface Execution {
	id: string;
	workflowId: string;
	status: ExecutionStatus;
	mode: string;
	finished: boolean;
	startedAt: string;
	stoppedAt: string | null;
	customData?: Record<string, string>;
	data?: {
		resultData: {
			runData: Record<string, ITaskData[]>;
			lastNodeExecuted?: string;
			error?: { message: string };
		};
		executionData?: {
			runtimeData?: { triggerNode?: { name: string } };
			nodeExecutionStack?: Array<{ data: { main: Array<INodeExecutionData[] | null> } }>;
		};
	};
}

/** The items of one output of a node's last run. */
export function outputOf(execution: Execution, nodeName: string, output = 0): INodeExecutionData[] {
	return execution.data?.resultData.runData[nodeName]?.at(-1)?.data?.main?.[output] ?? [];
}

/** The items that the trigger gave, also where the run died before its first node. */
export function triggerOutput(execution: Execution): INodeExecutionData[] {
	const { executionData } = execution.data ?? {};
	const name = executionData?.runtimeData?.triggerNode?.name;
	const ran = name === undefined ? [] : outputOf(execution, name);
	return ran.length > 0 ? ran : (executionData?.nodeExecutionStack?.[0]?.data.main?.[0] ?? []);
}
