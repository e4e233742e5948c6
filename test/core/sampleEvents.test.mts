import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { newOrder } from '../../examples/kometia-store/order.mts';
import { startStore } from '../../examples/kometia-store/store.mts';
import { WHATSAPP_EVENTS } from '../../lib/whatsapp/vocabulary.ts';
import { YAPE_EVENTS } from '../../lib/yape/vocabulary.ts';
import { readArguments, TYPES } from '../../scripts/send/arguments.mts';
import { DELIVERIES } from '../../scripts/send/deliveries.mts';
import type { SenderName } from '../../scripts/start/examples.mts';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { CoreTrigger } from '../conformance/coreTrigger.mts';
import { CURRENT_SECRET, WRONG_SECRET, type Scene } from '../conformance/provider.mts';
import { PROVIDERS } from '../conformance/providers.mts';
import { KOMETIA_KEY, kometiaScene } from '../conformance/providers/kometia.mts';
import { deduplicateIn } from '../support/n8nCore.mts';
import { memoryDeduplicator } from '../support/n8nWebhook.mts';
import { TestSocketIoServer } from '../support/socketIoServer.mts';
import { RunningTrigger } from '../support/socketIoTrigger.mts';

/**
 * The sample events of the documentation are what the triggers give out for what `npm run send` sends. After
 * a change that is meant: `npm test -- test/core/sampleEvents.test.mts -u`.
 */
const SAMPLES = join(CHECKOUT, 'docs', 'samples');
const NOON = new Date('2026-11-05T12:00:00.000Z');
const CLEANERS: Array<() => unknown> = [];

beforeAll(async () => await deduplicateIn(memoryDeduplicator()));
beforeEach(() => void vi.useFakeTimers({ now: NOON, toFake: ['Date'] }));
afterEach(async () => {
	for (const clean of CLEANERS.splice(0).reverse()) await clean();
	vi.useRealTimers();
});

async function sceneOf(name: string): Promise<Scene> {
	const provider = PROVIDERS.find((one) => one.name === name);
	if (provider === undefined) throw new Error(`There is no provider '${name}'`);
	const scene = await provider.open();
	CLEANERS.push(async () => await scene.close?.());
	return scene;
}

async function triggerOf(scene: Scene, events: string | string[] = scene.selectingAll ?? ['*']) {
	const trigger = await CoreTrigger.start(scene, { events });
	CLEANERS.push(async () => await trigger.close());
	return trigger;
}

const request = (as: SenderName, type: string, number: number) => {
	const args = ['--as', as, '--type', type, '--id', `3EB0${String(number).padStart(4, '0')}`];
	const asked = readArguments(as === 'yape' ? args : ['hola', ...args]);
	if (asked === 'help') throw new Error('help was not asked for');
	return { ...asked, at: NOON };
};

/** Compares with the file, or writes it where Vitest is told to update. */
async function expectSamples(file: string, events: readonly unknown[]): Promise<void> {
	const text = withoutChance(`${JSON.stringify(events, null, 2)}\n`);
	await expect(text).toMatchFileSnapshot(join(SAMPLES, file));
}

/** What a store makes up at random. */
const FIXED_ORDER = { id: 'order_4711', number: '#4711' };

/** The port of the test's server, Socket.IO's number of the connection, and the id of a count of refusals. */
const withoutChance = (text: string) =>
	text
		.replaceAll(/127\.0\.0\.1:\d+/g, 'shop.example.com')
		.replaceAll(/[\w-]{20}(?=\/1")/g, 'x7TQ0vFhPz3mJ1nSAAAB')
		.replaceAll(
			/(?<="(?:webhook\.refused\|)?)[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?=")/g,
			REFUSAL_ID,
		);
const REFUSAL_ID = '5010ef60-a747-44f5-a875-e8388d3af4b9';

const GATEWAYS = [
	['inbox-hub', 'Inbox Hub', 'baileys-trigger-inbox-hub.json'],
	['waha', 'WAHA', 'baileys-trigger-waha.json'],
	['eu-atendo', 'EuAtendo, signed token', 'euatendo-trigger.json'],
] as const;

test.each(GATEWAYS)('%s: one of each type', async (as, provider, file) => {
	const trigger = await triggerOf(await sceneOf(provider));
	for (const [place, type] of WHATSAPP_EVENTS.map((event) => event.type).entries()) {
		const { body, headers } = DELIVERIES[as](request(as, type, place + 1), CURRENT_SECRET);
		const answer = await trigger.send({ body, headers });
		expect(answer.status, JSON.stringify(answer.json)).toBe(200);
	}
	const events = trigger.events();
	expect(events.map(({ type }) => type)).toEqual(WHATSAPP_EVENTS.map(({ type }) => type));
	await expectSamples(file, events);
});

test('yape: one of each type', async () => {
	const trigger = await triggerOf(await sceneOf('Yape, HMAC'));
	for (const [place, { type }] of YAPE_EVENTS.entries()) {
		const { body, headers } = DELIVERIES.yape(request('yape', type, place + 1), CURRENT_SECRET);
		expect((await trigger.send({ body, headers })).status).toBe(201);
	}
	const events = trigger.events();
	expect(events.map(({ type }) => type)).toEqual(YAPE_EVENTS.map(({ type }) => type));
	await expectSamples('yape-trigger.json', events);
});

test('kometia: those of an order', async () => {
	const store = await startStore({ port: 0, apiKey: KOMETIA_KEY });
	const scene = kometiaScene(store);
	CLEANERS.push(async () => await scene.close?.());
	const trigger = await triggerOf(scene);
	const order = { ...newOrder({}), ...FIXED_ORDER };
	for (const [place, type] of TYPES.kometia.entries()) {
		const name = type.slice('kometia.'.length);
		const data = { ...order, status: name.slice('order.'.length) };
		const event = store.createEvent({ id: `evt_${place + 1}`, type: name, data });
		const query = `?secret=${CURRENT_SECRET}`;
		expect((await trigger.send({ body: JSON.stringify(event), query })).status).toBe(200);
	}
	expect(trigger.events().map(({ type }) => type)).toEqual(TYPES.kometia);
	await expectSamples('kometia-trigger.json', trigger.events());
});

test('signed webhooks: Stripe, GitHub, Standard Webhooks', async () => {
	const events = [];
	for (const name of ['Stripe', 'GitHub', 'Standard Webhooks / Svix']) {
		const scene = await sceneOf(`Signed Webhook: ${name}`);
		const trigger = await triggerOf(scene);
		expect((await trigger.send(await scene.genuine('evt_1'))).status).toBe(200);
		events.push(...trigger.events());
	}
	expect(events).toHaveLength(3);
	await expectSamples('signed-webhook-trigger.json', events);
});

test('realtime: what a server pushes', async () => {
	const server = await TestSocketIoServer.start();
	CLEANERS.push(async () => await server.close());
	const trigger = await RunningTrigger.start({
		parameters: { transport: 'socketIo', events: '*' },
		credential: { url: server.url, path: '/socket.io', auth: '', headers: '' },
	});
	CLEANERS.push(async () => await trigger.close());
	server.io.emit('order.paid', { id: 'order_1', total: '1250.00', currency: 'MXN' });
	await trigger.until(() => trigger.events.length > 0);
	await expectSamples('realtime-trigger.json', trigger.events);
});

test('deliveries that were refused, which each trigger tells in the same form', async () => {
	const scene = await sceneOf('Yape, HMAC');
	const trigger = await triggerOf(scene, ['webhook.refused']);
	const { close } = await trigger.listen();
	CLEANERS.push(close);
	const { status } = await trigger.send(await scene.genuine('1', { secret: WRONG_SECRET }));
	expect(status).toBe(401);
	await vi.waitFor(() => expect(trigger.events()).toHaveLength(1), { timeout: 60_000 });
	await expectSamples('webhook-refused.json', trigger.events());
});

test('every sample is small, and told where its trigger is described', () => {
	const files = readdirSync(SAMPLES);
	expect(files).toHaveLength(8);
	for (const file of files) {
		expect(statSync(join(SAMPLES, file)).size, file).toBeLessThan(32 * 1024);
		const page = file.startsWith('baileys') ? 'baileys-trigger' : file.replace('.json', '');
		const described = page === 'webhook-refused' ? 'docs/events.md' : `docs/nodes/${page}.md`;
		expect(readFileSync(join(CHECKOUT, described), 'utf8'), described).toContain(
			`samples/${file})`,
		);
	}
});
