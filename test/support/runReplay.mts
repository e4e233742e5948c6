import type {
	ExecuteWorkflowData,
	IDataObject,
	IExecuteWorkflowInfo,
	INode,
	INodeExecutionData,
	IWorkflowBase,
} from 'n8n-workflow';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { EventHistory } from '../../nodes/History/EventHistory.node.ts';
import { createWorkflow, runWorkflow } from './n8nCore.mts';
import {
	EVENT_STORE_KEY,
	startedWith,
	type KeptExecution,
	type N8nExecutionsStandIn,
} from './n8nExecutions.mts';
import type { ActionOutcome } from './runAction.mts';

/** A sub-workflow that the node ran. */
export interface SubRun {
	readonly code: IWorkflowBase;
	readonly json: IDataObject;
	readonly binary?: INodeExecutionData['binary'];
	readonly executionId: string;
}

/** How a sub-workflow ends. @default a success */
export type SubEnd =
	| { readonly error: Error }
	| { readonly waitTill: Date }
	| { readonly status: 'success' };

export interface ReplayRun {
	/** Address of the stand-in. */
	baseUrl: string;
	parameters?: IDataObject;
	items?: IDataObject[];
	credentials?: Record<string, IDataObject>;
	onError?: INode['onError'];
	signal?: AbortSignal;
	/** Called when a sub-workflow begins. */
	onRun?: (run: SubRun) => Promise<SubEnd | undefined> | SubEnd | undefined;
	staticData?: IDataObject;
}

export interface ReplayOutcome extends ActionOutcome {
	/** Sub-workflows, in the order in which they began. */
	runs: SubRun[];
	/** How many were under way at the same time. */
	mostAtOnce: number;
	hints: string[];
	/** Whether n8n would let the execution wait. */
	waits: boolean;
}

const node = new EventHistory();

/**
 * Runs the operation Replay in n8n-core's own contexts. Sub-workflows are played: they end as the test
 * says, and the stand-in keeps each as n8n does.
 */
export async function runReplay(n8n: N8nExecutionsStandIn, run: ReplayRun): Promise<ReplayOutcome> {
	const { baseUrl, parameters, items = [{}], onError, signal, onRun, staticData } = run;
	const credentials = {
		realtimeWebhooksN8nEventStoreApi: { baseUrl, apiKey: EVENT_STORE_KEY },
		...run.credentials,
	};
	const all = {
		resource: 'event',
		operation: 'replay',
		eventsFrom: 'filters',
		target: 'originalWorkflow',
		...parameters,
	};
	const action = {
		type: node,
		packageName: PACKAGE_NAME,
		parameters: all as INode['parameters'],
		credentials: Object.keys(credentials),
		onError,
	};
	const test = createWorkflow({ Action: action }, credentials as never, { staticData });
	const runs: SubRun[] = [];
	let atOnce = 0;
	let mostAtOnce = 0;
	const executeWorkflow = async (
		{ code }: IExecuteWorkflowInfo,
		_additional: unknown,
		{
			inputData,
			doNotWaitToFinish,
		}: { inputData?: INodeExecutionData[]; doNotWaitToFinish?: boolean },
	): Promise<ExecuteWorkflowData> => {
		const { json = {}, binary } = inputData?.[0] ?? {};
		if (code === undefined) throw new Error('The test runs workflows as code only');
		const kept = keep(n8n, code, json);
		const executionId = String(kept.id);
		const subRun = { code, json, executionId, ...(binary === undefined ? {} : { binary }) };
		runs.push(subRun);
		atOnce += 1;
		mostAtOnce = Math.max(mostAtOnce, atOnce);
		const ended = (async () => {
			await new Promise((resolve) => setImmediate(resolve));
			return await onRun?.(subRun);
		})().finally(() => {
			atOnce -= 1;
		});
		if (doNotWaitToFinish === true) return { executionId, data: [null] };
		const end = await ended;
		if (end !== undefined && 'error' in end) {
			kept.status = 'error';
			throw Object.assign(end.error, { executionId });
		}
		kept.status = end !== undefined && 'waitTill' in end ? 'waiting' : 'success';
		const waitTill = end !== undefined && 'waitTill' in end ? end.waitTill : undefined;
		return { executionId, data: [[{ json }]], waitTill };
	};
	const played = {
		...test,
		additionalData: (more: object = {}) => test.additionalData({ executeWorkflow, ...more }),
	};
	const inputs = items.map((json) => ({ json }));
	const result = await runWorkflow(played, 'Action', inputs, undefined, signal);
	const { runData, error } = result.data.resultData;
	const [own] = runData.Action ?? [];
	return {
		outputs: (own?.data?.main ?? []).map((output) => output ?? []),
		error: error as ActionOutcome['error'],
		stored: JSON.stringify(result) + String(error?.stack),
		runs,
		mostAtOnce,
		hints: (own?.hints ?? []).map(({ message }) => message),
		waits: result.waitTill !== undefined || result.status === 'waiting',
	};
}

function keep(n8n: N8nExecutionsStandIn, code: IWorkflowBase, json: IDataObject): KeptExecution {
	const start = code.nodes.find(({ type }) => type === 'n8n-nodes-base.executeWorkflowTrigger');
	return n8n.store(code.id, json, {
		mode: 'integrated',
		status: 'running',
		data: startedWith(start?.name ?? '', [json]),
	});
}
