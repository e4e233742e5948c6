import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INodeParameters } from 'n8n-workflow';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Store } from '../../examples/kometia-store/store.mts';
import { KOMETIA_KEY } from '../conformance/providers/kometia.mts';
import { KometiaTriggers, sent } from '../support/kometiaTriggers.mts';
import { deduplicateIn } from '../support/n8nCore.mts';
import { memoryDeduplicator } from '../support/n8nWebhook.mts';

const LOOKUP = '/api/v1/events/';

let kometia: KometiaTriggers;
let store: Store;

beforeAll(async () => await deduplicateIn(memoryDeduplicator()));

beforeEach(async () => {
	kometia = await KometiaTriggers.open();
	({ store } = kometia);
});

afterEach(async () => {
	vi.useRealTimers();
	await kometia.close();
});

const start = async (...args: Parameters<KometiaTriggers['start']>) => await kometia.start(...args);

const order = (id?: string) => kometia.order(id);

test('what the API gives is the event, whatever was posted', async () => {
	const event = order();
	const trigger = await start();
	const posted = { id: 'evt_1', type: 'order.refunded', data: { total: '1.00' }, evil: true };
	expect(await trigger.send(sent(posted))).toMatchObject({
		status: 200,
		json: { received: true, id: 'evt_1' },
	});
	expect(trigger.events()).toEqual([
		{
			specversion: '1.0',
			id: 'evt_1',
			source: '/kometia/demo',
			type: 'kometia.order.created',
			subject: '77',
			time: event.created_at,
			datacontenttype: 'application/json',
			verification: 'api-lookup',
			dedupekey: 'demo|kometia.order.created|evt_1',
			data: {
				eventId: 'evt_1',
				type: 'order.created',
				object: { id: 77, total: '1250.00' },
				createdAt: event.created_at,
				store: 'demo',
				raw: event,
			},
		},
	]);
	expect(store.calls).toEqual([`${LOOKUP}evt_1`]);
});

test.each([
	['in data', (event: object) => ({ data: event })],
	['in event', (event: object) => ({ id: 'answer_7', event })],
])('an answer that holds the event %s is unwrapped', async (_where, wrap) => {
	const event = order();
	store.faults.answerWith(200, { body: JSON.stringify(wrap(event)) });
	const trigger = await start();
	expect((await trigger.send(sent({ id: 'evt_1' }))).status).toBe(200);
	expect(trigger.events()).toMatchObject([
		{ id: 'evt_1', type: 'kometia.order.created', data: { raw: wrap(event) } },
	]);
});

describe('what the API answers, and what Kometia is told then', () => {
	const other = JSON.stringify({ id: 'evt_2', type: 'order.created' });

	test.each([
		['404', 404, {}],
		['410', 410, {}],
		['another event', 200, { body: other }],
		['another event in data', 200, { body: `{"data":${other}}` }],
	])('%s: refused', async (_name, status, rest) => {
		order();
		store.faults.answerWith(status, rest);
		const trigger = await start();
		expect(await trigger.send(sent({ id: 'evt_1' }))).toMatchObject({
			status: 401,
			json: { error: 'event_not_found' },
		});
		expect(trigger.events()).toHaveLength(0);
		expect(trigger.log()).toContain("'Event Path'");
	});

	test.each([
		['400', 400, {}, 60],
		['401', 401, {}, 60],
		['402', 402, {}, 60],
		['403', 403, {}, 60],
		['429 with a time', 429, { headers: { 'retry-after': '120' } }, 120],
		['429 with no time', 429, { headers: { 'retry-after': '0' } }, 60],
		['429 with nonsense for a time', 429, { headers: { 'retry-after': 'soon' } }, 60],
		['500', 500, {}, 60],
		['503 with a very long time', 503, { headers: { 'retry-after': '999999' } }, 3_600],
		['204', 204, {}, 60],
		['206', 206, { body: '{"id":"evt_1"}' }, 60],
		['304', 304, {}, 60],
		['200 with nothing', 200, { body: '' }, 60],
		['200 with a page', 200, { body: '<html>Iniciar sesión</html>' }, 60],
		['200 with an empty list', 200, { body: '[]' }, 60],
		['200 with a list in data', 200, { body: '{"data":[{"id":"evt_1"}]}' }, 60],
		['200 with an error', 200, { body: '{"error":"not yet"}' }, 60],
		['200 with 6 MiB', 200, { body: `{"id":"evt_1","x":"${'x'.repeat(6 * 1024 * 1024)}"}` }, 60],
	])('%s: come again', async (_name, status, rest, retryAfter) => {
		order();
		store.faults.answerWith(status, rest);
		const trigger = await start();
		const answer = await trigger.send(sent({ id: 'evt_1' }));
		expect(answer).toMatchObject({ status: 503, json: { error: 'verification_unavailable' } });
		expect(answer.headers.get('retry-after')).toBe(String(retryAfter));
		expect(trigger.events()).toHaveLength(0);

		store.faults.mend();
		expect((await trigger.send(sent({ id: 'evt_1' }))).status).toBe(200);
		expect(trigger.events()).toHaveLength(1);
	});

	test.each([
		['is silent', () => store.faults.hang()],
		['begins and does not end', () => store.faults.stall()],
		['is too slow', () => store.faults.delay(60_000)],
	])('an API that %s: come again, after the time limit', async (_name, fail) => {
		order();
		fail();
		const trigger = await start({ lookupTimeout: 0.2 });
		expect((await trigger.send(sent({ id: 'evt_1' }))).status).toBe(503);
		expect(trigger.log()).toContain('within 0.2 s');
		store.faults.mend();
		expect((await trigger.send(sent({ id: 'evt_1' }))).status).toBe(200);
	});

	test('nobody there: come again, and the log says where to look', async () => {
		const trigger = await start({}, { baseUrl: 'http://127.0.0.1:1/api/v1' });
		expect((await trigger.send(sent({ id: 'evt_1' }))).status).toBe(503);
		expect(trigger.log()).toMatch(/did not respond at http:\/\/127\.0\.0\.1:1 .*'Base URL'/);
	});

	test('a refused API key is in the log, with what to do and without the key', async () => {
		order();
		const trigger = await start({}, { apiKey: 'sk_revoked-key' });
		expect((await trigger.send(sent({ id: 'evt_1' }))).status).toBe(503);
		expect(trigger.log()).toMatch(/refuses the API key.*'API Key'/);
		expect(trigger.everythingShown()).not.toContain('sk_revoked-key');
	});

	test('a redirect is not followed, and takes no key anywhere', async () => {
		order();
		const visits: string[] = [];
		const elsewhere = createServer((request, response) => {
			visits.push(request.url ?? '');
			response.end(JSON.stringify({ id: 'evt_1', type: 'order.created' }));
		});
		await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
		const { port } = elsewhere.address() as AddressInfo;
		const location = `http://127.0.0.1:${port}/events/evt_1`;
		store.faults.answerWith(302, { headers: { location } });
		const trigger = await start();
		expect((await trigger.send(sent({ id: 'evt_1' }))).status).toBe(503);
		expect(visits).toEqual([]);
		expect(trigger.log()).toContain('Redirects are not followed');
		elsewhere.closeAllConnections();
		await new Promise((resolve) => elsewhere.close(resolve));
	});
});

describe('what is not even asked for', () => {
	test.each([
		[{ id: '../products' }],
		[{ id: '..%2fproducts' }],
		[{ id: 'evt_1?x=1' }],
		[{ id: 'evt 1' }],
		[{ id: '' }],
		[{ id: 'x'.repeat(101) }],
		[{ data: { total: '1' } }],
		[{}],
	])('%j names no event: 401', async (body) => {
		const trigger = await start();
		expect(await trigger.send(sent(body))).toMatchObject({
			status: 401,
			json: { error: 'event_not_found' },
		});
		expect(store.calls).toEqual([]);
	});

	test('what is no JSON object: 400', async () => {
		const trigger = await start();
		expect(await trigger.send(sent([]))).toMatchObject({
			status: 400,
			json: { error: 'body_malformed', detail: expect.stringMatching(/^body: \w/) },
		});
		expect(store.calls).toEqual([]);
	});

	test('a delivery without the secret of the URL', async () => {
		const event = order();
		const trigger = await start({}, { urlSecret: 'correct-horse' });
		const answer = async (query: string) => (await trigger.send(sent(event, query))).json;
		expect(await answer('')).toEqual({ error: 'signature_missing' });
		expect(await answer('?Secret=correct-horse')).toEqual({ error: 'signature_missing' });
		expect(await answer('?secret=correct-hors')).toEqual({ error: 'signature_mismatch' });
		expect(await answer('?secret=a&secret=b')).toEqual({ error: 'signature_mismatch' });
		expect(store.calls).toEqual([]);
		expect(await answer('?secret=correct-horse')).toMatchObject({ received: true });
	});

	test('with the right secret an unknown event is refused all the same', async () => {
		const trigger = await start({}, { urlSecret: 'correct-horse' });
		expect(await trigger.send(sent({ id: 'evt_9' }, '?secret=correct-horse'))).toMatchObject({
			status: 401,
			json: { error: 'event_not_found' },
		});
	});
});

test('a burst of genuine events waits for its turn, and none is put off', async () => {
	const trigger = await start({ lookupsAtOnce: 2 });
	const events = Array.from({ length: 30 }, (_, at) => order(`evt_${at}`));
	const answers = await Promise.all(events.map((event) => trigger.send(sent(event))));
	expect(answers.map(({ status }) => status)).toEqual(events.map(() => 200));
	expect(store.mostAtOnce).toBeLessThanOrEqual(2);
	expect(trigger.events()).toHaveLength(30);
});

test('who guesses the id of a coming event keeps it out for half a minute at most', async () => {
	vi.useFakeTimers({ toFake: ['Date'] });
	const trigger = await start();
	expect((await trigger.send(sent({ id: 'evt_1' }))).status).toBe(401);
	const event = order();
	expect((await trigger.send(sent(event))).status).toBe(401);
	vi.setSystemTime(Date.now() + 30_000);
	expect((await trigger.send(sent(event))).status).toBe(200);
	expect(trigger.events()).toHaveLength(1);
});

test('another key of the credential is not answered from what the former one was told', async () => {
	vi.useFakeTimers({ toFake: ['Date', 'performance'] });
	const event = order();
	const trigger = await start();
	expect((await trigger.send(sent(event))).status).toBe(200);
	const replaced = { baseUrl: store.baseUrl, apiKey: 'sk_another', urlSecret: '' };
	trigger.setCredential(replaced);
	// What the credential said is used for two seconds.
	vi.advanceTimersByTime(2_000);
	expect((await trigger.send(sent(event))).status).toBe(503);
});

test('accepting unverified events lets in what cannot be verified, and says so', async () => {
	const posted = { id: 'evt_9', type: 'order.created', data: { id: 5 } };
	const trigger = await start({ acceptUnverified: true });
	expect((await trigger.send(sent(posted))).status).toBe(200);
	store.faults.answerWith(500);
	expect((await trigger.send(sent({ ...posted, id: 'evt_10' }))).status).toBe(200);
	store.faults.mend();
	expect((await trigger.send(sent(order('evt_11')))).status).toBe(200);
	expect((await trigger.send(sent({ type: 'order.created' }))).status).toBe(200);
	expect(trigger.events()).toMatchObject([
		{ id: 'evt_9', verification: 'none', data: { raw: posted } },
		{ id: 'evt_10', verification: 'none' },
		{ id: 'evt_11', verification: 'api-lookup' },
		{ type: 'kometia.order.created', verification: 'none', data: { eventId: null } },
	]);
});

test('an event path of the user is asked', async () => {
	const trigger = await start({ eventPath: '/eventos/{id}.json' });
	store.faults.answerWith(200, { body: '{"id":7,"name":"orden.creada"}' });
	expect((await trigger.send(sent({ id: 7 }))).status).toBe(200);
	expect(store.calls).toEqual(['/api/v1/eventos/7.json']);
	expect(trigger.events()).toMatchObject([{ id: '7', type: 'kometia.orden.creada' }]);
});

describe('publishing', () => {
	test('goes through as it is set up', async () => {
		const trigger = await start();
		expect(await trigger.hook('checkExists')).toBe(true);
		expect(await trigger.hook('create')).toBe(true);
		expect(await trigger.hook('delete')).toBe(true);
		expect(store.calls).toEqual([]);
	});

	test.each([
		["'Event Path'", { eventPath: '/../{id}' }, {}, '*'],
		["'Event Path'", { eventPath: 'https://evil.example/{id}' }, {}, '*'],
		["'Event Path'", { eventPath: '' }, {}, '*'],
		["'Events'", {}, {}, ' '],
		["'Base URL'", {}, { baseUrl: 'app.kometia.com' }, '*'],
		["'Base URL'", {}, { baseUrl: '' }, '*'],
		["'API Key'", {}, { apiKey: '' }, '*'],
		["'Allowed Source Addresses'", { allowedSourceAddresses: 'kometia' }, {}, '*'],
	])('says what is wrong with %s', async (label, options, credential, events) => {
		const trigger = await start(options as INodeParameters, credential as never, { events });
		await expect(trigger.hook('checkExists')).rejects.toThrow(label);
	});

	test('a path that an expression spoils later leads nowhere', async () => {
		order();
		const trigger = await start({ eventPath: '/../../admin/{id}' });
		expect((await trigger.send(sent({ id: 'evt_1' }))).status).toBe(503);
		expect(store.calls).toEqual([]);
		expect(trigger.log()).toContain("'Event Path' does not lead");
	});
});

describe('the local store', () => {
	const admin = async (body: unknown, key = KOMETIA_KEY) =>
		await fetch(`${store.url}/admin/orders`, {
			method: 'POST',
			headers: { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` },
			body: JSON.stringify(body),
		});

	test('an order is placed and delivered; delivered again, it is a duplicate', async () => {
		const trigger = await start();
		const { url: webhookUrl } = trigger;
		const first = await admin({ webhookUrl, customer: 'Ana', total: '99.90', eventId: 'evt_5' });
		expect(first.status).toBe(201);
		expect(await first.json()).toMatchObject({
			created: true,
			event: { id: 'evt_5', type: 'order.created', data: { total: '99.90' } },
			delivery: { status: 200, received: true, body: '{"received":true,"id":"evt_5"}' },
		});
		const again = await admin({ webhookUrl, eventId: 'evt_5' });
		expect(again.status).toBe(200);
		expect(await again.json()).toMatchObject({
			created: false,
			delivery: { received: true, body: '{"duplicate":true,"id":"evt_5"}' },
		});
		expect(trigger.events()).toMatchObject([{ data: { object: { customer: { name: 'Ana' } } } }]);
	});

	test('it asks for its key, and says what it cannot read', async () => {
		expect((await admin({}, 'sk_wrong')).status).toBe(401);
		expect((await fetch(`${store.baseUrl}/products`)).status).toBe(401);
		expect(await (await admin({})).json()).toEqual({
			error: 'This store has no webhook: name webhookUrl',
		});
		expect((await admin({ webhookUrl: 'file:///etc/passwd' })).status).toBe(400);
		expect((await admin({ webhookUrl: 5 })).status).toBe(400);
		expect((await admin([])).status).toBe(400);
	});

	test('nobody at the webhook is a failed delivery', async () => {
		const answer = await admin({ webhookUrl: 'http://127.0.0.1:1/' });
		expect(await answer.json()).toMatchObject({ delivery: { status: null, received: false } });
	});
});

afterAll(() => vi.useRealTimers());
