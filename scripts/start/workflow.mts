import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { N8nClient } from '../n8n/n8nClient.mts';
import { N8nHttpError } from '../n8n/n8nHttp.mts';
import type { Workflow, WorkflowDraft, WorkflowNode } from '../n8n/n8nTypes.mts';
import { PACKAGE_NAME } from '../n8n/packageLink.mts';
import { CHECKOUT } from '../support/paths.mts';
import { say } from '../support/step.mjs';
import { credentialReference } from './credentials.mts';
import type { CredentialType } from './credentials.mts';
import type { Settings } from './settings.mts';

const EXAMPLE = join(CHECKOUT, 'examples', 'workflows', 'whatsapp-to-live-page.json');
const TRIGGER_TYPE = `${PACKAGE_NAME}.baileysTrigger`;

const CREDENTIAL_OF: Record<string, CredentialType> = {
	[TRIGGER_TYPE]: 'inboxHubApi',
	[`${PACKAGE_NAME}.realtimeBroadcast`]: 'socketIoApi',
};

/**
 * Makes sure that the example workflow is there and published. An existing one is left as the user
 * edited it, but for credentials that are gone.
 *
 * @param replaced ids of credentials that are gone, by type
 * @returns the settings with the workflow's id and the webhook's address
 */
export async function ensureWorkflow(
	client: N8nClient,
	settings: Settings,
	replaced: Settings['credentialIds'],
): Promise<Settings> {
	const existing = settings.workflowId
		? await findWorkflow(client, settings.workflowId)
		: undefined;
	const current = existing
		? await repairCredentials(client, existing, settings, replaced)
		: await client.createWorkflow(exampleWorkflow(settings));
	if (!current.active) {
		if (existing) say('  the example workflow was not published: publishing it');
		await client.publish(current.id);
	}
	const path = webhookPath(current);
	if (path === undefined) {
		say(
			'  the example workflow has no Baileys Trigger any more: "npm run send" has nowhere to send to',
		);
		return { ...settings, workflowId: current.id, webhookUrl: undefined };
	}
	await client.waitForWebhook(path);
	return { ...settings, workflowId: current.id, webhookUrl: client.webhookUrl(path) };
}

/** The example as it is created: with a path of its own and the local credentials. */
function exampleWorkflow(settings: Settings): WorkflowDraft {
	const example = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as WorkflowDraft;
	const nodes = example.nodes.map((node): WorkflowNode => {
		const type = CREDENTIAL_OF[node.type];
		return {
			...node,
			...(node.type === TRIGGER_TYPE ? { webhookId: randomUUID() } : {}),
			...(type ? { credentials: { [type]: credentialReference(settings, type) } } : {}),
		};
	});
	return { ...example, nodes };
}

async function findWorkflow(client: N8nClient, id: string): Promise<Workflow | undefined> {
	try {
		const workflow = await client.getWorkflow(id);
		return workflow.isArchived ? undefined : workflow;
	} catch (error) {
		if (error instanceof N8nHttpError && error.status === 404) return undefined;
		throw error;
	}
}

async function repairCredentials(
	client: N8nClient,
	workflow: Workflow,
	settings: Settings,
	replaced: Settings['credentialIds'],
): Promise<Workflow> {
	let changed = false;
	const nodes = workflow.nodes.map((node): WorkflowNode => {
		const type = CREDENTIAL_OF[node.type];
		const gone = type && replaced[type];
		if (!gone || node.credentials?.[type]?.id !== gone) return node;
		changed = true;
		return {
			...node,
			credentials: { ...node.credentials, [type]: credentialReference(settings, type) },
		};
	});
	return changed ? await client.updateWorkflow(workflow.id, { ...workflow, nodes }) : workflow;
}

/** The trigger's path is what the user wrote, else its webhook id. */
function webhookPath({ nodes }: Workflow): string | undefined {
	const trigger = nodes.find(({ type, disabled }) => type === TRIGGER_TYPE && !disabled);
	const path = trigger?.parameters.path;
	return typeof path === 'string' && path !== '' ? path : trigger?.webhookId;
}
