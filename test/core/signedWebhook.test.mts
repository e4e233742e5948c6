import { randomUUID } from 'node:crypto';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SignedWebhookTrigger } from '../../nodes/SignedWebhook/SignedWebhookTrigger.node.ts';
import type { Sent } from '../conformance/provider.mts';
import { post } from '../support/inboxHub.mts';
import { createWorkflow, deduplicateIn } from '../support/n8nCore.mts';
import { captureLog } from '../support/n8nLog.mts';
import { memoryDeduplicator, serveWebhook } from '../support/n8nWebhook.mts';
import { hmac, senders } from '../support/signedSenders.mts';

const TRIGGER = 'Trigger';
const CREDENTIAL = 'realtimeWebhooksSignedWebhookApi';
const SECRET = 'a-secret-of-the-app';
const SIGNING = { secret: SECRET };

beforeAll(async () => await deduplicateIn(memoryDeduplicator()));

interface Options {
	readonly parameters?: INodeParameters;
	readonly credential?: Readonly<Record<string, string>>;
	readonly webhook?: 'default' | 'setup';
	/** Somebody has deleted it since the workflow went live. */
	readonly isCredentialGone?: boolean;
	/** Of another trigger: the same node after n8n's process has started again, say. */
	readonly workflowId?: string;
}

async function start(scheme: string, options: Options = {}) {
	const workflow = createWorkflow(
		{
			[TRIGGER]: {
				type: new SignedWebhookTrigger(),
				parameters: { scheme, events: '*', ...options.parameters },
				credentials: [CREDENTIAL],
			},
		},
		options.isCredentialGone === true
			? {}
			: {
					[CREDENTIAL]: {
						secret: SECRET,
						previousSecret: '',
						verifyToken: '',
						...options.credential,
					},
				},
		{ id: options.workflowId ?? randomUUID() },
	);
	const host = await serveWebhook(workflow, TRIGGER, { webhook: options.webhook ?? 'default' });
	onTestFinished(async () => await host.close());
	const items = () =>
		host.executions.map(
			({ data }) => data.resultData.runData[TRIGGER]?.at(-1)?.data?.main?.[0] ?? [],
		);
	return {
		url: host.url,
		send: async ({ body, headers, query = '' }: Sent) =>
			await post(`${host.url}${query}`, body, { ...headers }),
		/** Items that passed the trigger, by execution. */
		items,
		events: (): IDataObject[] => items().flatMap((list) => list.map(({ json }) => json)),
	};
}

describe('several events in one delivery', () => {
	const pusherBody = (...channels: string[]) =>
		JSON.stringify({
			time_ms: 1700000000123,
			events: channels.map((channel) => ({ name: 'channel_occupied', channel })),
		});
	const lineBody = (isRedelivery: boolean, ...ids: string[]) =>
		JSON.stringify({
			destination: 'Ubot',
			events: ids.map((id) => ({
				type: 'message',
				webhookEventId: id,
				timestamp: 1700000000123,
				deliveryContext: { isRedelivery },
			})),
		});

	test('are one execution with an item each, and a repeat starts nothing', async () => {
		const trigger = await start('pusher');
		const sent = senders.pusher(pusherBody('a', 'b', 'c'), SIGNING);
		expect((await trigger.send(sent)).json).toMatchObject({ received: true });
		expect((await trigger.send(sent)).json).toMatchObject({ duplicate: true });
		expect(trigger.items()).toHaveLength(1);
		expect(trigger.events()).toMatchObject([
			{ type: 'pusher.channel_occupied', subject: 'a', matchedkeyid: '278d425bdf160c739803' },
			{ type: 'pusher.channel_occupied', subject: 'b' },
			{ type: 'pusher.channel_occupied', subject: 'c' },
		]);
		const keys = trigger.events().map(({ dedupekey }) => dedupekey);
		expect(new Set(keys).size).toBe(3);
	});

	test('20 copies at once are one execution', async () => {
		const trigger = await start('pusher');
		const sent = senders.pusher(pusherBody('a', 'b'), SIGNING);
		const answers = await Promise.all(
			Array.from({ length: 20 }, async () => (await trigger.send(sent)).json),
		);
		expect(answers.filter((answer) => Object(answer).duplicate === true)).toHaveLength(19);
		expect(trigger.events()).toHaveLength(2);
	});

	test('only those that are selected', async () => {
		const trigger = await start('pusher', { parameters: { events: 'channel_vacated' } });
		const body = JSON.stringify({
			events: [
				{ name: 'channel_occupied', channel: 'a' },
				{ name: 'channel_vacated', channel: 'b' },
			],
		});
		await trigger.send(senders.pusher(body, SIGNING));
		expect(trigger.events()).toMatchObject([{ type: 'pusher.channel_vacated' }]);
		const ignored = await trigger.send(senders.pusher(pusherBody('c', 'd'), SIGNING));
		expect(ignored.json).toEqual({ ignored: true });
		expect(trigger.items()).toHaveLength(1);
	});

	test('what came before alone, or in another company, does not pass again', async () => {
		const trigger = await start('line');
		await trigger.send(senders.line(lineBody(false, 'E1'), SIGNING));
		// LINE sends again what it takes for lost, and says so in the body.
		const again = await trigger.send(senders.line(lineBody(true, 'E1'), SIGNING));
		expect(again.json).toMatchObject({ duplicate: true });
		await trigger.send(senders.line(lineBody(true, 'E1', 'E2'), SIGNING));
		expect(trigger.items().map((list) => list.map(({ json }) => json.id))).toEqual([
			['E1'],
			['E2'],
		]);
	});
});

describe('bodies that are no JSON', () => {
	const parameters = { method: 'signature', signatureHeader: 'X-Signature' };
	const signed = (body: string | Buffer, type: string, more = {}) => ({
		body,
		headers: { 'content-type': type, 'x-signature': hmac(SECRET, body), ...more },
	});

	test.each([
		['a form', 'a=1&b=2&b=3', 'application/x-www-form-urlencoded', { a: '1', b: ['2', '3'] }],
		['XML', '<a>1</a>', 'application/xml', '<a>1</a>'],
		['text', 'hello', 'text/plain', 'hello'],
	])('%s', async (_name, body, type, expected) => {
		const trigger = await start('custom', { parameters });
		const sent = signed(body, type);
		expect((await trigger.send(sent)).status).toBe(200);
		expect(trigger.events()).toMatchObject([
			{ type: 'webhook.unknown', verification: 'hmac-sha256', data: { body: expected } },
		]);
		expect((await trigger.send({ ...sent, body: `${body} ` })).status).toBe(401);
	});

	test('JSON that is sent as text is an event like any other', async () => {
		const trigger = await start('pusher');
		const events = ['channel_occupied', 'channel_vacated'].map((name) => ({ name, channel: 'a' }));
		const { headers, body } = senders.pusher(JSON.stringify({ time_ms: 1, events }), SIGNING);
		const sent = { body, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' } };
		expect((await trigger.send(sent)).status).toBe(200);
		expect(trigger.events()).toMatchObject([
			{ type: 'pusher.channel_occupied', subject: 'a' },
			{ type: 'pusher.channel_vacated', subject: 'a' },
		]);
	});

	test('multipart, which n8n takes apart, is not called authentic, and the log says what it is', async () => {
		const log = captureLog();
		onTestFinished(() => log.stop());
		const trigger = await start('custom', { parameters });
		const answer = await trigger.send(signed('--x--', 'multipart/form-data; boundary=x'));
		expect(answer).toMatchObject({ status: 400, json: { error: 'body_malformed' } });
		expect(log.text()).toContain('the body is multipart, larger than N8N_PAYLOAD_SIZE_MAX');
	});

	test("bytes become the item's file", async () => {
		const trigger = await start('custom', { parameters });
		const body = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0x00]);
		const sent = signed(body, 'image/png', { 'content-disposition': 'inline; filename="a.png"' });
		expect((await trigger.send(sent)).status).toBe(200);
		const [[item] = []] = trigger.items();
		expect(item?.json).toMatchObject({ data: { raw: { mimeType: 'image/png', bytes: 6 } } });
		expect(item?.binary?.data).toMatchObject({
			mimeType: 'image/png',
			fileName: 'a.png',
			data: body.toString('base64'),
		});
	});
});

describe('questions of the sender start nothing', () => {
	test("Slack's challenge", async () => {
		const trigger = await start('slack');
		const body = JSON.stringify({ type: 'url_verification', challenge: '3eZbrw1aB' });
		const answer = await trigger.send(senders.slack(body, SIGNING));
		expect(answer).toMatchObject({ status: 200, json: { challenge: '3eZbrw1aB' } });
		const forged = await trigger.send(senders.slack(body, { secret: 'another' }));
		expect(forged).toMatchObject({ status: 401, json: { error: 'signature_mismatch' } });
		expect(trigger.items()).toEqual([]);
	});

	test.each([
		['slack', { type: 'url_verification', challenge: 'a' }, 200, { challenge: 'a' }],
		['discord', { type: 1 }, 200, { type: 1 }],
		['line', { events: [] }, 200, {}],
		// The answer would be a signature of whatever anybody wants signed.
		[
			'zoom',
			{ event: 'endpoint.url_validation', payload: { plainToken: 'a' } },
			401,
			{ error: 'signature_mismatch' },
		],
	])('%s: not where everybody is let in either', async (scheme, body, status, json) => {
		const trigger = await start(scheme, { parameters: { options: { acceptUnverified: true } } });
		const sent = { body: JSON.stringify(body), headers: {} };
		expect(await trigger.send(sent)).toMatchObject({ status, json });
		expect(trigger.items()).toEqual([]);
	});

	test("LINE's delivery without events", async () => {
		const trigger = await start('line');
		const body = JSON.stringify({ destination: 'Ubot', events: [] });
		expect((await trigger.send(senders.line(body, SIGNING))).status).toBe(200);
		expect((await trigger.send(senders.line(body, { secret: 'another' }))).status).toBe(401);
		expect(trigger.items()).toEqual([]);
	});

	describe("Meta's question by GET", () => {
		const ask = async (token: string, options: Options = {}, mode = 'subscribe') => {
			const trigger = await start('meta', { webhook: 'setup', ...options });
			const query = new URLSearchParams({
				'hub.mode': mode,
				'hub.challenge': '1158201444',
				'hub.verify_token': token,
			});
			const response = await fetch(`${trigger.url}?${query.toString()}`);
			return {
				events: trigger.events(),
				status: response.status,
				type: response.headers.get('content-type') ?? '',
				text: await response.text(),
			};
		};

		test('is answered with the challenge as text', async () => {
			const credential = { verifyToken: 'my-token' };
			expect(await ask('my-token', { credential })).toEqual({
				events: [],
				status: 200,
				type: expect.stringMatching(/^text\/plain/),
				text: '1158201444',
			});
			expect(await ask(SECRET)).toMatchObject({ status: 200 });
		});

		test('not with another token, nor where nothing is asked', async () => {
			const credential = { verifyToken: 'my-token' };
			expect(await ask('another', { credential })).toMatchObject({ status: 403, events: [] });
			// Where there is a token, the secret is none.
			expect(await ask(SECRET, { credential })).toMatchObject({ status: 403 });
			expect(await ask('', { credential })).toMatchObject({ status: 403 });
			expect(await ask('my-token', { credential }, 'other')).toMatchObject({ status: 405 });
			const empty = { secret: '', verifyToken: '' };
			expect(await ask('', { credential: empty })).toMatchObject({ status: 403 });
		});

		test('with another token is told as a refused delivery, to whoever selects these', async () => {
			const log = captureLog();
			onTestFinished(() => log.stop());
			const credential = { verifyToken: 'my-token' };
			expect(await ask('another', { credential })).toMatchObject({ status: 403, events: [] });
			expect(log.text()).toContain("Meta's app dashboard");
			const parameters = { events: '*, webhook.refused' };
			const { events } = await ask('another', { credential, parameters });
			expect(events).toMatchObject([
				{
					type: 'webhook.refused',
					data: {
						refused: 1,
						reasons: [
							{
								reason: 'signature_mismatch',
								whatToDo: expect.stringContaining("'Verify Token'"),
							},
						],
					},
				},
			]);
			expect(JSON.stringify(events)).not.toContain('my-token');
		});

		test('starts nothing where the credential is gone: anybody may ask', async () => {
			const log = captureLog();
			onTestFinished(() => log.stop());
			const asked = await ask('my-token', { isCredentialGone: true });
			expect(asked).toMatchObject({ status: 503, events: [] });
			expect(log.text()).toContain('Could not check a delivery, answered 503');
		});
	});
});

describe('odd texts in what a verified sender says', () => {
	const send = async (trigger: Awaited<ReturnType<typeof start>>, body: string) => {
		const at = Math.floor(Date.now() / 1000);
		const headers = { 'stripe-signature': `t=${at},v1=${hmac(SECRET, `${at}.${body}`)}` };
		return await trigger.send({ body, headers });
	};

	test('half of a surrogate pair, sent so or cut so, costs no event', async () => {
		const trigger = await start('stripe');
		const halves = '{"id":"\\ud83d1","type":"a\\udfff","account":"\\ud83dx"}';
		expect(await send(trigger, halves)).toMatchObject({ status: 200, json: { received: true } });
		const cut = JSON.stringify({ id: '2', type: 'a', account: `${'a'.repeat(511)}😀` });
		expect(await send(trigger, cut)).toMatchObject({ status: 200, json: { received: true } });
		expect(trigger.events()).toMatchObject([
			{ source: '/stripe/%EF%BF%BDx' },
			{ source: `/stripe/${'a'.repeat(511)}` },
		]);
	});

	test('ids that differ only where they are cut, or in what is no letter, are two events', async () => {
		const trigger = await start('stripe');
		const ids = [...['1', '2'].map((end) => 'x'.repeat(600) + end), 'a\u0001b', 'a b'];
		for (const id of ids) {
			const body = JSON.stringify({ id, type: 'a' });
			expect((await send(trigger, body)).json).toMatchObject({ received: true });
			expect((await send(trigger, body)).json).toMatchObject({ duplicate: true });
		}
		expect(trigger.events().every(({ id }) => String(id).length <= 512)).toBe(true);
	});
});

test('Mercado Pago: another body under a signature that was seen starts nothing', async () => {
	const trigger = await start('mercadoPago');
	const sent = senders.mercadoPago('{"id":1,"action":"payment.created"}', SIGNING);
	expect((await trigger.send(sent)).json).toMatchObject({ received: true });
	for (const body of ['{"id":2,"action":"payment.refunded"}', '{}']) {
		expect((await trigger.send({ ...sent, body })).json).toMatchObject({ duplicate: true });
	}
	const other = { ...sent, query: '?data.id=124&type=payment' };
	expect((await trigger.send(other)).status).toBe(401);
	expect(trigger.events()).toMatchObject([
		{ type: 'mercadoPago.payment.created', subject: '123', data: { bodyIsSigned: false } },
	]);
});

test('Frappe: a retry is a duplicate', async () => {
	const trigger = await start('frappe');
	const sent = senders.frappe('{"status": "Open"}', SIGNING);
	expect((await trigger.send(sent)).json).toMatchObject({ received: true });
	expect((await trigger.send(sent)).json).toMatchObject({ duplicate: true });
	expect(trigger.events()).toHaveLength(1);
});

describe('a secret that cannot be used', () => {
	test('n8n tells which field of which credential it is, when it was changed after the workflow went live', async () => {
		const log = captureLog();
		onTestFinished(() => log.stop());
		const trigger = await start('discord', { credential: { secret: 'no key' } });
		const headers = {
			'x-signature-ed25519': '00'.repeat(64),
			'x-signature-timestamp': String(Math.floor(Date.now() / 1000)),
		};
		expect(await trigger.send({ body: '{"type":1}', headers })).toMatchObject({ status: 503 });
		expect(log.text()).toContain(
			"'Secret' in the credential 'Signed Webhook API' does not fit the scheme 'Discord': it is not an Ed25519 public key",
		);
	});

	test('pasted with quotes, it is the secret of any scheme', async () => {
		for (const secret of [`"${SECRET}"`, ` '${SECRET}' `]) {
			const trigger = await start('slack', { credential: { secret } });
			const body = JSON.stringify({ type: 'event_callback', event_id: 'Ev1' });
			expect((await trigger.send(senders.slack(body, SIGNING))).status).toBe(200);
			expect((await trigger.send(senders.slack(body, { secret: 'another' }))).status).toBe(401);
		}
	});
});
