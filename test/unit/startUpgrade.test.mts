import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { N8nClient } from '../../scripts/n8n/n8nClient.mts';
import type { Workflow } from '../../scripts/n8n/n8nTypes.mts';
import { EXAMPLES } from '../../scripts/start/examples.mts';
import {
	newSettings,
	readSettings,
	settingsFile,
	writeSettings,
} from '../../scripts/start/settings.mts';
import { ensureWorkflows } from '../../scripts/start/workflows.mts';
import { CHECKOUT } from '../../scripts/support/paths.mts';

let folder: string;

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'start-upgrade-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A data folder as the first version of `npm start` left it: plain credential types. */
function olderSettings() {
	writeSettings(folder, newSettings(folder));
	const file = settingsFile(folder);
	const settings = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
	const credentialIds = { inboxHubApi: 'old-1', kometiaApi: 'old-2' };
	writeFileSync(file, JSON.stringify({ ...settings, credentialIds }));
}

test('the settings of an earlier version are read; its credentials are made anew', () => {
	olderSettings();
	expect(readSettings(folder)?.credentialIds).toEqual({});
});

test('nodes of existing examples get the new credential in place of the old type', async () => {
	olderSettings();
	const read = readSettings(folder);
	if (read === undefined) throw new Error('no settings');
	const workflows = new Map<string, Workflow>();
	for (const name of EXAMPLES) {
		const draft = JSON.parse(
			readFileSync(join(CHECKOUT, 'examples', 'workflows', `${name}.json`), 'utf8'),
		) as Workflow;
		const nodes = draft.nodes.map((node) => ({
			...node,
			...(node.type.endsWith('.kometiaTrigger')
				? { credentials: { kometiaApi: { id: 'old-2', name: 'Kometia (local)' } } }
				: {}),
		}));
		workflows.set(name, { ...draft, id: name, active: true, nodes });
	}
	const client = {
		getWorkflow: async (id: string) => workflows.get(id),
		updateWorkflow: async (id: string, workflow: Workflow) => {
			workflows.set(id, workflow);
			return workflow;
		},
		isWebhookLive: async () => true,
		webhookUrl: (path: string) => path,
	} as unknown as N8nClient;
	const settings = {
		...read,
		workflowIds: Object.fromEntries(EXAMPLES.map((name) => [name, name])),
		credentialIds: { realtimeWebhooksKometiaApi: 'new-2' },
	};
	await ensureWorkflows(client, settings, {}, (next) => next);
	const triggers = [...workflows.values()]
		.flatMap(({ nodes }) => nodes)
		.filter(({ type }) => type.endsWith('.kometiaTrigger'));
	expect(triggers.length).toBeGreaterThan(0);
	for (const { credentials } of triggers) {
		expect(credentials).toEqual({
			realtimeWebhooksKometiaApi: { id: 'new-2', name: 'Kometia (local)' },
		});
	}
});
