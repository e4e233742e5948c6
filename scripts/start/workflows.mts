import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { N8nClient } from '../n8n/n8nClient.mts';
import { N8nHttpError } from '../n8n/n8nHttp.mts';
import type { Workflow, WorkflowDraft, WorkflowNode } from '../n8n/n8nTypes.mts';
import { CHECKOUT } from '../support/paths.mts';
import { say } from '../support/step.mjs';
import { until } from '../support/until.mts';
import { credentialReference } from './credentials.mts';
import {
	credentialOf,
	EXAMPLES,
	isTrigger,
	ownPath,
	PAGE_WORKFLOWS,
	SENDER_NAMES,
	webhookPath,
} from './examples.mts';
import type { CredentialType, ExampleName } from './examples.mts';
import type { Settings } from './settings.mts';

/**
 * Makes sure that the example workflows are there and published. Existing ones are left as the user
 * edited them, but for credentials that are gone.
 *
 * @param replaced ids of credentials that are gone, by type
 * @param keep writes the settings, after each workflow
 * @returns the settings with the workflows' ids and the webhooks' addresses
 */
export async function ensureWorkflows(
	client: N8nClient,
	settings: Settings,
	replaced: Settings['credentialIds'],
	keep: (settings: Settings) => Settings,
): Promise<Settings> {
	let current: Settings = { ...settings, webhookUrls: {}, pageUrls: {} };
	for (const name of EXAMPLES) {
		const workflow = await ensureWorkflow(client, current, name, replaced);
		const workflowIds = { ...current.workflowIds, [name]: workflow.id };
		current = keep({ ...current, workflowIds });
		if (!(await isPublished(client, workflow))) continue;
		const page = PAGE_WORKFLOWS.find((one) => one === name);
		if (page !== undefined) {
			const url = await pageUrl(client, current, workflow);
			if (url !== undefined) {
				current = { ...current, pageUrls: { ...current.pageUrls, [page]: url } };
			}
			continue;
		}
		for (const sender of SENDER_NAMES) {
			const path = webhookPath(workflow, sender);
			if (path === undefined || current.webhookUrls[sender] !== undefined) continue;
			const failure = await whyNotLive(client, current, workflow, path);
			if (failure !== undefined) {
				sayBroken(workflow, failure);
				continue;
			}
			const webhookUrls = { ...current.webhookUrls, [sender]: client.webhookUrl(path) };
			current = { ...current, webhookUrls };
		}
	}
	return current;
}

/** Where the live page asks a workflow; undefined where it is not live. */
async function pageUrl(
	client: N8nClient,
	settings: Settings,
	workflow: Workflow,
): Promise<string | undefined> {
	const path = ownPath(workflow);
	const failure =
		path === undefined
			? "it no longer has the node 'Webhook'."
			: await whyNotLive(client, settings, workflow, path);
	if (path !== undefined && failure === undefined) return client.webhookUrl(path);
	sayBroken(workflow, failure ?? '');
	return undefined;
}

async function ensureWorkflow(
	client: N8nClient,
	settings: Settings,
	name: ExampleName,
	replaced: Settings['credentialIds'],
): Promise<Workflow> {
	const known = settings.workflowIds[name];
	const existing = known === undefined ? undefined : await findWorkflow(client, known);
	const workflow = existing
		? await repairCredentials(client, existing, settings, replaced)
		: await client.createWorkflow(exampleWorkflow(name, settings));
	if (existing && !workflow.active) {
		say(`  the example workflow '${existing.name}' was not published: publishing it`);
	}
	return workflow;
}

/** Publishes a workflow; what the user made of it may be what n8n does not publish. */
async function isPublished(client: N8nClient, workflow: Workflow): Promise<boolean> {
	if (workflow.active) return true;
	try {
		await client.publish(workflow.id);
		return true;
	} catch (error) {
		if (!(error instanceof N8nHttpError) || error.status !== 400) throw error;
		sayBroken(workflow, error.body);
		return false;
	}
}

/** All else starts: it is in the editor that it can be mended. */
function sayBroken({ name }: Workflow, failure: string): void {
	say(`  a trigger of the example workflow '${name}' is not live: ${failure}`);
	say('  Fix it in the editor and publish the workflow there.');
}

/** n8n tries five times, over a quarter of a minute, before it says that a trigger failed. */
const LIVE_LIMIT_MS = 150_000;

/** Waits until a trigger is live. Undefined where it is; else n8n's reason. */
async function whyNotLive(
	client: N8nClient,
	{ owner }: Settings,
	{ id, name, nodes }: Workflow,
	path: string,
): Promise<string | undefined> {
	const trigger = nodes.find(({ webhookId, parameters }) =>
		[webhookId, parameters.path].includes(path),
	);
	const what = `the webhook ${path} of '${name}' is registered`;
	const { failure } = await until(what, LIVE_LIMIT_MS, async () => {
		if (await client.isWebhookLive(path)) return { failure: undefined };
		const status = async () =>
			await client.rest<Publication>('GET', `/workflows/${id}/publication-status`);
		const { triggers } = await status().catch(async () => {
			await client.logIn(owner);
			return await status();
		});
		const failed = triggers.find((one) => one.nodeId === trigger?.id && one.status === 'failed');
		return failed === undefined
			? undefined
			: { failure: failed.errorMessage ?? 'n8n says no more' };
	});
	return failure;
}

/** What n8n's editor is told of a publication. */
interface Publication {
	readonly triggers: ReadonlyArray<{
		readonly nodeId: string;
		readonly status: string;
		readonly errorMessage: string | null;
	}>;
}

/** The example as it is created: with paths of its own and the local credentials. */
function exampleWorkflow(name: ExampleName, settings: Settings): WorkflowDraft {
	const file = join(CHECKOUT, 'examples', 'workflows', `${name}.json`);
	const example = JSON.parse(readFileSync(file, 'utf8')) as WorkflowDraft;
	const nodes = example.nodes.map((node): WorkflowNode => {
		const type = credentialOf(node);
		return {
			...node,
			...(isTrigger(node) ? { webhookId: randomUUID() } : {}),
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
		const type = credentialOf(node);
		if (!type || !isGone(node, type, replaced[type])) return node;
		changed = true;
		return { ...node, credentials: { [type]: credentialReference(settings, type) } };
	});
	return changed ? await client.updateWorkflow(workflow.id, { ...workflow, nodes }) : workflow;
}

/** Whether a node's credential is gone, or of a type as version 0.1.0 named it. */
function isGone({ credentials }: WorkflowNode, type: CredentialType, gone?: string): boolean {
	const id = credentials?.[type]?.id;
	if (id !== undefined) return id === gone;
	return Object.keys(credentials ?? {}).some((name) =>
		type.toLowerCase().endsWith(name.toLowerCase()),
	);
}
