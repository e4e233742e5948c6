import { randomUUID } from 'node:crypto';
import type { NodeConnectionType } from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { ChatModel } from '../support/chatModel.mts';
import { InboxHubStandIn, post, SECRET } from '../support/inboxHub.mts';
import { startTestN8n, type TestN8n, type WorkflowNode } from '../support/n8n.mts';
import { nodeOf } from '../support/replayWorkflow.mts';
import { TestSocketIoServer } from '../support/socketIoServer.mts';
import { triggerDraft } from '../support/triggerWorkflow.mts';
import { signers, yapeNotification } from '../support/yape.mts';

/** What an agent must never be offered. */
const DELETES = /delete|remove/i;

interface NodeDescription {
	readonly name: string;
	readonly properties: ReadonlyArray<{
		readonly name: string;
		readonly options?: ReadonlyArray<{
			readonly value: string;
			readonly displayOptions?: { readonly hide?: Readonly<Record<string, unknown>> };
		}>;
	}>;
}

/** A tool of the agent: our node under the name that n8n gives it as a tool. */
interface Tool {
	readonly name: string;
	readonly type: string;
	readonly parameters: WorkflowNode['parameters'];
	readonly credential: string;
}

const HUB_URL = 'https://n8n.example.com/webhook/hub';

const TOOLS: readonly Tool[] = [
	{
		name: 'Search the Events',
		type: 'eventHistory',
		credential: 'realtimeWebhooksN8nEventStoreApi',
		parameters: {
			resource: 'event',
			operation: 'getMany',
			limit: 5,
			simplify: true,
			filters: {
				eventTypes:
					"={{ $fromAI('types', 'Types of the events, such as yape.payment.*', 'string') }}",
			},
		},
	},
	{
		name: 'Replay One Event',
		type: 'eventHistory',
		credential: 'realtimeWebhooksN8nEventStoreApi',
		parameters: {
			resource: 'event',
			operation: 'replay',
			eventsFrom: 'filters',
			target: 'originalWorkflow',
			replayWait: 'outcome',
			filters: { eventId: "={{ $fromAI('event_id', 'ID of the event to replay', 'string') }}" },
			options: { maximum: 1 },
		},
	},
	{
		name: 'Tell the Page',
		type: 'realtimeBroadcast',
		credential: 'realtimeWebhooksSocketIoApi',
		parameters: {
			transport: 'socketIo',
			namespace: '/',
			event: 'notice',
			payload: 'json',
			payloadJson: "={{ JSON.stringify({ text: $fromAI('text', 'What to show', 'string') }) }}",
		},
	},
	{
		name: 'Register a Webhook',
		type: 'webhookSubscription',
		credential: 'realtimeWebhooksInboxHubApi',
		parameters: {
			resource: 'gatewayWebhook',
			operation: 'register',
			gateway: 'inboxHub',
			targetsFrom: 'names',
			targetNames: "={{ $fromAI('session', 'Name of the WhatsApp session', 'string') }}",
			webhookUrl: HUB_URL,
		},
	},
	// The editor does not offer it; somebody may write it by hand.
	{
		name: 'Remove a Webhook',
		type: 'webhookSubscription',
		credential: 'realtimeWebhooksInboxHubApi',
		parameters: {
			resource: 'gatewayWebhook',
			operation: 'remove',
			gateway: 'inboxHub',
			targetsFrom: 'names',
			targetNames: 'sales_2',
			webhookToRemove: 'any',
		},
	},
];

describe('as tools of an AI agent, in a real n8n', () => {
	const hub = new InboxHubStandIn(
		[1, 2].map((id) => ({
			id,
			sessionId: `sales_${id}`,
			sessionName: `Sales ${id}`,
			status: 'connected',
			webhookUrl: id === 2 ? 'https://crm.example.com/hook' : null,
			webhookSecret: null,
		})),
	);
	const path = randomUUID();
	let n8n: TestN8n;
	let model: ChatModel;
	let page: TestSocketIoServer;
	let eventId: string;

	async function credential(type: string, data: Record<string, unknown>) {
		const name = `${type} ${randomUUID()}`;
		const { id } = await n8n.client.createCredential(name, type, data);
		return { [type]: { id, name } };
	}

	/** Asks the agent; gives what it answered. */
	async function ask(name: string, given: object): Promise<string> {
		model.call = { name, arguments: given };
		const { status, json } = await post(n8n.client.webhookUrl(path), '{"text":"Do it."}');
		expect(status, JSON.stringify(json)).toBe(200);
		return (json as { output: string }).output;
	}

	beforeAll(async () => {
		model = await ChatModel.start();
		page = await TestSocketIoServer.start();
		page.answer = (_, acknowledge) => acknowledge({ ok: true });
		n8n = await startTestN8n({ whole: true });
		const access = {
			realtimeWebhooksN8nEventStoreApi: { baseUrl: n8n.url, apiKey: n8n.client.apiKey },
			realtimeWebhooksSocketIoApi: { url: page.url, path: '/socket.io' },
			realtimeWebhooksInboxHubApi: {
				baseUrl: await hub.start(),
				apiKey: hub.apiKey,
				webhookSecret: SECRET,
				previousWebhookSecret: '',
			},
		};
		const held: Record<string, Record<string, { id: string; name: string }>> = {};
		for (const [type, data] of Object.entries(access)) held[type] = await credential(type, data);
		const openAi = await credential('openAiApi', { apiKey: 'none', url: model.url, header: false });

		const payments = randomUUID();
		const yape = await credential('realtimeWebhooksYapeNotifierApi', {
			baseUrl: 'https://api.notificaciones.space',
			signatureScheme: 'hmac',
			webhookSecret: SECRET,
		});
		const { id } = await n8n.createPublished(
			triggerDraft({
				type: 'yapeTrigger',
				name: 'Yape Trigger',
				path: payments,
				parameters: { events: ['yape.payment.received'], options: {} },
				credentials: yape,
			}),
			payments,
		);
		const body = JSON.stringify(yapeNotification());
		await post(n8n.client.webhookUrl(payments), body, signers.hmac(body, SECRET));
		const [execution] = await n8n.client.waitForExecutions(id);
		const [item] = execution?.data?.resultData.runData['Yape Trigger']?.[0]?.data?.main?.[0] ?? [];
		eventId = String(item?.json.id);

		const webhook = { path, httpMethod: 'POST', responseMode: 'lastNode' };
		const nodes: WorkflowNode[] = [
			nodeOf('Webhook', 'n8n-nodes-base.webhook', 2.1, webhook, { webhookId: path }),
			nodeOf('AI Agent', '@n8n/n8n-nodes-langchain.agent', 3, {
				promptType: 'define',
				text: '={{ $json.body.text }}',
				options: { maxIterations: 3 },
			}),
			nodeOf(
				'Model',
				'@n8n/n8n-nodes-langchain.lmChatOpenAi',
				1.2,
				{ model: { __rl: true, mode: 'id', value: 'stand-in' }, options: {} },
				{ credentials: openAi },
			),
			...TOOLS.map(({ name, type, parameters, credential: needed }) =>
				nodeOf(name, `${PACKAGE_NAME}.${type}Tool`, 1, parameters, {
					credentials: held[needed] ?? {},
				}),
			),
		];
		const to = (type: NodeConnectionType) => ({ [type]: [[{ node: 'AI Agent', type, index: 0 }]] });
		const connections = {
			Webhook: to('main'),
			Model: to('ai_languageModel'),
			...Object.fromEntries(TOOLS.map(({ name }) => [name, to('ai_tool')])),
		};
		await n8n.createPublished({ name: 'Agent', nodes, connections }, path);
	});
	beforeEach(() => {
		model.offered.length = 0;
		model.results.length = 0;
	});
	afterAll(async () => {
		await n8n?.close();
		await hub.stop();
		await page?.close();
		await model?.stop();
	});

	test('it is told what each does, and what to give', async () => {
		await ask('Search_the_Events', { types: 'yape.*' });
		const [tools = []] = model.offered;
		expect(tools.map(({ name, description }) => [name, description]).sort()).toEqual([
			['Register_a_Webhook', 'Register gateway webhooks in Webhook Subscription'],
			['Remove_a_Webhook', 'Remove gateway webhooks in Webhook Subscription'],
			['Replay_One_Event', 'Replay events in Event History'],
			['Search_the_Events', 'Get many events in Event History'],
			['Tell_the_Page', expect.stringContaining('realtime server')],
		]);
		const search = tools.find(({ name }) => name === 'Search_the_Events');
		expect(search?.parameters.properties?.types?.description).toContain('yape.payment.*');
	});

	test('it searches the history', async () => {
		const answer = await ask('Search_the_Events', { types: 'yape.payment.*' });
		expect(answer).toContain('The tool says');
		expect(answer).toContain(eventId);
		expect(await ask('Search_the_Events', { types: 'whatsapp.*' })).not.toContain(eventId);
	});

	test('it replays one event', async () => {
		const answer = await ask('Replay_One_Event', { event_id: eventId });
		expect(answer).toMatch(/outcome\W+replayed/);
		expect(await ask('Replay_One_Event', { event_id: eventId })).toContain('already_replayed');
	});

	test('it broadcasts', async () => {
		await ask('Tell_the_Page', { text: 'Closed at noon today' });
		await page.until(() => page.received.length > 0);
		expect(page.received).toMatchObject([
			{ name: 'notice', args: [{ text: 'Closed at noon today' }] },
		]);
	});

	test('it registers a webhook', async () => {
		const answer = await ask('Register_a_Webhook', { session: 'sales_1' });
		expect(answer).toContain('sales_1');
		expect(hub.sessions[0]?.webhookUrl).toBe(HUB_URL);
	});

	test('it deletes nothing, also where somebody wrote such a tool by hand', async () => {
		const answer = await ask('Remove_a_Webhook', {});
		expect(answer).toContain("An AI agent can't run the operation 'remove'");
		expect(hub.sessions[1]?.webhookUrl).toBe('https://crm.example.com/hook');
	});

	test('and is offered nothing that deletes', async () => {
		const answer = await n8n.client.get('/types/nodes.json');
		const types = (await answer.json()) as NodeDescription[];
		const tools = types.filter(
			({ name }) => name.startsWith(`${PACKAGE_NAME}.`) && name.endsWith('Tool'),
		);
		expect(tools).toHaveLength(4);
		const offered = tools.flatMap(({ name, properties }) =>
			properties
				.filter((property) => property.name === 'operation')
				.flatMap(({ options = [] }) =>
					options
						.filter(({ displayOptions }) => displayOptions?.hide?.['@tool'] === undefined)
						.map(({ value }) => `${name} ${value}`),
				),
		);
		expect(offered.length).toBeGreaterThan(10);
		expect(offered.filter((one) => DELETES.test(one))).toEqual([]);
	});
});
