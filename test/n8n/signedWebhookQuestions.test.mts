import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { post } from '../support/inboxHub.mts';
import { startTestN8n, triggerOutput, type TestN8n } from '../support/n8n.mts';
import { senders } from '../support/signedSenders.mts';
import { triggerDraft } from '../support/triggerWorkflow.mts';

const CREDENTIAL = 'realtimeWebhooksSignedWebhookApi';
const SIGNING = { secret: 'a-secret-of-the-app' };

describe('Signed Webhook Trigger in a real n8n', () => {
	let n8n: TestN8n;
	beforeAll(async () => void (n8n = await startTestN8n()));
	afterAll(async () => await n8n?.close());

	async function publish(scheme: string) {
		const path = randomUUID();
		const { id } = await n8n.client.createCredential(`Signed ${path}`, CREDENTIAL, {
			secret: SIGNING.secret,
			previousSecret: '',
			verifyToken: 'my-token',
		});
		const draft = triggerDraft({
			type: 'signedWebhookTrigger',
			name: 'Trigger',
			path,
			parameters: { scheme, events: '*' },
			credentials: { [CREDENTIAL]: { id, name: `Signed ${path}` } },
		});
		const workflow = await n8n.createPublished(draft, path);
		return {
			url: n8n.client.webhookUrl(path),
			executions: async (count: number) => await n8n.client.waitForExecutions(workflow.id, count),
			started: async () =>
				(await n8n.client.listExecutions({ workflowId: workflow.id, includeData: false })).length,
		};
	}

	test("Meta: the address is the user's, by GET; its messages are one item each, by POST", async () => {
		const { url, started, executions } = await publish('meta');
		const ask = async (token: string) =>
			await fetch(`${url}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`);
		// n8n registers the methods of a webhook one after the other.
		await expect.poll(async () => (await ask('my-token')).status).not.toBe(404);
		const answer = await ask('my-token');
		expect([answer.status, await answer.text()]).toEqual([200, '1158201444']);
		expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
		expect((await ask('another')).status).toBe(403);
		expect((await fetch(url)).status).toBe(405);
		expect(await started()).toBe(0);

		const messages = ['wamid.1', 'wamid.2'].map((id) => ({ id, from: '34', type: 'text' }));
		const body = JSON.stringify({
			object: 'whatsapp_business_account',
			entry: [{ id: 'WABA', changes: [{ field: 'messages', value: { messages } }] }],
		});
		const { headers = {} } = senders.meta(body, SIGNING);
		expect((await post(url, body, { ...headers })).json).toMatchObject({ received: true });
		expect((await post(url, body, { ...headers })).json).toMatchObject({ duplicate: true });
		const [execution] = await executions(1);
		const items = execution === undefined ? [] : triggerOutput(execution);
		expect(items.map(({ json }) => [json.type, json.id])).toEqual([
			['meta.whatsapp.messages.text', 'wamid.1'],
			['meta.whatsapp.messages.text', 'wamid.2'],
		]);
		expect(await started()).toBe(1);
	});

	test("Slack's challenge is answered and starts nothing; an event starts one execution", async () => {
		const { url, started, executions } = await publish('slack');
		const send = async (body: object) => {
			const { body: text, headers = {} } = senders.slack(JSON.stringify(body), SIGNING);
			return await post(url, text, { ...headers });
		};
		const challenge = await send({ type: 'url_verification', challenge: '3eZbrw1aB' });
		expect(challenge).toMatchObject({ status: 200, json: { challenge: '3eZbrw1aB' } });
		expect(await started()).toBe(0);
		const event = { type: 'event_callback', event_id: 'Ev1', event: { type: 'app_mention' } };
		expect((await send(event)).status).toBe(200);
		expect((await send(event)).status).toBe(200);
		const [execution] = await executions(1);
		expect(execution && triggerOutput(execution)).toMatchObject([
			{ json: { id: 'Ev1', type: 'slack.app_mention', verification: 'hmac-sha256' } },
		]);
		expect(await started()).toBe(1);
	});
});
