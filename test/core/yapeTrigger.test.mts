import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { YapeTrigger } from '../../nodes/Yape/YapeTrigger.node.ts';
import { sendBytes } from '../support/anyRequest.mts';
import { post } from '../support/inboxHub.mts';
import { captureLog } from '../support/n8nLog.mts';
import { createWorkflow, deduplicateIn } from '../support/n8nCore.mts';
import {
	memoryDeduplicator,
	runHook,
	serveWebhook,
	type WebhookHost,
} from '../support/n8nWebhook.mts';
import { signers, yapeNotification } from '../support/yape.mts';

const SECRET = 'a-secret-for-tests-0123456789';

const hosts: WebhookHost[] = [];

beforeAll(async () => await deduplicateIn(memoryDeduplicator()));
afterAll(async () => await Promise.all(hosts.map(async (host) => await host.close())));

function workflow(parameters: INodeParameters = {}, credential: Record<string, string> = {}) {
	return createWorkflow(
		{
			Trigger: {
				type: new YapeTrigger(),
				parameters: { events: ['*'], options: {}, ...parameters },
				credentials: ['realtimeWebhooksYapeNotifierApi'],
			},
		},
		{
			realtimeWebhooksYapeNotifierApi: {
				webhookSecret: SECRET,
				previousWebhookSecret: '',
				...credential,
			},
		},
		{ id: randomUUID() },
	);
}

async function serve(parameters?: INodeParameters, credential?: Record<string, string>) {
	const host = await serveWebhook(workflow(parameters, credential), 'Trigger');
	hosts.push(host);
	return {
		host,
		send: async (value: object, headers?: Record<string, string>) => {
			const body = JSON.stringify(value);
			return await post(host.url, body, headers ?? signers.hmac(body, SECRET));
		},
	};
}

const emitted = (host: WebhookHost) =>
	host.executions.map(
		(run) => run.data.resultData.runData.Trigger?.[0]?.data?.main?.[0]?.[0]?.json,
	);

describe('what the Yape Notifier app is answered', () => {
	const notification = {
		id: expect.stringMatching(/^yape\|5000\|/),
		device_id: '7f1c2b1e-0c54-4f0e-9d0e-2f6c1f6f0a11',
		source_app: 'yape',
		package_name: 'com.bcp.innovacxion.yapeapp',
		title: 'Confirmación de Pago',
		body: 'Yape! JUAN PEREZ te envió un pago por S/ 50',
		amount: '50.00',
		currency: 'PEN',
		payer_name: 'JUAN PEREZ',
		posted_at: '2026-03-01T10:00:00.123Z',
		received_at: '2026-03-01T10:00:01.456Z',
		status: 'pending',
		is_duplicate: false,
	};

	test('201 with the notification, and for the same one again too', async () => {
		const { host, send } = await serve();
		const first = await send(yapeNotification());
		expect({ status: first.status, json: first.json }).toEqual({
			status: 201,
			json: { message: 'Notification created successfully', notification },
		});
		const second = await send(yapeNotification());
		expect({ status: second.status, json: second.json }).toEqual({
			status: 201,
			json: {
				message: 'Notification received (duplicate detected)',
				notification: { ...notification, is_duplicate: true },
			},
		});
		expect(emitted(host)).toMatchObject([
			{ type: 'yape.payment.received', data: { amountCents: 5000 } },
		]);
	});

	test('two payments of one amount within seconds are two', async () => {
		const { host, send } = await serve();
		for (const second of ['00', '01', '03']) {
			await send(yapeNotification({ posted_at: `2026-03-01T10:00:${second}Z` }));
		}
		expect(host.executions).toHaveLength(3);
	});

	test('what is no payment is inconsistent, as at its own server', async () => {
		const { send } = await serve();
		const answer = await send(
			yapeNotification({ body: 'Yapea y gana S/ 50', status: 'validated' }),
		);
		expect(answer.json).toMatchObject({
			notification: { amount: null, currency: 'PEN', status: 'inconsistent' },
		});
	});

	test('what the workflow does not want is 200 and says so', async () => {
		const { host, send } = await serve({ events: ['yape.payment.sent'] });
		const answer = await send(yapeNotification());
		expect(answer).toMatchObject({ status: 200, json: { ignored: true, notification } });
		expect(host.executions).toHaveLength(0);
	});

	test('its secret is in no answer', async () => {
		const { send } = await serve({}, { token: 'the-token', signatureScheme: 'bearer' });
		const answer = await send(yapeNotification(), { authorization: `Bearer ${SECRET}` });
		expect(answer.status).toBe(201);
		expect(JSON.stringify([answer.json, [...answer.headers]])).not.toMatch(
			new RegExp(`${SECRET}|the-token`),
		);
	});
});

describe('parameters', () => {
	test('promotions start no workflow unless it asks for them', () => {
		const events = new YapeTrigger().description.properties.find(({ name }) => name === 'events');
		expect(events?.default).toEqual(['yape.payment.received']);
	});

	test('fields of another forwarder, named in the options', async () => {
		const options = {
			textField: 'n.what',
			timeField: 'n.at',
			packageField: 'n.from',
			walletApps: 'My Bank',
		};
		const { host, send } = await serve({ options });
		const n = { what: 'ANA te yapeó S/ 7.50', at: 1772359200, from: 'my bank' };
		expect((await send({ n })).status).toBe(201);
		expect((await send({ n: { ...n, at: 1772359201 } })).status).toBe(201);
		expect((await send({ n: { at: 1, from: 'my bank' } })).status).toBe(201);
		expect(emitted(host)).toMatchObject([
			{ data: { amount: '7.50', app: 'my bank', postedAt: '2026-03-01T10:00:00.000Z' } },
			{ data: { amount: '7.50' } },
			{ type: 'yape.notification.other', data: { note: 'no_text' } },
		]);
	});
});

describe('an option whose expression fails', () => {
	const FAILING = "={{ $('Gone').first().json.apps }}";
	const GIVES_NOTHING = '={{ [].gone.join(",") }}';

	test.each([
		['Wallet Apps', 'walletApps', FAILING],
		['Text Field', 'textField', FAILING],
		['Wallet Apps', 'walletApps', GIVES_NOTHING],
		['Accept Unknown App', 'acceptUnknownApp', GIVES_NOTHING],
		['Text Field', 'textField', GIVES_NOTHING],
	])('%s: 503, and the payment is accepted when it is mended', async (_label, name, expression) => {
		const test = workflow({ options: { [name]: expression } });
		const host = await serveWebhook(test, 'Trigger');
		hosts.push(host);
		const body = JSON.stringify(yapeNotification());
		const send = async () => await post(host.url, body, signers.hmac(body, SECRET));
		expect(await send()).toMatchObject({
			status: 503,
			json: { error: 'verification_unavailable' },
		});
		expect(host.executions).toHaveLength(0);
		test.node('Trigger').parameters.options = {};
		expect((await send()).status).toBe(201);
	});

	test.each([
		['Wallet Apps', 'walletApps'],
		['Accept Unknown App', 'acceptUnknownApp'],
		['Text Field', 'textField'],
	])('%s that gives nothing does not go live', async (label, name) => {
		const test = workflow({ options: { [name]: GIVES_NOTHING } });
		await expect(runHook(test, 'Trigger', 'checkExists')).rejects.toThrow(
			`'${label}' is empty. Check the expression`,
		);
	});

	test('Events, where money is not understood either: 503', async () => {
		const { send } = await serve({ events: FAILING });
		const payments = ['Yape! ANA te envió S/ 1', 'Yape! LUZ te envió S/ 2'].join('\n');
		expect((await send(yapeNotification({ body: payments, amount: null }))).status).toBe(503);
	});
});

describe('what starts nothing and looks like money', () => {
	const default_ = { events: ['yape.payment.received'] };
	const linesAbout = async (run: () => Promise<unknown>, about: RegExp) => {
		const log = captureLog();
		await run();
		log.stop();
		return log
			.text()
			.split('\n')
			.filter((line) => about.test(line));
	};

	test('is told once an hour, by each node for itself', async () => {
		const first = await serve(default_);
		const second = await serve(default_);
		const odd = async (send: (typeof first)['send'], soles: number) =>
			await send(yapeNotification({ body: `ROSA CAMPOS te regresó S/ ${soles}`, amount: null }));
		const lines = await linesAbout(async () => {
			for (const soles of [11, 12, 13]) await odd(first.send, soles);
			await odd(second.send, 14);
		}, /looks like money/);
		expect(lines).toHaveLength(2);
		expect(lines.join()).not.toMatch(/ROSA|CAMPOS|S\/ 1/);
		expect(first.host.executions).toHaveLength(0);
	});

	test('several payments in one delivery are told each time, unless they are selected', async () => {
		const text = (soles: number) => `ROSA te yapeó S/ ${soles}\nANA te yapeó S/ 7`;
		const several = (soles: number) =>
			yapeNotification({ body: text(soles), amount: null, raw_json: null });
		const unselected = await serve(default_);
		const lines = await linesAbout(async () => {
			for (const soles of [5, 6]) await unselected.send(several(soles));
		}, /2 payments came in one delivery/);
		expect(lines).toHaveLength(2);
		const selected = await serve();
		const none = await linesAbout(
			async () => void (await selected.send(several(5))),
			/payments came in one delivery/,
		);
		expect(none).toEqual([]);
		expect(emitted(selected.host)).toMatchObject([
			{ data: { note: 'several_payments', payments: [{ amount: '5.00' }, { amount: '7.00' }] } },
		]);
	});

	test('a text of no app is a payment only with the option Accept Unknown App', async () => {
		const bare = { text: 'ANA te yapeó S/ 7.50' };
		const chat = { ...bare, packageName: 'com.whatsapp' };
		const careful = await serve();
		const daring = await serve({ options: { acceptUnknownApp: true } });
		for (const { send } of [careful, daring]) {
			await send(bare);
			await send(chat);
		}
		const unknown = { type: 'yape.notification.other', data: { note: 'app_unknown' } };
		expect(emitted(careful.host)).toMatchObject([unknown, unknown]);
		expect(emitted(daring.host)).toMatchObject([
			{ type: 'yape.payment.received', data: { amount: '7.50' } },
			unknown,
		]);
	});
});

describe('the id of a delivery under Standard Webhooks', () => {
	const bare = { text: 'JUAN te yapeó S/ 5', app: 'yape' };
	const body = JSON.stringify(bare);

	test('tells apart what nothing else does, where it is signed', async () => {
		const { host, send } = await serve({}, { signatureScheme: 'standardWebhooks' });
		const at = new Date();
		for (const id of ['msg_1', 'msg_2', 'msg_1']) {
			await send(bare, signers.standardWebhooks(body, SECRET, at, id));
		}
		expect(host.executions).toHaveLength(2);
	});

	test('counts for nothing where it is not', async () => {
		const { host, send } = await serve();
		for (const id of ['msg_1', 'msg_2']) {
			await send(bare, { ...signers.hmac(body, SECRET), 'webhook-id': id });
		}
		expect(host.executions).toHaveLength(1);
	});
});

describe('publishing', () => {
	const publish = async (credential: Record<string, string>, options: INodeParameters = {}) =>
		await runHook(workflow({ options }, credential), 'Trigger', 'checkExists');
	const scheme = { signatureScheme: 'standardWebhooks' };

	test.each([
		[{ ...scheme, webhookSecret: 'whsec_%%%' }, "'Webhook Secret'"],
		[
			{ ...scheme, webhookSecret: SECRET, previousWebhookSecret: 'whsec_a' },
			"'Previous Webhook Secret'",
		],
	])('a secret that cannot be read is named, not shown: %j', async (credential, label) => {
		const failure = await publish(credential).catch((error: Error) => error.message);
		expect(failure).toMatch(/starts with "whsec_", but the rest is not base64/);
		expect(failure).toContain(`${label} in the credential 'Yape Notifier API'`);
		expect(failure).not.toContain('%%%');
	});

	test('an empty one is asked for', async () => {
		await expect(publish({ ...scheme, webhookSecret: ' ' })).rejects.toThrow(
			"'Webhook Secret' is empty in the credential 'Yape Notifier API'",
		);
	});

	test.each([
		[{ ...scheme, webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }],
		[{ ...scheme, webhookSecret: 'a plain text' }],
		[{ signatureScheme: 'hmac', webhookSecret: 'whsec_%%%' }],
		[{ signatureScheme: 'bearer', webhookSecret: 'whsec_%%%' }],
	])('%j goes live', async (credential) => {
		expect(await publish(credential)).toBe(true);
	});

	test('a secret broken after publishing refuses nothing for good', async () => {
		const { send } = await serve({}, { ...scheme, webhookSecret: 'whsec_%%%' });
		expect((await send(yapeNotification())).status).toBe(503);
	});
});

test('whatever is signed: never a 5xx, and no payment without a text that says so', async () => {
	const { host } = await serve();
	const anything = fc.oneof(
		fc.json(),
		fc
			.record(
				{
					text: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
					title: fc.jsonValue(),
					amount: fc.oneof(fc.double(), fc.string(), fc.jsonValue()),
					posted_at: fc.jsonValue(),
					key: fc.jsonValue(),
					device_id: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
					raw_json: fc.jsonValue(),
				},
				{ requiredKeys: [] },
			)
			.map((value) => JSON.stringify(value)),
	);
	await fc.assert(
		fc.asyncProperty(anything, async (text) => {
			const headers = {
				'content-type': 'application/octet-stream',
				...signers.hmac(text, SECRET),
			};
			expect([201, 400]).toContain(await sendBytes(host.url, headers, Buffer.from(text)));
		}),
		{ numRuns: 300 },
	);
	expect(host.executions.length).toBeGreaterThan(0);
	expect(emitted(host).filter((one) => one?.type !== 'yape.notification.other')).toEqual([]);
});
