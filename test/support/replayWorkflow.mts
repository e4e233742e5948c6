import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { until } from '../../scripts/support/until.mts';
import type { Execution, PublishingN8n, WorkflowNode } from './n8n.mts';

/** Name of the node that replays. */
export const REPLAY = 'Replay';

const ASK_EVERY_MS = 200;

export interface ReplayAnswer {
	/** Items of the two outputs. */
	results: IDataObject[];
	gaps: IDataObject[];
	hints: string[];
	error?: { message: string; description?: string };
	execution: Execution;
}

/** A workflow that replays whenever it is asked. */
export interface Replayer {
	readonly workflowId: string;
	/** @param body is the input item's `body`; items to replay are in its `items` */
	ask(body?: IDataObject): Promise<ReplayAnswer>;
	/** Asks without waiting for the end. */
	start(body?: IDataObject): Promise<void>;
}

export interface ReplayerOptions {
	readonly parameters: WorkflowNode['parameters'];
	/** By type. @default the owner's API key */
	readonly credentials?: WorkflowNode['credentials'];
	/** Nodes between the webhook and the replay, or behind it, in a row. */
	readonly before?: readonly WorkflowNode[];
	readonly after?: readonly WorkflowNode[];
	readonly settings?: Record<string, unknown>;
}

/** A node of a workflow. */
export function nodeOf(
	name: string,
	type: string,
	typeVersion: number,
	parameters: WorkflowNode['parameters'] = {},
	more: Partial<WorkflowNode> = {},
): WorkflowNode {
	return { id: randomUUID(), name, type, typeVersion, position: [220, 0], parameters, ...more };
}

/** Connections of nodes in a row. */
export function inARow(nodes: readonly WorkflowNode[]) {
	return Object.fromEntries(
		nodes
			.slice(1)
			.map((node, index) => [
				nodes[index]?.name ?? '',
				{ main: [[{ node: node.name, type: 'main' as const, index: 0 }]] },
			]),
	);
}

/** The node Event History with the operation Replay. */
export function replayNode(
	parameters: WorkflowNode['parameters'],
	credentials: WorkflowNode['credentials'],
): WorkflowNode {
	return nodeOf(
		REPLAY,
		`${PACKAGE_NAME}.eventHistory`,
		1,
		{ resource: 'event', operation: 'replay', eventsFrom: 'filters', ...parameters },
		{ credentials },
	);
}

/** The credential with which the nodes read this n8n. */
export async function eventStoreCredential(
	n8n: PublishingN8n,
	apiKey = n8n.client.apiKey,
	baseUrl = n8n.url,
): Promise<{ id: string; name: string }> {
	const name = `Event store ${randomUUID()}`;
	const data = { baseUrl, apiKey };
	const { id } = await n8n.client.createCredential(name, 'realtimeWebhooksN8nEventStoreApi', data);
	return { id, name };
}

/** Publishes a workflow with a webhook and the node Replay. */
export async function publishReplayer(
	n8n: PublishingN8n,
	options: ReplayerOptions,
): Promise<Replayer> {
	const { parameters, credentials, before = [], after = [], settings = {} } = options;
	const path = randomUUID();
	const ask = nodeOf(
		'Ask',
		'n8n-nodes-base.webhook',
		2.1,
		{ httpMethod: 'POST', path, responseMode: 'onReceived' },
		{ webhookId: path },
	);
	const store = credentials ?? {
		realtimeWebhooksN8nEventStoreApi: await eventStoreCredential(n8n),
	};
	const nodes = [ask, ...before, replayNode(parameters, store), ...after];
	const workflow = await n8n.createPublished(
		{ name: `Replayer ${path}`, nodes, connections: inARow(nodes), settings },
		path,
	);
	const post = async (body: IDataObject, question: string) => {
		const answer = await fetch(n8n.client.webhookUrl(path), {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ ...body, question }),
		});
		if (!answer.ok) throw new Error(`The replayer answered ${answer.status}`);
	};
	return {
		workflowId: workflow.id,
		start: async (body = {}) => await post(body, randomUUID()),
		ask: async (body = {}) => {
			const question = randomUUID();
			await post(body, question);
			return answerOf(await answered(n8n, workflow.id, question));
		},
	};
}

/** Asking seldom, and without data: it is the same n8n that is at work. */
async function answered(
	n8n: PublishingN8n,
	workflowId: string,
	question: string,
): Promise<Execution> {
	const seen = new Set<string>();
	return await until('the replay has ended', 300_000, async () => {
		await setTimeout(ASK_EVERY_MS);
		const heads = await n8n.client.listExecutions({ workflowId, limit: 5, includeData: false });
		if (heads.every(({ id }) => seen.has(id))) return undefined;
		for (const { id } of heads) seen.add(id);
		const executions = await n8n.client.listExecutions({ workflowId, limit: 5 });
		return executions.find((execution) => JSON.stringify(execution).includes(question));
	});
}

function answerOf(execution: Execution): ReplayAnswer {
	const run = execution.data?.resultData.runData[REPLAY]?.[0];
	const output = (index: number) => (run?.data?.main?.[index] ?? []).map(({ json }) => json);
	return {
		results: output(0),
		gaps: output(1),
		hints: (run?.hints ?? []).map(({ message }) => message),
		error: run?.error as ReplayAnswer['error'],
		execution,
	};
}
