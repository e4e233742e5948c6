import { randomUUID } from 'node:crypto';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import type { N8nClient } from '../../scripts/n8n/n8nClient.mts';
import { outputOf, type Execution, type PublishingN8n } from '../../test/support/n8n.mts';
import { publishBaileys, type LiveWorkflow } from '../../test/support/baileysWorkflow.mts';
import { eventStoreCredential, inARow, nodeOf } from '../../test/support/replayWorkflow.mts';

const LAST = 'Done';

/** Recover reads and runs again what the kills before it left. */
const RECOVER_LIMIT_MS = 300_000;

/** What Recover told of one interrupted execution. */
export interface RecoverItem {
	readonly outcome: string;
	readonly executionId: string;
	readonly message?: string;
}

/** A trigger with a few nodes behind it, and a workflow that recovers whenever it is asked. */
export interface CrashScene {
	readonly live: LiveWorkflow;
	/** @throws while n8n is down, or starts, or is killed meanwhile */
	recover(): Promise<readonly RecoverItem[]>;
	/**
	 * Whether an execution of the trigger's workflow has not ended. What a kill ended stays `running`
	 * in n8n's store where n8n's event log does not name it.
	 *
	 * @param upSince start of the n8n that is alive
	 */
	isBusy(upSince: Date): Promise<boolean>;
	/** How often each event ran to the last node in an execution that n8n stored as a success. */
	completed(): Promise<ReadonlyMap<string, number>>;
}

/** Publishes both workflows in an n8n. */
export async function publishScene(n8n: PublishingN8n): Promise<CrashScene> {
	const live = await publishBaileys(n8n, {
		following: [
			nodeOf('A moment', 'n8n-nodes-base.wait', 1.1, { amount: 1, unit: 'seconds' }),
			nodeOf('Work', 'n8n-nodes-base.set', 3.4, {
				assignments: { assignments: [] },
				includeOtherFields: true,
				options: {},
			}),
			nodeOf(LAST, 'n8n-nodes-base.noOp', 1),
		],
	});
	const recoverUrl = await publishRecover(n8n);
	return {
		live,
		recover: async () => {
			const response = await fetch(recoverUrl, {
				method: 'POST',
				signal: AbortSignal.timeout(RECOVER_LIMIT_MS),
			});
			const text = await response.text();
			if (!response.ok) throw new Error(`Recover answered ${response.status}: ${text}`);
			// With nothing to tell, n8n answers with an object of its own.
			const answer: unknown = JSON.parse(text);
			return Array.isArray(answer) ? answer.filter(isRecoverItem) : [];
		},
		isBusy: async (upSince) => {
			const unfinished = ['new', 'running', 'waiting'].map(async (status) => {
				const found = await list(n8n.client, live.workflow.id, `status=${status}`);
				return found.some(({ startedAt }) => !startedAt || new Date(startedAt) >= upSince);
			});
			return (await Promise.all(unfinished)).includes(true);
		},
		completed: async () => {
			const query = 'status=success&includeData=true';
			const counts = new Map<string, number>();
			for (const execution of await list(n8n.client, live.workflow.id, query)) {
				for (const { json } of outputOf(execution, LAST)) {
					const id = String(json.id);
					counts.set(id, (counts.get(id) ?? 0) + 1);
				}
			}
			return counts;
		},
	};
}

/** @returns the address that starts Recover and answers with what it did */
export async function publishRecover(n8n: PublishingN8n): Promise<string> {
	const path = randomUUID();
	const parameters = { httpMethod: 'POST', path, responseMode: 'lastNode' };
	const nodes = [
		nodeOf(
			'Start',
			'n8n-nodes-base.webhook',
			2.1,
			{ ...parameters, responseData: 'allEntries' },
			{ webhookId: path },
		),
		nodeOf(
			'Event History',
			`${PACKAGE_NAME}.eventHistory`,
			1,
			// Here it is the kills that end an execution, however often.
			{ resource: 'event', operation: 'recover', recoverOptions: { mostCrashes: 100 } },
			{ credentials: { realtimeWebhooksN8nEventStoreApi: await eventStoreCredential(n8n) } },
		),
	];
	await n8n.createPublished(
		{ name: 'Recover', nodes, connections: inARow(nodes), settings: {} },
		path,
	);
	return n8n.client.webhookUrl(path);
}

async function list(client: N8nClient, workflowId: string, query: string): Promise<Execution[]> {
	return await client.apiAll<Execution>(`/executions?workflowId=${workflowId}&limit=100&${query}`);
}

function isRecoverItem(item: unknown): item is RecoverItem {
	return typeof item === 'object' && item !== null && 'outcome' in item;
}
