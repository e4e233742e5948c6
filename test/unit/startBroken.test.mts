import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { N8nHttpError } from '../../scripts/n8n/n8nHttp.mts';
import type { N8nClient } from '../../scripts/n8n/n8nClient.mts';
import type { Workflow } from '../../scripts/n8n/n8nTypes.mts';
import { EXAMPLES, webhookPath } from '../../scripts/start/examples.mts';
import { newSettings } from '../../scripts/start/settings.mts';
import { ensureWorkflows } from '../../scripts/start/workflows.mts';
import { CHECKOUT } from '../../scripts/support/paths.mts';

const WHATSAPP = 'whatsapp-to-live-page';

let workflows: Map<string, Workflow>;
let printed: string[];

beforeEach(() => {
	workflows = new Map(
		EXAMPLES.map((name) => {
			const file = join(CHECKOUT, 'examples', 'workflows', `${name}.json`);
			const draft = JSON.parse(readFileSync(file, 'utf8')) as Workflow;
			const nodes = draft.nodes.map((node) => ({ ...node, webhookId: node.id }));
			return [name, { ...draft, id: name, active: true, nodes }];
		}),
	);
	printed = [];
	vi.spyOn(process.stdout, 'write').mockImplementation((line) => printed.push(String(line)) > 0);
});
afterEach(() => void vi.restoreAllMocks());

/** An n8n with the examples, in which a trigger or a workflow cannot go live. */
function clientWith(broken: { path?: string; reason: string; unpublished?: string }): N8nClient {
	let isLoggedIn = false;
	const answer = (status: number, words: string) => new N8nHttpError('GET', '/x', status, words);
	const client = {
		getWorkflow: async (id: string) => ({
			...workflows.get(id),
			active: id !== broken.unpublished,
		}),
		publish: async () => {
			throw answer(400, JSON.stringify({ message: broken.reason }));
		},
		isWebhookLive: async (path: string) => path !== broken.path,
		webhookUrl: (path: string) => `http://n8n/webhook/${path}`,
		logIn: async () => void (isLoggedIn = true),
		rest: async () => {
			if (!isLoggedIn) throw answer(401, 'Unauthorized');
			const nodes = workflows.get(WHATSAPP)?.nodes ?? [];
			const triggers = nodes.map(({ id, webhookId }) =>
				webhookId === broken.path
					? { nodeId: id, status: 'failed', errorMessage: broken.reason }
					: { nodeId: id, status: 'activated', errorMessage: null },
			);
			return { status: 'partial', triggers };
		},
	};
	return client as unknown as N8nClient;
}

const start = async (client: N8nClient) =>
	await ensureWorkflows(
		client,
		{
			...newSettings('/nowhere'),
			workflowIds: Object.fromEntries(EXAMPLES.map((name) => [name, name])),
		},
		{},
		(next) => next,
	);

test('a trigger that cannot go live is told with its reason, and all else starts', async () => {
	const workflow = workflows.get(WHATSAPP);
	const path = workflow && webhookPath(workflow, 'inbox-hub');
	const reason = "'Events' is empty, so no event could start the workflow.";
	const { webhookUrls } = await start(clientWith({ path, reason }));
	expect(Object.keys(webhookUrls).sort()).toEqual(['eu-atendo', 'kometia', 'waha', 'yape']);
	expect(printed.join('\n')).toContain(reason);
});

test('so is an example that n8n does not publish', async () => {
	const reason = 'Missing or invalid required parameters: events';
	const { webhookUrls } = await start(clientWith({ reason, unpublished: WHATSAPP }));
	expect(Object.keys(webhookUrls).sort()).toEqual(['kometia', 'yape']);
	expect(printed.join('\n')).toContain(reason);
});
