import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import { N8nHttpError } from '../../scripts/n8n/n8nHttp.mts';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import type { TestN8n, WorkflowDraft, WorkflowNode } from './n8n.mts';

/** A trigger node as a test wants it. */
export interface TriggerDraft {
	/** Type name without the package's, such as `kometiaTrigger`. */
	readonly type: string;
	readonly name: string;
	/** The last part of its URL. */
	readonly path: string;
	readonly parameters: WorkflowNode['parameters'];
	/** By type name. */
	readonly credentials?: Readonly<Record<string, { id: string; name: string }>>;
	readonly settings?: Record<string, unknown>;
	/** Nodes behind the trigger, in a row. @default one that does nothing */
	readonly following?: readonly WorkflowNode[];
}

/** Drafts a workflow that starts with one of the package's triggers. */
export function triggerDraft(draft: TriggerDraft): WorkflowDraft {
	const { type, name, path, parameters, credentials, settings, following } = draft;
	const trigger: WorkflowNode = {
		id: randomUUID(),
		name,
		type: `${PACKAGE_NAME}.${type}`,
		typeVersion: 2,
		position: [0, 0],
		webhookId: path,
		parameters,
		...(credentials === undefined ? {} : { credentials: { ...credentials } }),
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
	return { name: `${name} ${path}`, nodes, connections, ...(settings ? { settings } : {}) };
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

/** Publishes a workflow that must not go live, and gives the words that n8n's editor shows. */
export async function publicationFailure(n8n: TestN8n, draft: WorkflowDraft): Promise<string> {
	const { id } = await n8n.client.createWorkflow(draft);
	try {
		await n8n.client.publish(id);
	} catch (error) {
		// An n8n from before it published in the background answers with the words.
		if (error instanceof N8nHttpError && error.status === 400) return error.body;
		throw error;
	}
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
