import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startStore, type Store } from '../../examples/kometia-store/store.mts';
import { askForReplay, readHistory, REPLAY_USER } from '../../examples/live-hub/n8n.mts';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { until } from '../../scripts/support/until.mts';
import { publishBaileys } from '../support/baileysWorkflow.mts';
import { EvolutionStandIn } from '../support/evolutionApi.mts';
import { exampleWorkflow } from '../support/exampleWorkflow.mts';
import { deliver, InboxHubStandIn, post, receivedMessage, SECRET } from '../support/inboxHub.mts';
import {
	exampleCredential,
	jsonOf,
	LiveExamples,
	PATIENCE,
	startedBy,
	valuesOf,
	type LiveExample,
} from '../support/liveExamples.mts';
import { startTestN8n, type Execution, type TestN8n } from '../support/n8n.mts';
import { nodeOf } from '../support/replayWorkflow.mts';
import { Reverb } from '../support/reverb.mts';
import { basicAuth, submitForm } from '../support/submitForm.mts';
import { triggerDraft } from '../support/triggerWorkflow.mts';
import { WahaStandIn } from '../support/waha.mts';
import { WebhookReceiver } from '../support/webhookReceiver.mts';
import { signers } from '../support/yape.mts';
import { NOTIFIER_TOKEN, YapeNotifierStandIn } from '../support/yapeNotifier.mts';

const PATIENCE_MS = 120_000;
const DAY_MS = 24 * 3_600_000;
const KOMETIA_KEY = 'sk_examples-key-that-must-not-be-shown';
const PERSON = { user: 'shop', password: 'a password for the forms' };
const authorization = basicAuth(PERSON);
/** Where the stand-ins are. */
const local = { allowHttp: true, allowedPrivateAddresses: '127.0.0.1' };

let n8n: TestN8n;
let receiver: WebhookReceiver;
let store: Store;
let examples: LiveExamples;

beforeAll(async () => {
	receiver = await WebhookReceiver.start();
	store = await startStore({ port: 0, apiKey: KOMETIA_KEY });
	n8n = await startTestN8n();
	const realtimeWebhooksN8nEventStoreApi = await credential('realtimeWebhooksN8nEventStoreApi', {
		baseUrl: n8n.url,
		apiKey: n8n.client.apiKey,
		encryptionSecret: 'a long random text for tests',
	});
	const httpBasicAuth = await credential('httpBasicAuth', PERSON);
	examples = new LiveExamples(n8n, {
		formTrigger: { httpBasicAuth },
		eventHistory: { realtimeWebhooksN8nEventStoreApi },
		webhookNotifier: { realtimeWebhooksN8nEventStoreApi },
		webhookSubscription: { realtimeWebhooksN8nEventStoreApi },
	});
});
afterEach(() => {
	receiver.answers.clear();
	receiver.received.length = 0;
});
afterAll(async () => {
	await n8n?.close();
	await store?.close();
	await receiver?.close();
});

const credential = async (type: string, data: Record<string, unknown>) =>
	await exampleCredential(n8n, type, data);

test('every example has numbered steps, and names credentials as the editor does', () => {
	for (const file of readdirSync(join(CHECKOUT, 'examples', 'workflows'))) {
		const { nodes } = exampleWorkflow(file);
		const notes = nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');
		const text = notes.map(({ parameters }) => String(parameters.content)).join('\n');
		expect(text, file).toMatch(/^1\. /m);
		expect(text, file).toMatch(/^2\. /m);
		expect(text, file).not.toContain('Event Store API');
		const own = nodes.filter(({ type }) => type.startsWith('n8n-nodes-realtime-webhooks.'));
		expect(own.length, file).toBeGreaterThan(0);
		if (own.some(({ type }) => type.endsWith('.eventHistory'))) {
			expect(text, file).toContain('**n8n API (Event History)**');
		}
	}
});

test('docs/examples.md lists every example', () => {
	const listed = readFileSync(join(CHECKOUT, 'docs', 'examples.md'), 'utf8');
	for (const file of readdirSync(join(CHECKOUT, 'examples', 'workflows'))) {
		expect(listed).toContain(`(../examples/workflows/${file})`);
	}
});

test('what runs every few minutes saves no run that succeeded', () => {
	const often = readdirSync(join(CHECKOUT, 'examples', 'workflows'))
		.map((file) => exampleWorkflow(file))
		.filter(({ nodes }) =>
			nodes.some(({ parameters }) => JSON.stringify(parameters.rule ?? {}).includes('"minutes"')),
		);
	expect(often.length).toBeGreaterThanOrEqual(3);
	for (const { name, settings } of often) {
		expect(settings?.saveDataSuccessExecution, name).toBe('none');
	}
});

test('what a crash interrupted is run again, once, when the 5 minutes are over', async () => {
	const start = randomUUID();
	const often = await examples.publish('recover-every-5-minutes', {
		instead: { 'Every 5 Minutes': startedBy(start) },
	});
	await n8n.client.waitForWebhook(start);
	const recover = async () => jsonOf(await examples.run(often, start), 'Event History');
	expect(await recover()).toEqual([]);

	receiver.answers.set('/crm', () => undefined);
	const tell = nodeOf('Tell', 'n8n-nodes-base.httpRequest', 4.2, { url: `${receiver.url}/crm` });
	const messages = await publishBaileys(n8n, { following: [tell] });
	expect((await deliver(messages.url, receivedMessage())).status).toBe(200);
	await expect.poll(() => receiver.of('/crm').length, PATIENCE).toBe(1);
	receiver.answers.clear();
	await n8n.kill9();
	await n8n.startAgain();
	await n8n.client.waitForWebhook(start);

	expect(await recover()).toMatchObject([{ outcome: 'recovered', crashes: 1 }]);
	expect(receiver.of('/crm')).toHaveLength(2);
	expect(await recover()).toEqual([]);
	expect(receiver.of('/crm')).toHaveLength(2);
});

describe('the live page', () => {
	const signal = AbortSignal.timeout(PATIENCE_MS);
	const key = 'the key of the page';
	const password = 'contraseña ✓';

	test('asks with its key for what came in, and is refused without', async () => {
		const httpHeaderAuth = await credential('httpHeaderAuth', {
			name: 'x-live-page-key',
			value: key,
		});
		await examples.publish('live-page-history', { credentialsOf: { webhook: { httpHeaderAuth } } });
		await n8n.client.waitForWebhook('live-page-history');
		const url = n8n.client.webhookUrl('live-page-history');
		const later = new Date(Date.now() + DAY_MS);
		expect(await readHistory({ url, key }, later, signal)).toEqual([]);
		await expect(readHistory({ url, key: 'another' }, undefined, signal)).rejects.toThrow(
			'does not accept',
		);
	});

	test('is told why an event cannot be replayed', async () => {
		const data = { user: REPLAY_USER, password };
		const basic = await credential('httpBasicAuth', data);
		await examples.publish('live-page-replay', {
			credentialsOf: { webhook: { httpBasicAuth: basic } },
		});
		await n8n.client.waitForWebhook('live-page-replay');
		const url = n8n.client.webhookUrl('live-page-replay');
		expect(await askForReplay(url, password, '999999')).toMatchObject({
			outcome: 'notFound',
			message: expect.stringMatching(/\w{5}/),
			execution: '',
		});
		await expect(askForReplay(url, 'wrong', '999999')).rejects.toMatchObject({
			wrongPassword: true,
		});
	});
});

describe('the payments of yesterday', () => {
	const notifier = new YapeNotifierStandIn({ key: 'key', secret: 'secret' });
	afterAll(async () => await notifier.stop());

	test('are compared with the server, and the shop is told what differs', async () => {
		const server = await notifier.start();
		const realtimeWebhooksYapeNotifierApi = await credential('realtimeWebhooksYapeNotifierApi', {
			baseUrl: server,
			token: NOTIFIER_TOKEN,
			signatureScheme: 'hmac',
			webhookSecret: SECRET,
			previousWebhookSecret: '',
		});
		const path = randomUUID();
		await n8n.createPublished(
			triggerDraft({
				type: 'yapeTrigger',
				name: 'Yape Trigger',
				path,
				parameters: { events: ['yape.payment.received'], options: {} },
				credentials: { realtimeWebhooksYapeNotifierApi },
			}),
			path,
		);
		const arrive = async (record: object) => {
			const body = JSON.stringify(record);
			const headers = { 'content-type': 'application/json', ...signers.hmac(body, SECRET) };
			const { status } = await post(n8n.client.webhookUrl(path), body, headers);
			expect(status).toBe(201);
		};
		const noon = new Date(`${new Date(Date.now() - DAY_MS).toISOString().slice(0, 10)}T12:00:00Z`);
		const at = (minutes: number) => new Date(noon.getTime() + minutes * 60_000);
		await arrive(notifier.store('10.50', 'ANA', at(0)));
		const lost = notifier.store('20.00', 'LUIS', at(1));
		notifier.store('99.00', 'TODAY', new Date());
		notifier.store('98.00', 'EARLIER', new Date(noon.getTime() - 3 * DAY_MS));

		const start = randomUUID();
		const file = 'reconcile-yape-payments-every-day';
		const daily = await examples.publish(file, {
			credentialsOf: { httpRequest: { realtimeWebhooksYapeNotifierApi } },
			instead: { 'Every Day at 7:30': startedBy(start) },
			parameters: {
				Settings: valuesOf(file, 'Settings', {
					server,
					// As the schedule would see it, whatever the hour of the test in Lima.
					day: noon.toISOString().slice(0, 10),
					since: at(-600).toISOString(),
					until: at(600).toISOString(),
				}),
				'Tell the Shop': { url: `${receiver.url}/chat` },
			},
		});
		await n8n.client.waitForWebhook(start);
		const [balance] = jsonOf(await examples.run(daily, start), 'Balance');
		expect(balance).toMatchObject({
			atServer: 2,
			received: 1,
			serverTotal: '30.50',
			receivedTotal: '10.50',
			neverArrived: [{ id: lost.id, cents: 2000 }],
			onlyHere: [],
			notReadable: 0,
		});
		const [chat] = receiver.of('/chat');
		expect((JSON.parse(chat?.body ?? '{}') as { text: string }).text).toContain(
			'Never arrived: S/ 20.00 of LUIS',
		);

		receiver.received.length = 0;
		await arrive(lost);
		const even = await examples.run(daily, start);
		expect(jsonOf(even, 'Nothing to Do')).toHaveLength(1);
		expect(receiver.received).toEqual([]);
	});
});

describe('subscribers serve themselves, and their dead letters are kept', () => {
	const subscriber = { id: '', secret: '' };
	let orders: LiveExample;

	test('a subscriber registers, tries the address and rotates the secret', async () => {
		const form = await examples.publish('subscriber-self-service', {
			parameters: { Register: { options: local }, 'Send a Test Event': { options: local } },
		});
		const formUrl = `${n8n.url}/form/${form.pathOf('Form')}`;
		const refused = await until('the form is live', PATIENCE_MS, async () => {
			const { status } = await fetch(formUrl);
			return status === 404 ? undefined : status;
		});
		expect(refused, 'without a password').toBe(401);
		const ask = async (...answers: string[]) => await submitForm(formUrl, answers, authorization);

		const page = await ask('Register an address', `${receiver.url}/shop`, 'order.*', '');
		expect(page).toContain('it is shown once');
		subscriber.id = /Subscriber ID: (sub_\w+)/.exec(page)?.[1] ?? '';
		subscriber.secret = /Secret: (whsec_[\w+/=]+)/.exec(page)?.[1] ?? '';

		expect(await ask('Send a test event', '', '', subscriber.id)).toContain('arrived');
		const [told] = receiver.of('/shop');
		const verified = new Webhook(subscriber.secret).verify(
			told?.body ?? '',
			(told?.headers ?? {}) as Record<string, string>,
		);
		expect(verified).toMatchObject({ type: 'webhook.test' });

		const rotated = await ask('Rotate the secret', '', '', subscriber.id);
		expect(rotated).toMatch(/Secret: whsec_/);
		expect(rotated).toContain('The old secret signs too until');
		expect(rotated).not.toContain(subscriber.secret);

		const unknown = await ask('Send a test event', '', '', 'sub_unknown');
		expect(unknown).toContain('That did not work');
		expect(unknown).toContain('sub_unknown');
	});

	test('a letter that was given up is kept, and resent by the form to its subscriber', async () => {
		const realtimeWebhooksKometiaApi = await credential('realtimeWebhooksKometiaApi', {
			baseUrl: store.baseUrl,
			apiKey: KOMETIA_KEY,
			urlSecret: '',
		});
		orders = await examples.publish('dead-letters-resent-by-form', {
			credentialsOf: { kometiaTrigger: { realtimeWebhooksKometiaApi } },
			parameters: { Deliver: { options: local }, Resend: { options: local } },
		});
		await n8n.client.waitForWebhook(orders.pathOf('Kometia Trigger'));
		const formUrl = `${n8n.url}/form/${orders.pathOf('Resend Form')}`;
		const resend = async (id = '') => await submitForm(formUrl, [id], authorization);
		expect(await resend()).toContain('Nothing to resend');

		receiver.answer('/shop', 500, { 'webhook-delivery': 'abort' });
		const order = async (id: string) => {
			const before = (await orders.ended()).length;
			const event = store.createEvent({ id, type: 'order.created', data: { id, total: '9.00' } });
			await store.deliver(event, n8n.client.webhookUrl(orders.pathOf('Kometia Trigger')));
			await n8n.client.waitForExecutions(orders.id, before + 1);
			const [newest] = (await orders.ended()).slice(-1);
			expect(newest?.data?.resultData.error?.message).toBeUndefined();
		};
		await order('L1');
		await order('L2');
		expect(await resend()).toContain('0 resent, 2 still failing');
		expect(await resend('sub_another')).toContain('Nothing to resend');
		const [first] = receiver.of('/shop');

		receiver.answers.clear();
		receiver.received.length = 0;
		expect(await resend(subscriber.id)).toContain('2 resent, 0 still failing');
		const bodies = receiver.of('/shop').map(({ body }) => JSON.parse(body) as { id: string });
		expect(bodies.map(({ id }) => id).sort()).toEqual(['L1', 'L2']);
		const ids = receiver.of('/shop').map(({ headers }) => headers['webhook-id']);
		expect(ids, 'as at the first attempt').toContain(first?.headers['webhook-id']);
		expect(await resend()).toContain('Nothing to resend');
	});
});

test('orders go on to the live page when Remove Duplicates has no more room', async () => {
	const realtimeWebhooksKometiaApi = await credential('realtimeWebhooksKometiaApi', {
		baseUrl: store.baseUrl,
		apiKey: KOMETIA_KEY,
		urlSecret: '',
	});
	const trigger = nodeOf('', 'n8n-nodes-realtime-webhooks.kometiaTrigger', 2, {
		events: 'order.*',
		options: {},
	});
	const page = nodeOf('', 'n8n-nodes-base.noOp', 1, {});
	const orders = await examples.publish('kometia-order-to-live-page', {
		credentialsOf: { kometiaTrigger: { realtimeWebhooksKometiaApi } },
		parameters: { 'Once per Order and Status': { options: { historySize: 2 } } },
		instead: {
			'Kometia Trigger': { ...trigger, webhookId: randomUUID() },
			'Realtime Broadcast': page,
		},
	});
	await n8n.client.waitForWebhook(orders.pathOf('Kometia Trigger'));
	const shown: unknown[] = [];
	for (const [index, id] of ['R1', 'R1', 'R2', 'R3'].entries()) {
		const data = { id, status: 'paid' };
		const event = store.createEvent({ id: `E${index}`, type: 'order.paid', data });
		await store.deliver(event, n8n.client.webhookUrl(orders.pathOf('Kometia Trigger')));
		await n8n.client.waitForExecutions(orders.id, index + 1);
		const newest = (await orders.ended()).at(-1);
		expect(newest?.data?.resultData.error?.message).toBeUndefined();
		const { 'Realtime Broadcast': sent = [] } = newest?.data?.resultData.runData ?? {};
		shown.push(sent[0]?.data?.main?.[0]?.[0]?.json);
	}
	const event = (id: string) => expect.objectContaining({ id, type: 'kometia.order.paid' });
	expect(shown).toEqual([event('E0'), undefined, event('E2'), event('E3')]);
});

test('the report of the week is a page that can be attached to a mail', async () => {
	const start = randomUUID();
	const parameters = {
		method: 'POST',
		url: `${receiver.url}/mail`,
		sendBody: true,
		contentType: 'binaryData',
		inputDataFieldName: 'data',
	};
	const weekly = await examples.publish('report-every-monday-by-mail', {
		instead: {
			'Every Monday at 7:00': startedBy(start),
			'Send by Mail': nodeOf('', 'n8n-nodes-base.httpRequest', 4.2, parameters),
		},
		// The week that it is about ends today, and this n8n is not as old.
		parameters: { Report: { filters: {} } },
	});
	await n8n.client.waitForWebhook(start);
	await examples.run(weekly, start);
	const [mail] = receiver.of('/mail');
	expect(mail?.headers['content-type']).toContain('text/html');
	expect(mail?.body).toMatch(/^<!doctype html>/i);
	expect(mail?.body).toContain('Events of the week to');
	expect(mail?.body).toContain('yape.payment.received');
});

describe('many sessions', () => {
	const hub = new InboxHubStandIn(
		[1, 2, 3].map((id) => ({
			id,
			sessionId: `sales_${id}`,
			sessionName: `Sales ${id}`,
			status: 'connected',
			webhookUrl: id === 3 ? 'https://crm.example.com/hook' : null,
			webhookSecret: null,
		})),
	);
	const waha = new WahaStandIn([{ name: 'default', status: 'WORKING', config: null }]);
	const evolution = new EvolutionStandIn([{ name: 'shop1' }, { name: 'shop2' }]);
	afterAll(async () => {
		for (const one of [hub, waha, evolution]) await one.stop();
	});

	test('are registered at once, and left alone the next time', async () => {
		const secrets = { webhookSecret: SECRET, previousWebhookSecret: '' };
		const credentials = {
			realtimeWebhooksInboxHubApi: await credential('realtimeWebhooksInboxHubApi', {
				baseUrl: await hub.start(),
				apiKey: hub.apiKey,
				...secrets,
			}),
			realtimeWebhooksWahaApi: await credential('realtimeWebhooksWahaApi', {
				baseUrl: await waha.start(),
				apiKey: waha.apiKey,
				...secrets,
			}),
			realtimeWebhooksEvolutionApi: await credential('realtimeWebhooksEvolutionApi', {
				baseUrl: await evolution.start(),
				apiKey: evolution.apiKey,
				verification: 'jwt',
				...secrets,
			}),
		};
		const start = randomUUID();
		const file = 'register-many-whatsapp-sessions';
		const urls = {
			baileysInboxHub: 'https://n8n.example.com/webhook/hub',
			baileysWaha: 'https://n8n.example.com/webhook/waha',
			euAtendo: 'https://n8n.example.com/webhook/eu',
		};
		const many = await examples.publish(file, {
			credentialsOf: { webhookSubscription: credentials },
			instead: { Now: startedBy(start) },
			parameters: { 'Production URLs': valuesOf(file, 'Production URLs', urls) },
		});
		await n8n.client.waitForWebhook(start);
		const first = await examples.run(many, start);
		const runs = (execution: Execution, node: string) =>
			(execution.data?.resultData.runData[node] ?? []).flatMap(
				({ data }) => data?.main?.[0]?.map(({ json }) => json) ?? [],
			);
		expect(runs(first, 'Newly Registered')).toHaveLength(5);
		expect(hub.sessions.map(({ webhookUrl }) => webhookUrl)).toEqual([
			urls.baileysInboxHub,
			urls.baileysInboxHub,
			'https://crm.example.com/hook',
		]);
		const [refused, ...others] = runs(first, 'Not Registered');
		expect(others).toEqual([]);
		expect(JSON.stringify(refused)).toContain('crm.example.com');

		const second = await examples.run(many, start);
		expect(runs(second, 'Newly Registered')).toEqual([]);
		expect(runs(second, 'Not Registered')).toHaveLength(1);
	});
});

describe('Laravel Reverb', () => {
	test('starts on each payment, also on one that was sent while the connection was down', async () => {
		const reverb = await Reverb.start();
		const { key, secret } = reverb.credential as { key: string; secret: string };
		const notifier = new YapeNotifierStandIn({ key, secret });
		try {
			const live = await examples.publish('listen-to-reverb-with-catch-up', {
				credentialsOf: {
					realtimeTrigger: {
						realtimeWebhooksPusherApi: await credential(
							'realtimeWebhooksPusherApi',
							reverb.credential,
						),
						realtimeWebhooksYapeNotifierApi: await credential('realtimeWebhooksYapeNotifierApi', {
							baseUrl: await notifier.start(),
							token: NOTIFIER_TOKEN,
							webhookSecret: '',
						}),
					},
				},
			});
			const channel = 'private-commerce.5';
			const payments = async () =>
				(await live.ended())
					.flatMap((execution) => jsonOf(execution, 'Payment'))
					.map(({ amountCents }) => amountCents);
			const tell = (record: object) =>
				reverb.broadcast(channel, 'notification.created', JSON.stringify(record));
			await expect.poll(() => notifier.calls, PATIENCE).toContain('GET /api/notifications');
			const record = notifier.store('11');
			await expect.poll(() => tell(record), PATIENCE).toBe(1);
			await expect.poll(payments, PATIENCE).toEqual([1100]);

			reverb.terminate();
			notifier.store('22');
			await expect.poll(payments, PATIENCE).toEqual([1100, 2200]);
			await n8n.client.unpublish(live.id);
		} finally {
			await reverb.close();
			await notifier.stop();
		}
	});
});
