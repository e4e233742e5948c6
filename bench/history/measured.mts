import { randomUUID } from 'node:crypto';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import type { TestN8n, WorkflowNode } from '../../test/support/n8n.mts';
import type { OtherBuild } from '../otherBuild.mts';
import { eventStoreCredential, inARow, nodeOf } from '../../test/support/replayWorkflow.mts';
import { PROBE_TYPE } from './probe.mts';

/** What a probe measured. */
export interface Measured {
	readonly count: number;
	readonly ms: number;
}

/** Runs what was published, with a body, and tells how long its nodes took. */
export type Measure = (body?: object) => Promise<Measured>;

/** Memory of n8n's process when all garbage is gone, in bytes. */
export interface LeftMemory {
	readonly heapUsed: number;
	/** Beside V8's heap. */
	readonly external: number;
	readonly rss: number;
}

/**
 * Publishes Event History between two probes. Its executions are not saved.
 *
 * @param other another build, whose node it is to be
 */
export async function publishHistory(
	n8n: TestN8n,
	parameters: WorkflowNode['parameters'],
	other?: OtherBuild,
): Promise<Measure> {
	const credentials =
		other === undefined
			? { realtimeWebhooksN8nEventStoreApi: await eventStoreCredential(n8n) }
			: { [other.eventStoreType]: await otherCredential(n8n, other) };
	const type = `${other?.packageName ?? PACKAGE_NAME}.eventHistory`;
	const history = nodeOf('History', type, 1, { resource: 'event', ...parameters }, { credentials });
	return await publish(n8n, [probe('start'), history, probe('end')]);
}

async function otherCredential({ client, url }: TestN8n, { eventStoreType }: OtherBuild) {
	const data = { baseUrl: url, apiKey: client.apiKey };
	const { id, name } = await client.createCredential('The other build', eventStoreType, data);
	return { id, name };
}

/** Publishes the probe that reads or runs by itself. */
export async function publishProbe(
	n8n: TestN8n,
	action: 'fetch' | 'list' | 'execute',
): Promise<Measure> {
	return await publish(n8n, [probe(action)]);
}

/** Publishes the probe that has n8n collect its garbage. */
export async function publishCollector(n8n: TestN8n): Promise<() => Promise<LeftMemory>> {
	return await publish<LeftMemory>(n8n, [probe('collect')]);
}

async function publish<Answer = Measured>(
	n8n: TestN8n,
	measured: readonly WorkflowNode[],
): Promise<(body?: object) => Promise<Answer>> {
	const path = randomUUID();
	const webhook = nodeOf(
		'Ask',
		'n8n-nodes-base.webhook',
		2.1,
		{ httpMethod: 'POST', path, responseMode: 'lastNode' },
		{ webhookId: path },
	);
	const nodes = [webhook, ...measured];
	const settings = { saveDataSuccessExecution: 'none', saveDataErrorExecution: 'all' };
	await n8n.createPublished({ name: path, nodes, connections: inARow(nodes), settings }, path);
	return async (body = {}) => {
		const answer = await fetch(n8n.client.webhookUrl(path), {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		const text = await answer.text();
		if (!answer.ok) throw new Error(`n8n answered ${answer.status}: ${text.slice(0, 300)}`);
		return JSON.parse(text) as Answer;
	};
}

function probe(action: string): WorkflowNode {
	return nodeOf(`Probe ${action}`, PROBE_TYPE, 1, { action });
}
