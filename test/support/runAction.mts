import type {
	ICredentialDataDecryptedObject,
	INode,
	INodeExecutionData,
	INodeType,
} from 'n8n-workflow';
import { createWorkflow, runWorkflow } from './n8nCore.mts';

/** One execution of an action node. */
export interface ActionInput {
	items: INodeExecutionData[];
	parameters?: INode['parameters'];
	/** Decrypted content by credential type; the node has each of them selected. */
	credentials?: Record<string, ICredentialDataDecryptedObject>;
	/** @default 'stopWorkflow' */
	onError?: INode['onError'];
	/** As n8n calls the type of an installed package. @default none */
	packageName?: string;
	/** Cancels the execution, as "Stop" in the editor does. */
	signal?: AbortSignal;
}

/** What n8n would show for it. */
export interface ActionOutcome {
	/** Items of each output; empty where the node stopped the workflow. */
	outputs: INodeExecutionData[][];
	error?: { message: string; description?: string | null; context?: Record<string, unknown> };
	/** Everything that n8n would store of the run, as text: to look for what must not be in it. */
	stored: string;
}

/** Runs an action node in n8n-core's own WorkflowExecute and ExecuteContext. */
export async function runAction(type: INodeType, input: ActionInput): Promise<ActionOutcome> {
	const { items, parameters, credentials = {}, onError, packageName, signal } = input;
	const node = { type, parameters, credentials: Object.keys(credentials), onError, packageName };
	const test = createWorkflow({ Action: node }, credentials);
	const run = await runWorkflow(test, 'Action', items, undefined, signal);
	const { runData, error } = run.data.resultData;
	const outputs = runData.Action?.[0]?.data?.main ?? [];
	return {
		outputs: outputs.map((output) => output ?? []),
		error: error as ActionOutcome['error'],
		stored: JSON.stringify(run) + String(error?.stack),
	};
}
