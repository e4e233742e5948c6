import { randomUUID } from 'node:crypto';
import type { INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliverAs, EvolutionStandIn, textMessage } from '../support/evolutionApi.mts';
import { startTestN8n, type TestN8n, type WorkflowNode } from '../support/n8n.mts';
import { nothing, publicationFailure, triggerDraft } from '../support/triggerWorkflow.mts';

const SECRET = 'a-secret-that-nobody-can-guess-0123';

const CRM = {
	url: 'https://crm.example.com/hook',
	enabled: true,
	headers: { jwt_key: 'key-of-the-crm' },
	events: ['MESSAGES_UPSERT'],
	webhookByEvents: false,
	webhookBase64: false,
};

/** Evolution API is often in the same network, so n8n's own address is good enough for it. */
describe('one address for all instances, in a real n8n', () => {
	const standIn = new EvolutionStandIn([
		{ name: 'shop1', webhook: structuredClone(CRM) },
		{ name: 'shop2' },
	]);
	let n8n: TestN8n;
	let baseUrl: string;
	let credential: { id: string; name: string };

	const data = (apiKey: string, url = baseUrl) => ({
		baseUrl: url,
		apiKey,
		verification: 'jwt',
		headerName: '',
		webhookSecret: SECRET,
		previousWebhookSecret: '',
	});

	const draft = (path: string, instances: string) =>
		triggerDraft({
			type: 'euAtendoTrigger',
			name: 'Trigger',
			path,
			parameters: {
				scope: 'all',
				instances,
				events: ['whatsapp.message.received'],
				options: {},
			} satisfies INodeParameters as WorkflowNode['parameters'],
			credentials: { realtimeWebhooksEvolutionApi: credential },
			following: [nothing()],
		});

	beforeAll(async () => {
		baseUrl = await standIn.start();
		n8n = await startTestN8n();
		const name = 'Evolution API';
		const { id } = await n8n.client.createCredential(
			name,
			'realtimeWebhooksEvolutionApi',
			data(standIn.apiKey),
		);
		credential = { id, name };
	});
	afterAll(async () => {
		await n8n?.close();
		await standIn.stop();
	});

	test('registers, receives what the server delivers, and gives back', async () => {
		const path = randomUUID();
		const { id } = await n8n.createPublished(draft(path, '*'), path);
		// n8n publishes in the background.
		for (const name of ['shop1', 'shop2']) {
			await expect.poll(() => standIn.instance(name).webhook?.url).toContain(path);
			const { webhook } = standIn.instance(name);
			if (webhook === null) throw new Error(`nothing is registered on ${name}`);
			const answer = await deliverAs(webhook, textMessage('M1', 'Oi', name));
			expect(answer).toMatchObject({ status: 200, json: { received: true, id: 'M1' } });
		}
		await n8n.client.waitForExecutions(id, 2);
		await n8n.client.unpublish(id);
		await expect.poll(() => standIn.instance('shop1').webhook).toEqual(CRM);
		await expect.poll(() => standIn.instance('shop2').webhook?.enabled).toBe(false);
	});

	test('a publication that fails halfway leaves nothing behind', async () => {
		standIn.instance('shop2').webhook = null;
		const failure = await publicationFailure(n8n, draft(randomUUID(), 'shop1, nowhere'));
		expect(failure).toContain('The "nowhere" instance does not exist');
		expect(standIn.instance('shop1').webhook).toEqual(CRM);
	});

	test('the credential test reads the instances, and says so when the key is refused', async () => {
		const run = async (apiKey: string) =>
			await n8n.client.rest<{ status: string }>('POST', '/credentials/test', {
				credentials: {
					...credential,
					type: 'realtimeWebhooksEvolutionApi',
					data: data(apiKey, `${baseUrl}/`),
				},
			});
		expect(await run(standIn.apiKey)).toMatchObject({ status: 'OK' });
		expect(standIn.calls.at(-1)).toMatchObject({ path: '/instance/fetchInstances' });
		expect(await run('wrong')).toEqual({
			status: 'Error',
			message: "Evolution API responded with 401. Check 'API Key'.",
		});
		const asked = standIn.calls.length;
		expect(await run('')).toMatchObject({ status: 'OK' });
		expect(standIn.calls, 'of what only receives, nothing is asked').toHaveLength(asked);
	});
});
