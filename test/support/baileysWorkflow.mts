import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import { PREVIOUS_SECRET, SECRET } from './inboxHub.mts';
import type { TestN8n, Workflow, WorkflowDraft, WorkflowNode } from './n8n.mts';

/** The trigger's name in every workflow of the tests. */
export const TRIGGER = 'Baileys Trigger';

/** A workflow under test, with all that is needed to send to it. */
export interface LiveWorkflow {
	readonly workflow: Workflow;
	readonly path: string;
	readonly url: string;
	readonly credentialId: string;
}

export interface BaileysWorkflowOptions {
	readonly parameters?: Record<string, unknown>;
	readonly credential?: Record<string, string> | null;
	readonly settings?: Record<string, unknown>;
	/** Nodes behind the trigger, in a row. @default one that does nothing */
	readonly following?: WorkflowNode[];
}

/** Drafts a workflow that starts with the Baileys Trigger. */
export function baileysDraft(
	path: string,
	credential: { id: string; name: string } | undefined,
	{ parameters, settings, following }: BaileysWorkflowOptions = {},
): WorkflowDraft {
	const trigger: WorkflowNode = {
		id: randomUUID(),
		name: TRIGGER,
		type: 'n8n-nodes-realtime-webhooks.baileysTrigger',
		typeVersion: 2,
		position: [0, 0],
		webhookId: path,
		parameters: (parameters ?? { events: ['*'], options: {} }) as WorkflowNode['parameters'],
		...(credential === undefined ? {} : { credentials: { inboxHubApi: credential } }),
	};
	const nodes = [trigger, ...(following ?? [nothing()])];
	const connections = Object.fromEntries(
		nodes
			.slice(1)
			.map((node, index) => [
				nodes[index]?.name ?? '',
				{ main: [[{ node: node.name, type: 'main' as const, index: 0 }]] },
			]),
	);
	return { name: `Baileys ${path}`, nodes, connections, ...(settings ? { settings } : {}) };
}

/** A node that passes its items on. */
export function nothing(): WorkflowNode {
	return {
		id: randomUUID(),
		name: 'Nothing',
		type: 'n8n-nodes-base.noOp',
		typeVersion: 1,
		position: [220, 0],
		parameters: {},
	};
}

/** Creates the credential of a workflow under test. */
export async function createInboxHubCredential(
	n8n: TestN8n,
	data: Record<string, string> = {},
): Promise<{ id: string; name: string }> {
	const name = `Inbox Hub ${randomUUID()}`;
	const { id } = await n8n.client.createCredential(name, 'inboxHubApi', {
		baseUrl: 'http://127.0.0.1:9',
		apiKey: '',
		webhookSecret: SECRET,
		previousWebhookSecret: PREVIOUS_SECRET,
		...data,
	});
	return { id, name };
}

/** Publishes a workflow that starts with the Baileys Trigger and waits until its URL is live. */
export async function publishBaileys(
	n8n: TestN8n,
	options: BaileysWorkflowOptions = {},
): Promise<LiveWorkflow> {
	const path = randomUUID();
	const credential =
		options.credential === null
			? undefined
			: await createInboxHubCredential(n8n, options.credential);
	const workflow = await n8n.createPublished(baileysDraft(path, credential, options), path);
	return { workflow, path, url: n8n.client.webhookUrl(path), credentialId: credential?.id ?? '' };
}

/** Publishes a workflow that must not go live, and gives the words that n8n's editor shows. */
export async function publicationFailure(n8n: TestN8n, draft: WorkflowDraft): Promise<string> {
	const { id } = await n8n.client.createWorkflow(draft);
	await n8n.client.publish(id);
	// n8n tries an activation five times before it gives up.
	return await vi.waitFor(
		async () => {
			const { status, triggers } = await n8n.client.rest<{
				status: string;
				triggers: Array<{ errorMessage: string | null }>;
			}>('GET', `/workflows/${id}/publication-status`);
			if (status !== 'failed') throw new Error(`publication of ${draft.name} is ${status}`);
			return triggers.map(({ errorMessage }) => errorMessage).join();
		},
		{ timeout: 150_000, interval: 250 },
	);
}
