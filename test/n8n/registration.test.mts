import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { baileysDraft, createInboxHubCredential, TRIGGER } from '../support/baileysWorkflow.mts';
import { deliver, InboxHubStandIn, receivedMessage, SECRET } from '../support/inboxHub.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { publicationFailure } from '../support/triggerWorkflow.mts';

const PUBLIC_URL = 'https://n8n.example.com';

/** n8n publishes in the background; the trigger waits up to 7 s between its attempts. */
const PATIENCE = { timeout: 120_000, interval: 250 };

describe('registration on an Inbox Hub session, in a real n8n', () => {
	let n8n: TestN8n;
	let hub: InboxHubStandIn;
	let baseUrl: string;
	let credential: { id: string; name: string };
	let published = 0;

	beforeAll(async () => {
		n8n = await startTestN8n({ env: { WEBHOOK_URL: PUBLIC_URL } });
	});
	afterAll(async () => await n8n?.close());

	beforeEach(async () => {
		hub = new InboxHubStandIn([
			{
				id: 93,
				sessionId: 'sales_1',
				sessionName: 'Sales',
				status: 'connected',
				webhookUrl: 'https://crm.example.com/hook?token=abc',
				webhookSecret: 'secret-of-the-crm-0123',
			},
			{
				id: 94,
				sessionId: 'support_1',
				sessionName: 'Support',
				status: 'disconnected',
				webhookUrl: null,
				webhookSecret: null,
			},
		]);
		baseUrl = await hub.start();
		credential = await createInboxHubCredential(n8n, { baseUrl, apiKey: hub.apiKey });
	});
	afterEach(async () => await hub.stop());

	const session = (id: number) => {
		const found = hub.sessions.find((one) => one.id === id);
		return { webhookUrl: found?.webhookUrl, webhookSecret: found?.webhookSecret };
	};
	const writes = () => hub.calls.filter(({ method }) => method === 'PUT');

	const draftFor = (path: string, id: number) =>
		baileysDraft(path, credential, {
			parameters: {
				events: ['*'],
				options: {},
				session: { __rl: true, mode: 'id', value: String(id) },
			},
		});

	async function publishOn(id: number) {
		const path = `registration-${(published += 1)}`;
		const workflow = await n8n.createPublished(draftFor(path, id), path);
		await expect.poll(() => session(id).webhookUrl, PATIENCE).toBe(`${PUBLIC_URL}/webhook/${path}`);
		return { workflow, path, ours: `${PUBLIC_URL}/webhook/${path}` };
	}

	async function unpublish(live: { workflow: { id: string }; path: string }) {
		await n8n.client.unpublish(live.workflow.id);
		await n8n.client.waitForWebhook(live.path, { live: false });
	}

	test('publishing registers URL and secret, unpublishing restores what was there', async () => {
		const live = await publishOn(93);
		expect(session(93)).toEqual({ webhookUrl: live.ours, webhookSecret: SECRET });
		expect(hub.calls.every(({ apiKey }) => apiKey === hub.apiKey)).toBe(true);
		await unpublish(live);
		await expect
			.poll(() => session(93))
			.toEqual({
				webhookUrl: 'https://crm.example.com/hook?token=abc',
				webhookSecret: 'secret-of-the-crm-0123',
			});
		const stored = JSON.stringify(await n8n.client.getWorkflow(live.workflow.id));
		expect(stored).not.toContain('secret-of-the-crm-0123');
		expect(stored).not.toContain(SECRET);
	});

	test('a session that had no webhook has none afterwards', async () => {
		const live = await publishOn(94);
		await unpublish(live);
		await expect
			.poll(() => session(94), PATIENCE)
			.toEqual({ webhookUrl: null, webhookSecret: null });
	});

	test('a restart changes nothing at the provider and forgets nothing', async () => {
		const live = await publishOn(93);
		const before = writes().length;
		await n8n.stop();
		await n8n.startAgain();
		await n8n.client.waitForWebhook(live.path);
		expect((await deliver(n8n.client.webhookUrl(live.path), receivedMessage())).status).toBe(200);
		expect(writes()).toHaveLength(before);
		await unpublish(live);
		await expect.poll(() => session(93).webhookSecret, PATIENCE).toBe('secret-of-the-crm-0123');
	});

	test('a published change of the trigger keeps the record of what was replaced', async () => {
		const live = await publishOn(93);
		const draft = draftFor(live.path, 93);
		for (const node of draft.nodes) {
			if (node.name === TRIGGER) node.parameters.events = ['whatsapp.message.received'];
		}
		await n8n.client.updateWorkflow(live.workflow.id, draft);
		await expect.poll(() => writes().length, PATIENCE).toBeGreaterThanOrEqual(3);
		await expect.poll(() => session(93).webhookUrl, PATIENCE).toBe(live.ours);
		await unpublish(live);
		await expect
			.poll(() => session(93).webhookUrl, PATIENCE)
			.toBe('https://crm.example.com/hook?token=abc');
	});

	test('listening for a test event borrows the session and gives it back', async () => {
		hub.tellsSecrets = false;
		const live = await publishOn(93);
		const { id } = live.workflow;
		await n8n.client.rest('POST', `/workflows/${id}/run`, {
			workflowData: await n8n.client.rest<object>('GET', `/workflows/${id}`),
			triggerToStartFrom: { name: TRIGGER },
		});
		expect(session(93).webhookUrl).toBe(`${PUBLIC_URL}/webhook-test/${live.path}`);
		const testUrl = `${n8n.url}/webhook-test/${live.path}`;
		expect((await deliver(testUrl, receivedMessage())).status).toBe(200);
		await expect.poll(() => session(93).webhookUrl, PATIENCE).toBe(live.ours);
		expect(session(93).webhookSecret).toBe(SECRET);
		await unpublish(live);
		await expect
			.poll(() => session(93).webhookUrl, PATIENCE)
			.toBe('https://crm.example.com/hook?token=abc');
	});

	test('a session that somebody else took meanwhile is left as it is', async () => {
		const live = await publishOn(93);
		const [sales] = hub.sessions;
		if (sales) sales.webhookUrl = 'https://other.example.com/hook';
		const before = writes().length;
		await unpublish(live);
		expect(session(93).webhookUrl).toBe('https://other.example.com/hook');
		expect(writes()).toHaveLength(before);
	});

	test('429 and 5xx are tried again, in as many attempts as it takes', async () => {
		hub.faults.push({ status: 429, headers: { 'retry-after': '1' } }, { status: 503 });
		const live = await publishOn(93);
		expect(session(93).webhookUrl).toBe(live.ours);
		await unpublish(live);
	});

	test('a refused key and an unknown session say what to do', async () => {
		const [refused, unknown] = await Promise.all([
			(async () => {
				const wrong = await createInboxHubCredential(n8n, { baseUrl, apiKey: 'wrong-key' });
				const draft = draftFor('refused', 93);
				for (const node of draft.nodes) {
					if (node.name === TRIGGER) node.credentials = { realtimeWebhooksInboxHubApi: wrong };
				}
				return await publicationFailure(n8n, draft);
			})(),
			publicationFailure(n8n, draftFor('unknown', 4711)),
		]);
		expect(refused).toContain("401 (API key required, MISSING_API_KEY). Check 'API Key'");
		expect(refused).not.toContain('wrong-key');
		expect(unknown).toContain("Choose a session that exists in 'Session'");
		expect(session(93).webhookUrl).toBe('https://crm.example.com/hook?token=abc');
	});

	test('with an API key but no session the workflow does not publish', async () => {
		expect(await publicationFailure(n8n, baileysDraft('no-session', credential))).toContain(
			"'Session' is empty. Choose the WhatsApp session",
		);
	});

	test('the editor lists the sessions to choose from', async () => {
		const list = await n8n.client.rest<{ results: unknown }>(
			'POST',
			'/dynamic-node-parameters/resource-locator-results',
			{
				nodeTypeAndVersion: { name: 'n8n-nodes-realtime-webhooks.baileysTrigger', version: 2 },
				path: 'parameters.session',
				methodName: 'searchSessions',
				currentNodeParameters: {
					gateway: 'inboxHub',
					session: { __rl: true, mode: 'list', value: '' },
				},
				credentials: { realtimeWebhooksInboxHubApi: credential },
			},
		);
		expect(list.results).toEqual([
			{ name: 'Sales (connected)', value: '93' },
			{ name: 'Support (disconnected)', value: '94' },
		]);
	});

	test('the credential test reads the sessions, and says so when the key is refused', async () => {
		const run = async (apiKey: string) =>
			await n8n.client.rest<{ status: string }>('POST', '/credentials/test', {
				credentials: {
					id: credential.id,
					name: credential.name,
					type: 'realtimeWebhooksInboxHubApi',
					data: { baseUrl, apiKey, webhookSecret: SECRET, previousWebhookSecret: '' },
				},
			});
		expect(await run(hub.apiKey)).toMatchObject({ status: 'OK' });
		expect(hub.calls.at(-1)).toMatchObject({ path: '/api/sessions', apiKey: hub.apiKey });
		expect(await run('wrong')).toEqual({
			status: 'Error',
			message: "Inbox Hub responded with 401. Check 'API Key'.",
		});
		const asked = hub.calls.length;
		expect(await run('')).toMatchObject({ status: 'OK' });
		expect(hub.calls, 'of what only receives, nothing is asked').toHaveLength(asked);
	});
});

test('a plain http or private address is refused before Inbox Hub is called', async () => {
	const hub = new InboxHubStandIn([]);
	const baseUrl = await hub.start();
	const n8n = await startTestN8n();
	try {
		const credential = await createInboxHubCredential(n8n, { baseUrl, apiKey: hub.apiKey });
		const failure = await publicationFailure(n8n, baileysDraft('private', credential));
		expect(failure).toContain('only to public HTTPS addresses');
		expect(failure).toContain('WEBHOOK_URL');
		expect(hub.calls).toEqual([]);
	} finally {
		await n8n.close();
		await hub.stop();
	}
});
