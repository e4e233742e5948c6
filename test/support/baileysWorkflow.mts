import { randomUUID } from 'node:crypto';
import { PREVIOUS_SECRET, SECRET } from './inboxHub.mts';
import type { PublishingN8n, Workflow, WorkflowDraft, WorkflowNode } from './n8n.mts';
import { triggerDraft } from './triggerWorkflow.mts';

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
	return triggerDraft({
		type: 'baileysTrigger',
		name: TRIGGER,
		path,
		parameters: (parameters ?? { events: ['*'], options: {} }) as WorkflowNode['parameters'],
		...(credential === undefined
			? {}
			: { credentials: { realtimeWebhooksInboxHubApi: credential } }),
		...(settings === undefined ? {} : { settings }),
		...(following === undefined ? {} : { following }),
	});
}

/** Creates the credential of a workflow under test. */
export async function createInboxHubCredential(
	n8n: PublishingN8n,
	data: Record<string, string> = {},
): Promise<{ id: string; name: string }> {
	const name = `Inbox Hub ${randomUUID()}`;
	const { id } = await n8n.client.createCredential(name, 'realtimeWebhooksInboxHubApi', {
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
	n8n: PublishingN8n,
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
