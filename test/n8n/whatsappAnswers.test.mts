import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ChatModel, type Message } from '../support/chatModel.mts';
import { bearer, EvolutionStandIn, textMessage } from '../support/evolutionApi.mts';
import { exampleWorkflow, type ExampleChanges } from '../support/exampleWorkflow.mts';
import { deliver, post, receivedMessage, SECRET } from '../support/inboxHub.mts';
import {
	exampleCredential,
	jsonOf,
	LiveExamples,
	PATIENCE,
	valuesOf,
	type LiveExample,
} from '../support/liveExamples.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { deliverWaha, wahaMessage } from '../support/waha.mts';
import { WebhookReceiver } from '../support/webhookReceiver.mts';

const BY_TEXT = 'answer-a-whatsapp-message';
const BY_AGENT = 'answer-a-whatsapp-message-with-an-agent';
const TRIGGERS = ['Inbox Hub', 'WAHA', 'EuAtendo'];
const HUB_SEND = '/hub/api/messages/sales_1/send';
const WAHA_SEND = '/waha/api/sendText';
const EVOLUTION_SEND = '/evolution/message/sendText/shop1';
const GROUP = { chatId: '1203@g.us', participant: '34600000000@s.whatsapp.net' };

/** Where the triggers of EuAtendo register themselves, by example: a place holds one webhook. */
const places: EvolutionStandIn[] = [];
let n8n: TestN8n;
/** In the place of all three gateways, as far as they send messages. */
let receiver: WebhookReceiver;
let model: ChatModel;
/** The examples that are published. */
const published: LiveExample[] = [];

beforeAll(async () => {
	receiver = await WebhookReceiver.start();
	model = await ChatModel.start();
	n8n = await startTestN8n();
});
afterEach(async () => {
	// A message is sent a moment before its execution ends, and tests count executions.
	for (const { id: workflowId } of published) {
		const running = async () => await n8n.client.listExecutions({ workflowId, status: 'running' });
		await expect.poll(running, PATIENCE).toEqual([]);
	}
	receiver.answers.clear();
	receiver.received.length = 0;
	model.heard.length = 0;
});
afterAll(async () => {
	await n8n?.close();
	for (const one of places) await one.stop();
	await model?.stop();
	await receiver?.close();
});

/** Publishes one of the two examples, with a credential for each gateway. */
async function publish(
	file: string,
	credentialsOf: NonNullable<ExampleChanges['credentialsOf']> = {},
): Promise<LiveExample> {
	const secrets = { webhookSecret: SECRET, previousWebhookSecret: '' };
	const credential = async (type: string, data: Record<string, unknown>) => ({
		[type]: await exampleCredential(n8n, type, { ...secrets, ...data }),
	});
	const baseUrl = receiver.url;
	const evolution = new EvolutionStandIn([{ name: 'shop1' }]);
	places.push(evolution);
	const http = {
		...(await credential('realtimeWebhooksInboxHubApi', { baseUrl, apiKey: 'hub-key' })),
		...(await credential('realtimeWebhooksWahaApi', { baseUrl, apiKey: 'waha-key' })),
		...(await credential('realtimeWebhooksEvolutionApi', {
			baseUrl,
			apiKey: 'evolution-key',
			verification: 'jwt',
		})),
	};
	const registering = await credential('realtimeWebhooksEvolutionApi', {
		baseUrl: await evolution.start(),
		apiKey: evolution.apiKey,
		verification: 'jwt',
	});
	const urls = {
		inboxHubUrl: `${receiver.url}/hub`,
		wahaUrl: `${receiver.url}/waha`,
		evolutionUrl: `${receiver.url}/evolution`,
	};
	const live = await new LiveExamples(n8n).publish(file, {
		credentialsOf: {
			httpRequest: http,
			baileysTrigger: http,
			euAtendoTrigger: registering,
			...credentialsOf,
		},
		parameters: { Answer: valuesOf(file, 'Answer', urls) },
	});
	for (const name of TRIGGERS) await n8n.client.waitForWebhook(live.pathOf(name));
	published.push(live);
	return live;
}

/** The one message that a gateway was told to send. */
async function sentTo(path: string) {
	await expect.poll(() => receiver.of(path).length, PATIENCE).toBe(1);
	const [{ headers, body } = { headers: {}, body: '{}' }] = receiver.of(path);
	return { headers, body: JSON.parse(body) as Record<string, unknown> };
}

const deliverEvolution = async (url: string, id: string) =>
	await post(url, JSON.stringify(textMessage(id)), { authorization: bearer(SECRET) });

describe('answer a WhatsApp message', () => {
	let live: LiveExample;
	beforeAll(async () => {
		live = await publish(BY_TEXT);
	});
	const url = (name: string) => n8n.client.webhookUrl(live.pathOf(name));

	test('each gateway is told the chat as it writes it, with its own key', async () => {
		await deliver(url('Inbox Hub'), receivedMessage());
		const hub = await sentTo(HUB_SEND);
		expect(hub.headers).toMatchObject({ 'x-api-key': 'hub-key' });
		expect(hub.body).toEqual({
			to: '34600000000@s.whatsapp.net',
			message: expect.stringContaining('we received your message'),
			type: 'text',
		});

		await deliverWaha(url('WAHA'), wahaMessage('A1'));
		const waha = await sentTo(WAHA_SEND);
		expect(waha.headers).toMatchObject({ 'x-api-key': 'waha-key' });
		expect(waha.body).toMatchObject({ session: 'default', chatId: '34600000000@c.us' });
		expect(waha.body.text).toContain('Hi Ana');

		await deliverEvolution(url('EuAtendo'), 'E1');
		const evolution = await sentTo(EVOLUTION_SEND);
		expect(evolution.headers).toMatchObject({ apikey: 'evolution-key' });
		expect(evolution.body).toMatchObject({ number: '551188887777' });
	});

	test('a group and a repeat are not answered', async () => {
		const ended = (await live.ended()).length;
		await deliver(url('Inbox Hub'), receivedMessage(GROUP));
		await deliverWaha(url('WAHA'), wahaMessage('A1'));
		await n8n.client.waitForExecutions(live.id, ended + 1);
		const [newest] = (await live.ended()).slice(-1);
		expect(newest && jsonOf(newest, 'Answer')).toEqual([]);
		expect(receiver.received).toEqual([]);
	});
});

describe('with an AI agent', () => {
	let live: LiveExample;
	beforeAll(async () => {
		const openAi = { apiKey: 'none', url: model.url, header: false };
		live = await publish(BY_AGENT, {
			lmChatOpenAi: { openAiApi: await exampleCredential(n8n, 'openAiApi', openAi) },
		});
	});
	const url = (name: string) => n8n.client.webhookUrl(live.pathOf(name));

	/** What the model was told that was said in a conversation. */
	const told = (conversation: readonly Message[] = []) =>
		conversation
			.filter(({ role }) => role === 'user' || role === 'assistant')
			.map(({ content }) => content);

	test('what the model says goes out through the gateway that the message came from', async () => {
		model.says = 'Hola, abrimos a las nueve.';
		await deliver(url('Inbox Hub'), receivedMessage({ content: '¿A qué hora abren?' }));
		const hub = await sentTo(HUB_SEND);
		expect(hub.headers).toMatchObject({ 'x-api-key': 'hub-key' });
		expect(hub.body).toEqual({
			to: '34600000000@s.whatsapp.net',
			message: 'Hola, abrimos a las nueve.',
			type: 'text',
		});
		const [conversation] = model.heard;
		// OpenAI's newer models call it so.
		expect(conversation?.[0]).toMatchObject({
			role: 'developer',
			content: expect.stringContaining('WhatsApp'),
		});
		expect(told(conversation)).toEqual(['¿A qué hora abren?']);

		model.says = 'Sí.';
		await deliverWaha(url('WAHA'), wahaMessage('A1'));
		const waha = await sentTo(WAHA_SEND);
		expect(waha.headers).toMatchObject({ 'x-api-key': 'waha-key' });
		expect(waha.body).toEqual({ session: 'default', chatId: '34600000000@c.us', text: 'Sí.' });

		model.says = 'Temos.';
		await deliverEvolution(url('EuAtendo'), 'E1');
		const evolution = await sentTo(EVOLUTION_SEND);
		expect(evolution.headers).toMatchObject({ apikey: 'evolution-key' });
		expect(evolution.body).toEqual({ number: '551188887777', text: 'Temos.' });
		expect(receiver.received).toHaveLength(3);
	});

	test('a repeat is not asked again, while the model thinks or afterwards', async () => {
		const ended = (await live.ended()).length;
		let say = () => {};
		model.thinking = new Promise<void>((resolve) => (say = resolve));
		model.says = 'Once.';
		const message = wahaMessage('A2');
		await deliverWaha(url('WAHA'), message);
		await expect.poll(() => model.heard.length, PATIENCE).toBe(1);
		const early = await deliverWaha(url('WAHA'), message);
		say();
		expect((await sentTo(WAHA_SEND)).body).toMatchObject({ text: 'Once.' });
		const late = await deliverWaha(url('WAHA'), message);
		for (const { status, json } of [early, late]) {
			expect([status, json]).toEqual([200, expect.objectContaining({ duplicate: true })]);
		}

		// Whatever the repeats had started would have come before this one.
		await deliver(url('Inbox Hub'), receivedMessage(GROUP));
		await n8n.client.waitForExecutions(live.id, ended + 2);
		expect((await live.ended()).slice(ended)).toHaveLength(2);
		expect(model.heard).toHaveLength(1);
		expect(receiver.received).toHaveLength(1);
	});

	test('a chat is remembered, and not told to another', async () => {
		const ask = async (digits: string, content: string, says: string) => {
			receiver.received.length = 0;
			model.heard.length = 0;
			model.says = says;
			const chatId = `${digits}@s.whatsapp.net`;
			await deliver(url('Inbox Hub'), receivedMessage({ chatId, from: chatId, content }));
			expect((await sentTo(HUB_SEND)).body).toMatchObject({ to: chatId, message: says });
			return told(model.heard[0]);
		};
		const [ana, luis] = ['34611111111', '34622222222'] as const;
		expect(await ask(ana, 'I am Ana.', 'Welcome.')).toEqual(['I am Ana.']);
		expect(await ask(luis, 'Who wrote to you?', 'You did.')).toEqual(['Who wrote to you?']);
		expect(await ask(ana, 'Who am I?', 'Ana.')).toEqual(['I am Ana.', 'Welcome.', 'Who am I?']);
	});

	test('where the gateway fails, a retry in n8n sends what the model has said already', async () => {
		const ended = (await live.ended()).length;
		model.says = 'Said once.';
		receiver.answer(HUB_SEND, 500);
		await deliver(url('Inbox Hub'), receivedMessage());
		await n8n.client.waitForExecutions(live.id, ended + 1);
		const [failed] = (await live.ended()).slice(-1);
		expect(failed?.status).toBe('error');
		receiver.answers.clear();
		receiver.received.length = 0;
		await n8n.client.api('POST', `/executions/${failed?.id}/retry`, {});
		expect((await sentTo(HUB_SEND)).body).toMatchObject({ message: 'Said once.' });
		expect(model.heard).toHaveLength(1);
	});

	test('the model is not asked about a group, or about what is no text', async () => {
		const ended = (await live.ended()).length;
		await deliver(url('Inbox Hub'), receivedMessage(GROUP));
		await deliver(url('Inbox Hub'), receivedMessage({ type: 'image', content: 'Look' }));
		await n8n.client.waitForExecutions(live.id, ended + 2);
		const executions = (await live.ended()).slice(ended);
		expect(executions.flatMap((one) => jsonOf(one, 'Nothing to Answer'))).toHaveLength(2);
		expect(model.heard).toEqual([]);
		expect(receiver.received).toEqual([]);
	});
});

test('both take and send messages by the same nodes', () => {
	const shared = (file: string) =>
		exampleWorkflow(`${file}.json`)
			.nodes.filter(({ name }) => /^Send |\?$/.test(name) || TRIGGERS.includes(name))
			.map(({ name, type, typeVersion, parameters }) => [
				name,
				type,
				typeVersion,
				JSON.stringify(parameters, (key, value: unknown) => (key === 'id' ? undefined : value)),
			]);
	expect(shared(BY_AGENT)).toHaveLength(8);
	expect(shared(BY_AGENT)).toEqual(shared(BY_TEXT));
});
