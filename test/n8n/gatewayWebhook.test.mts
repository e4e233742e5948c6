import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { deliverAs, EvolutionStandIn, textMessage } from '../support/evolutionApi.mts';
import { SECRET as HUB_SECRET } from '../support/inboxHub.mts';
import { outputOf, startTestN8n, type TestN8n, type WorkflowNode } from '../support/n8n.mts';
import { triggerDraft } from '../support/triggerWorkflow.mts';
import { deliverWaha, signWaha, WahaStandIn, wahaMessage } from '../support/waha.mts';

const SECRET = 'a-secret-that-nobody-can-guess-0123';
const CRM = {
	url: 'https://crm.example.com/hook?token=token-of-the-crm',
	enabled: true,
	headers: { jwt_key: 'key-of-the-crm' },
	events: ['MESSAGES_UPSERT'],
	webhookByEvents: false,
	webhookBase64: false,
};

interface Credential {
	readonly type: string;
	readonly id: string;
	readonly name: string;
}

describe('Webhook Subscription, resource Gateway Webhook, in a real n8n', () => {
	const evolution = new EvolutionStandIn([
		{ name: 'shop1' },
		{ name: 'shop2' },
		{ name: 'crm', webhook: structuredClone(CRM) },
	]);
	const waha = new WahaStandIn([{ name: 'default', status: 'WORKING', config: null }]);
	let n8n: TestN8n;
	let evolutionData: Record<string, string>;
	let wahaData: Record<string, string>;

	beforeAll(async () => {
		const secrets = { webhookSecret: SECRET, previousWebhookSecret: '' };
		evolutionData = {
			baseUrl: await evolution.start(),
			apiKey: evolution.apiKey,
			verification: 'jwt',
			headerName: '',
			...secrets,
		};
		wahaData = {
			baseUrl: await waha.start(),
			apiKey: waha.apiKey,
			webhookSecret: HUB_SECRET,
			previousWebhookSecret: '',
		};
		n8n = await startTestN8n();
	});
	afterAll(async () => {
		await n8n?.close();
		await evolution.stop();
		await waha.stop();
	});

	async function credential(type: string, data: Record<string, string>): Promise<Credential> {
		const name = `${type} ${randomUUID()}`;
		const { id } = await n8n.client.createCredential(name, type, data);
		return { type, id, name };
	}

	const reference = ({ type, id, name }: Credential) => ({ [type]: { id, name } });

	/** A workflow that runs the node when its webhook is called, and answers with all items. */
	async function order(
		held: Credential,
		parameters: WorkflowNode['parameters'],
	): Promise<{ run(): Promise<Array<Record<string, unknown>>>; workflowId: string }> {
		const path = randomUUID();
		const { id } = await n8n.createPublished(
			{
				name: `Order ${path}`,
				nodes: [
					{
						id: randomUUID(),
						name: 'Webhook',
						type: 'n8n-nodes-base.webhook',
						typeVersion: 2,
						position: [0, 0],
						webhookId: path,
						parameters: {
							path,
							httpMethod: 'POST',
							responseMode: 'lastNode',
							responseData: 'allEntries',
						},
					},
					{
						id: randomUUID(),
						name: 'Subscription',
						type: `${PACKAGE_NAME}.webhookSubscription`,
						typeVersion: 1,
						position: [220, 0],
						parameters: { resource: 'gatewayWebhook', ...parameters },
						credentials: reference(held),
					},
				],
				connections: {
					Webhook: { main: [[{ node: 'Subscription', type: 'main', index: 0 }]] },
				},
			},
			path,
		);
		const run = async () => {
			const response = await fetch(n8n.client.webhookUrl(path), { method: 'POST' });
			return (await response.json()) as Array<Record<string, unknown>>;
		};
		return { run, workflowId: id };
	}

	/** Publishes a trigger that does not register itself: its credential has no API key. */
	async function trigger(
		type: string,
		held: Credential,
		parameters: WorkflowNode['parameters'],
	): Promise<{ id: string; url: string }> {
		const path = randomUUID();
		const draft = triggerDraft({
			...{ type, name: 'Trigger', path, credentials: reference(held) },
			parameters: { events: ['whatsapp.message.received'], options: {}, ...parameters },
		});
		const { id } = await n8n.createPublished(draft, path);
		return { id, url: n8n.client.webhookUrl(path) };
	}

	test('instances are registered, deliver to an EuAtendo Trigger, and are released', async () => {
		const keyless = await credential('realtimeWebhooksEvolutionApi', {
			...evolutionData,
			apiKey: '',
		});
		const live = await trigger('euAtendoTrigger', keyless, { scope: 'all', instances: '*' });
		const held = await credential('realtimeWebhooksEvolutionApi', evolutionData);
		const instances = {
			gateway: 'euAtendo',
			targetsFrom: 'list',
			targets: ['shop1', 'shop2'],
			webhookUrl: live.url,
			options: {},
		};
		const register = await order(held, {
			...instances,
			operation: 'register',
			events: ['whatsapp.message.received'],
		});
		expect(await register.run()).toMatchObject([
			{ session: 'shop1', result: 'added', changed: true, before: null },
			{ session: 'shop2', result: 'added', after: { url: live.url, secret: 'current' } },
		]);
		for (const name of ['shop1', 'shop2']) {
			const { webhook } = evolution.instance(name);
			if (webhook === null) throw new Error(`nothing is registered on ${name}`);
			const answer = await deliverAs(webhook, textMessage(`M-${name}`, 'Oi', name));
			expect(answer).toMatchObject({ status: 200, json: { received: true, id: `M-${name}` } });
		}
		await n8n.client.waitForExecutions(live.id, 2);
		expect(await register.run()).toMatchObject([{ changed: false }, { changed: false }]);

		const remove = await order(held, {
			...instances,
			operation: 'remove',
			targetsFrom: 'all',
			webhookToRemove: 'url',
		});
		expect(await remove.run()).toMatchObject([
			{ session: 'shop1', result: 'removed', after: { enabled: false } },
			{ session: 'shop2', result: 'removed' },
			{ session: 'crm', result: 'foreign', changed: false },
		]);
		expect(evolution.instance('crm').webhook).toEqual(CRM);
		const stored = JSON.stringify([
			await n8n.client.listExecutions({ workflowId: register.workflowId }),
			await n8n.client.listExecutions({ workflowId: remove.workflowId }),
		]);
		for (const hidden of [SECRET, evolution.apiKey, 'key-of-the-crm', 'token-of-the-crm']) {
			expect(stored).not.toContain(hidden);
			expect(n8n.log()).not.toContain(hidden);
		}
	});

	test('a session delivers to a Baileys Trigger, and to a plain Webhook node beside it', async () => {
		const keyless = await credential('realtimeWebhooksWahaApi', { ...wahaData, apiKey: '' });
		const live = await trigger('baileysTrigger', keyless, { gateway: 'waha' });
		const path = randomUUID();
		const plain = await n8n.createPublished(
			{
				name: 'Plain',
				nodes: [
					{
						id: randomUUID(),
						name: 'Webhook',
						type: 'n8n-nodes-base.webhook',
						typeVersion: 2,
						position: [0, 0],
						webhookId: path,
						parameters: { path, httpMethod: 'POST', options: { rawBody: true } },
					},
				],
				connections: {},
			},
			path,
		);
		const held = await credential('realtimeWebhooksWahaApi', wahaData);
		const session = { gateway: 'waha', targetsFrom: 'names', targetNames: 'default', options: {} };
		for (const webhookUrl of [live.url, n8n.client.webhookUrl(path)]) {
			const register = await order(held, {
				...session,
				operation: 'register',
				webhookUrl,
				events: ['whatsapp.message.received'],
			});
			expect(await register.run()).toMatchObject([{ result: 'added', after: { url: webhookUrl } }]);
		}
		const body = wahaMessage('3EB0C0FFEE');
		for (const { url, events, hmac } of waha.webhooks()) {
			expect({ events, key: hmac?.key }).toEqual({ events: ['message'], key: HUB_SECRET });
			expect((await deliverWaha(url, body)).status).toBe(200);
		}
		await n8n.client.waitForExecutions(live.id, 1);
		const [execution] = await n8n.client.waitForExecutions(plain.id, 1);
		const received = execution && outputOf(execution, 'Webhook')[0]?.json;
		expect(received).toMatchObject({
			headers: { 'x-webhook-hmac': signWaha(JSON.stringify(body), HUB_SECRET) },
		});

		const removeAll = await order(held, {
			...session,
			operation: 'remove',
			webhookToRemove: 'any',
		});
		expect(await removeAll.run()).toMatchObject([{ result: 'removed', removed: [{}, {}] }]);
		expect(waha.webhooks()).toEqual([]);
	});

	test('the error output gets what failed, and the editor lists what can be chosen', async () => {
		const held = await credential('realtimeWebhooksEvolutionApi', evolutionData);
		const list = await n8n.client.rest<unknown>('POST', '/dynamic-node-parameters/options', {
			nodeTypeAndVersion: { name: `${PACKAGE_NAME}.webhookSubscription`, version: 1 },
			path: 'parameters.targets',
			methodName: 'getGatewayTargets',
			currentNodeParameters: { resource: 'gatewayWebhook', gateway: 'euAtendo' },
			credentials: reference(held),
		});
		expect(list).toEqual(
			['shop1', 'shop2', 'crm'].map((name) => ({ name: `${name} (open)`, value: name })),
		);

		const path = randomUUID();
		const get = {
			resource: 'gatewayWebhook',
			operation: 'get',
			gateway: 'euAtendo',
			targetsFrom: 'names',
			targetNames: 'gone, crm',
			options: {},
		};
		const { id } = await n8n.createPublished(
			{
				name: 'Errors',
				nodes: [
					{
						id: randomUUID(),
						name: 'Webhook',
						type: 'n8n-nodes-base.webhook',
						typeVersion: 2,
						position: [0, 0],
						webhookId: path,
						parameters: { path, httpMethod: 'POST', options: {} },
					},
					{
						id: randomUUID(),
						name: 'Subscription',
						type: `${PACKAGE_NAME}.webhookSubscription`,
						typeVersion: 1,
						position: [220, 0],
						parameters: get,
						credentials: reference(held),
						onError: 'continueErrorOutput',
					},
				],
				connections: {
					Webhook: { main: [[{ node: 'Subscription', type: 'main', index: 0 }]] },
				},
			},
			path,
		);
		await fetch(n8n.client.webhookUrl(path), { method: 'POST' });
		const [execution] = await n8n.client.waitForExecutions(id, 1);
		const run = execution?.data?.resultData.runData.Subscription?.at(-1);
		const [done, failed] = run?.data?.main ?? [];
		expect(done?.map(({ json }) => json)).toMatchObject([{ session: 'crm' }]);
		expect(failed?.map(({ json }) => json)).toMatchObject([
			{ error: { session: 'gone', message: expect.stringContaining('does not exist') as string } },
		]);
	});
});
