import Pusher from 'pusher';
import { beforeAll, describe, expect, test } from 'vitest';
import { slack } from '../../nodes/SignedWebhook/schemes/slack.ts';
import { SignedScheme } from '../support/signedScheme.mts';
import { senders, unixSeconds } from '../support/signedSenders.mts';
import { loadVendorSdk, type VendorSdks } from '../support/vendorSdks.mts';

const SECRET = 'a-secret-of-the-app';
const SIGNING = { secret: SECRET };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const MINUTE_MS = 60_000;

describe('Slack', () => {
	const scheme = new SignedScheme('slack', SIGNING);
	const event = {
		type: 'event_callback',
		team_id: 'T1',
		event_id: 'Ev1',
		event_time: 1700000000,
		event: { type: 'app_mention', channel: 'C1', text: 'hi' },
	};

	test('an event', async () => {
		const [found] = await scheme.events(senders.slack(JSON.stringify(event), SIGNING));
		expect(found).toMatchObject({
			id: 'Ev1',
			source: '/slack/T1',
			type: 'slack.app_mention',
			subject: 'C1',
			time: new Date(1700000000_000),
			data: { body: event },
		});
	});

	test('a repeat is signed anew and keeps its id', async () => {
		const sent = (at: Date) => senders.slack(JSON.stringify(event), { ...SIGNING, at });
		const [first] = await scheme.events(sent(new Date()));
		const [repeat] = await scheme.events(sent(new Date(Date.now() - MINUTE_MS)));
		expect(repeat?.dedupeKey).toBe(first?.dedupeKey);
	});

	test('an interaction: the JSON in the field payload', async () => {
		const payload = {
			type: 'block_actions',
			trigger_id: '1.2.abc',
			team: { id: 'T1' },
			channel: { id: 'C2' },
		};
		const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
		const sent = senders.slack(body, SIGNING);
		const [found] = await scheme.events({ ...sent, headers: { ...sent.headers, ...FORM } });
		expect(found).toMatchObject({
			id: '1.2.abc',
			type: 'slack.block_actions',
			source: '/slack/T1',
			subject: 'C2',
			data: { body: payload },
		});
	});

	test('a slash command: the fields of a form', async () => {
		const body = 'command=%2Fdeploy&text=api&team_id=T1&channel_id=C3&trigger_id=3.4';
		const sent = senders.slack(body, SIGNING);
		const [found] = await scheme.events({ ...sent, headers: { ...sent.headers, ...FORM } });
		expect(found).toMatchObject({
			id: '3.4',
			type: 'slack./deploy',
			subject: 'C3',
			data: { body: { command: '/deploy', text: 'api' } },
		});
	});

	test('the challenge of a request URL is answered, where it is signed', async () => {
		const body = JSON.stringify({ type: 'url_verification', challenge: '3eZbrw1aB', token: 'x' });
		expect(await scheme.challenge(senders.slack(body, SIGNING))).toEqual({
			status: 200,
			headers: {},
			body: { challenge: '3eZbrw1aB' },
		});
		expect(await scheme.challenge(senders.slack(JSON.stringify(event), SIGNING))).toBeUndefined();
		const form = senders.slack('ssl_check=1&token=x', SIGNING);
		const asked = { ...form, headers: { ...form.headers, ...FORM } };
		expect(await scheme.challenge(asked)).toMatchObject({ status: 200 });
	});

	test('answers say nothing that a channel or a dialog would show', () => {
		const outcome = { kind: 'refused', reason: 'signature_mismatch' } as const;
		expect(slack.answer?.(outcome)).toBeUndefined();
		const [body] = [{ id: '1', source: '/', type: 't', time: new Date(), dedupeKey: 'k' }];
		const event = { ...body, data: {}, raw: {} };
		expect(slack.answer?.({ kind: 'duplicate', event })).toMatchObject({ status: 200, body: '' });
		expect(slack.answer?.({ kind: 'ignored', event })).toMatchObject({ status: 200, body: '' });
	});

	describe('against @slack/bolt', () => {
		let bolt: VendorSdks['@slack/bolt'];
		beforeAll(async () => void (bolt = await loadVendorSdk('@slack/bolt')));

		const now = new Date(1_800_000_000_000);
		const sentAt = (ms: number) =>
			senders.slack('{"a":1}', { ...SIGNING, at: new Date(now.getTime() + ms) });
		const vendor = (sent: ReturnType<typeof sentAt>) =>
			bolt.isValidSlackRequest({
				signingSecret: SECRET,
				body: String(sent.body),
				headers: { ...sent.headers },
				nowMilliseconds: now.getTime(),
			});
		const agreed: Array<[string, ReturnType<typeof sentAt>, string]> = [
			['genuine', sentAt(0), 'verified'],
			['five minutes old', sentAt(-5 * MINUTE_MS), 'verified'],
			['older', sentAt(-5 * MINUTE_MS - 1000), 'timestamp_outside_tolerance'],
			['another body', { ...sentAt(0), body: '{"a":2}' }, 'signature_mismatch'],
		];
		test.each(agreed)('%s: the same verdict', async (_name, sent, expected) => {
			expect(await scheme.outcome(sent, now)).toBe(expected);
			expect(vendor(sent)).toBe(expected === 'verified');
		});

		test('a time in the future is refused', async () => {
			const sent = sentAt(365 * 24 * 60 * MINUTE_MS);
			expect(await scheme.outcome(sent, now)).toBe('timestamp_outside_tolerance');
		});

		test('known difference: it takes a signature of another version with a right hash for none', async () => {
			const sent = sentAt(0);
			const signature = sent.headers?.['x-slack-signature'] ?? '';
			const other = { ...sent.headers, 'x-slack-signature': signature.replace('v0', 'v1') };
			expect(vendor({ ...sent, headers: other })).toBe(false);
			expect(await scheme.outcome({ ...sent, headers: other }, now)).toBe('signature_malformed');
		});
	});
});

describe('Pusher Channels', () => {
	const key = '278d425bdf160c739803';
	const body = JSON.stringify({
		time_ms: 1700000000123,
		events: [
			{ name: 'channel_occupied', channel: 'orders' },
			{ name: 'client_event', channel: 'private-a', event: 'client-typed', data: '{}' },
		],
	});

	test('every event is one, with its own key', async () => {
		const scheme = new SignedScheme('pusher', SIGNING);
		const identified = await scheme.identified(senders.pusher(body, SIGNING));
		expect(identified).toMatchObject({
			dedupeKey: expect.stringMatching(/^\/pusher\|[0-9a-f]{64}$/),
			events: [
				{ type: 'pusher.channel_occupied', subject: 'orders', time: new Date(1700000000123) },
				{ type: 'pusher.client_event', subject: 'private-a', data: { body: { data: '{}' } } },
			],
		});
		const keys = 'events' in identified ? identified.events.map((one) => one.dedupeKey) : [];
		expect(new Set(keys).size).toBe(2);
	});

	test('the key that a header names stands in the verdict, and ties key:secret to it', async () => {
		const sent = senders.pusher(body, SIGNING, key);
		const verdict = async (secret: string, previousSecret = '') =>
			await new SignedScheme('pusher', { secret, previousSecret }).verdict(sent);
		const matched = { secret: 'current', signature: 'sha256', keyId: key };
		expect(await verdict(SECRET)).toMatchObject({ result: 'verified', matched });
		expect(await verdict(`${key}:${SECRET}`)).toMatchObject({ result: 'verified', matched });
		expect(await verdict(`other:other`, `${key}:${SECRET}`)).toMatchObject({
			result: 'verified',
			matched: { ...matched, secret: 'previous' },
		});
		expect(await verdict(`another-key:${SECRET}`)).toMatchObject({ reason: 'signature_mismatch' });
	});

	describe('against pusher', () => {
		const app = new Pusher({ appId: '1', key, secret: SECRET, cluster: 'eu' });
		const scheme = new SignedScheme('pusher', SIGNING);
		const sentAs = (type: string, changed = body) => {
			const sent = senders.pusher(body, SIGNING, key);
			return { ...sent, body: changed, headers: { ...sent.headers, 'content-type': type } };
		};
		const vendor = ({ body: rawBody, headers }: ReturnType<typeof sentAs>) =>
			app.webhook({ headers, rawBody }).isValid();

		test('genuine, and changed afterwards: the same verdict', async () => {
			const genuine = sentAs('application/json');
			expect([vendor(genuine), await scheme.outcome(genuine)]).toEqual([true, 'verified']);
			const changed = sentAs('application/json', body.replace('orders', 'others'));
			expect([vendor(changed), await scheme.outcome(changed)]).toEqual([
				false,
				'signature_mismatch',
			]);
		});

		test.each(['application/json; charset=utf-8', 'Application/JSON', 'text/plain'])(
			'known difference: it refuses %s',
			async (type) => {
				const sent = sentAs(type);
				expect([vendor(sent), await scheme.outcome(sent)]).toEqual([false, 'verified']);
			},
		);
	});
});

describe('Frappe', () => {
	const scheme = new SignedScheme('frappe', SIGNING);
	const now = new Date(1_800_000_000_000);
	const sent = (fields: object) => {
		const { body, headers } = senders.frappe(JSON.stringify(fields), SIGNING);
		// Frappe names no content type.
		return { body, headers: { ...headers, 'content-type': '' } };
	};

	test('a document', async () => {
		const fields = { doctype: 'Sales Order', name: 'SO-1', modified: '2026-03-01 10:00:00.123456' };
		const [found] = await scheme.events(sent(fields));
		expect(found).toMatchObject({
			type: 'frappe.Sales Order',
			subject: 'SO-1',
			source: '/frappe',
			data: { body: fields },
		});
		expect(found?.momentary).toBeUndefined();
	});

	test('the same content later is another change, unless it says when it was changed', async () => {
		const [first] = await scheme.events(sent({ status: 'Open' }), now);
		const [later] = await scheme.events(sent({ status: 'Open' }), new Date(now.getTime() + 1000));
		expect(first?.momentary).toEqual({ key: later?.momentary?.key, windowMs: MINUTE_MS });
		expect(first?.dedupeKey).not.toBe(later?.dedupeKey);
		const timed = { status: 'Open', modified: '2026-03-01 10:00:00' };
		const [one] = await scheme.events(sent(timed), now);
		const [two] = await scheme.events(sent(timed), new Date(now.getTime() + 1000));
		expect(one?.dedupeKey).toBe(two?.dedupeKey);
	});

	test('signed is what Python writes, not what JSON.stringify would', async () => {
		const python = '{"customer": "Mar\\u00eda", "total": 1.0}';
		const { body, headers } = senders.frappe(python, SIGNING);
		expect(await scheme.outcome({ body, headers })).toBe('verified');
	});
});

describe('LINE', () => {
	const scheme = new SignedScheme('line', SIGNING);
	const event = (id: string, isRedelivery = false) => ({
		type: 'message',
		mode: 'active',
		timestamp: 1700000000123,
		webhookEventId: id,
		deliveryContext: { isRedelivery },
		source: { type: 'user', userId: 'U1' },
		message: { type: 'text', id: '1', text: 'hi' },
	});
	const body = (...events: object[]) => JSON.stringify({ destination: 'Ubot', events });

	test('several events in one delivery', async () => {
		const events = await scheme.events(senders.line(body(event('E1'), event('E2')), SIGNING));
		expect(events).toMatchObject([
			{ id: 'E1', type: 'line.message', source: '/line/Ubot', subject: 'U1' },
			{ id: 'E2', type: 'line.message', time: new Date(1700000000123) },
		]);
	});

	test('a redelivery, which says so in its body, is the same event', async () => {
		const first = await scheme.identified(senders.line(body(event('E1')), SIGNING));
		const again = await scheme.identified(senders.line(body(event('E1', true)), SIGNING));
		expect(again.dedupeKey).toBe(first.dedupeKey);
	});

	test("the console's question holds no events", async () => {
		expect(await scheme.challenge(senders.line(body(), SIGNING))).toMatchObject({ status: 200 });
		expect(await scheme.challenge(senders.line(body(event('E1')), SIGNING))).toBeUndefined();
	});

	test('against @line/bot-sdk: the same verdict, but for spare bits of the last letter', async () => {
		const { validateSignature } = await loadVendorSdk('@line/bot-sdk');
		const sent = senders.line(body(event('E1')), SIGNING);
		const signature = sent.headers?.['x-line-signature'] ?? '';
		const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
		const last = alphabet.indexOf(signature.at(-2) ?? '');
		const spare = `${signature.slice(0, -2)}${alphabet[last + 1]}=`;
		const verdicts = async (text: string, content = String(sent.body)) => [
			validateSignature(content, SECRET, text),
			await scheme.outcome({ body: content, headers: { 'x-line-signature': text } }),
		];
		expect(await verdicts(signature)).toEqual([true, 'verified']);
		expect(await verdicts(signature, body(event('E2')))).toEqual([false, 'signature_mismatch']);
		expect(await verdicts('AAAA')).toEqual([false, 'signature_malformed']);
		// Known difference: what Node.js skips counts as the signature.
		expect(await verdicts(spare)).toEqual([true, 'signature_malformed']);
		expect(await verdicts(`${signature} `.replace('=', '=!'))).toEqual([
			true,
			'signature_malformed',
		]);
	});
});

describe('Meta', () => {
	const scheme = new SignedScheme('meta', SIGNING);
	const events = async (body: object) =>
		await scheme.events(senders.meta(JSON.stringify(body), SIGNING));

	test('WhatsApp Cloud: each message and each status is an event with the body of it alone', async () => {
		const metadata = { display_phone_number: '15550001111', phone_number_id: '106' };
		const change = {
			field: 'messages',
			value: {
				messaging_product: 'whatsapp',
				metadata,
				contacts: [
					{ wa_id: '34600000001', profile: { name: 'Ana' } },
					{ wa_id: '34600000002', profile: { name: 'Luis' } },
				],
				messages: [
					{ id: 'wamid.1', from: '34600000001', timestamp: '1700000001', type: 'text' },
					{ id: 'wamid.2', from: '34600000002', timestamp: '1700000002', type: 'image' },
				],
				statuses: [
					{ id: 'wamid.0', status: 'delivered', timestamp: '1700000003', recipient_id: '34' },
					{ id: 'wamid.0', status: 'read', timestamp: '1700000004', recipient_id: '34' },
				],
			},
		};
		const entry = [{ id: 'WABA', changes: [change] }];
		const found = await events({ object: 'whatsapp_business_account', entry });
		expect(found.map(({ type, id, subject, source }) => [type, id, subject, source])).toEqual([
			['meta.whatsapp.messages.text', 'wamid.1', '34600000001', '/meta/106'],
			['meta.whatsapp.messages.image', 'wamid.2', '34600000002', '/meta/106'],
			['meta.whatsapp.statuses.delivered', 'wamid.0:delivered', '34', '/meta/106'],
			['meta.whatsapp.statuses.read', 'wamid.0:read', '34', '/meta/106'],
		]);
		expect(found.map(({ time }) => time.getTime() / 1000 - 1700000000)).toEqual([1, 2, 3, 4]);
		expect(found[1]?.data.body).toEqual({
			object: 'whatsapp_business_account',
			entry: [
				{
					id: 'WABA',
					changes: [
						{
							field: 'messages',
							value: {
								messaging_product: 'whatsapp',
								metadata,
								contacts: [change.value.contacts[1]],
								messages: [change.value.messages[1]],
							},
						},
					],
				},
			],
		});
	});

	test('WhatsApp: another field, such as the state of a template', async () => {
		const value = { event: 'APPROVED', message_template_name: 'hello' };
		const changes = [{ field: 'message_template_status_update', value }];
		expect(
			await events({
				object: 'whatsapp_business_account',
				entry: [{ id: 'WABA', time: 1700000000, changes }],
			}),
		).toMatchObject([
			{
				type: 'meta.whatsapp.message_template_status_update',
				source: '/meta/WABA',
				time: new Date(1700000000_000),
			},
		]);
	});

	test('Messenger and Instagram: entries of a conversation, and changes', async () => {
		const person = { sender: { id: 'P1' }, recipient: { id: 'PAGE' }, timestamp: 1700000000123 };
		const messaging = [
			{ ...person, message: { mid: 'm_1', text: 'hi' } },
			{ ...person, message: { mid: 'm_2', is_echo: true } },
			{ ...person, postback: { mid: 'm_3', payload: 'START' } },
			{ ...person, read: { watermark: 1700000000000 } },
		];
		const standby = [{ ...person, message: { mid: 'm_4' } }];
		const entry = [
			{ id: 'PAGE', time: 1700000000456, messaging },
			{ id: 'PAGE', time: 1700000000456, standby },
			{ id: 'PAGE', time: 1700000000, changes: [{ field: 'feed', value: { item: 'post' } }] },
		];
		const found = await events({ object: 'page', entry });
		expect(found.map(({ type, id }) => [type, id.length > 60 ? 'digest' : id])).toEqual([
			['meta.page.message', 'm_1'],
			['meta.page.message_echo', 'm_2'],
			['meta.page.postback', 'm_3'],
			['meta.page.read', 'digest'],
			['meta.page.standby.message', 'm_4'],
			['meta.page.feed', 'digest'],
		]);
		expect(found[0]).toMatchObject({
			subject: 'P1',
			source: '/meta/PAGE',
			time: new Date(1700000000123),
		});
		const instagram = await events({
			object: 'instagram',
			entry: [
				{ id: 'IG', time: 1700000000, changes: [{ field: 'comments', value: { id: 'c1' } }] },
			],
		});
		expect(instagram).toMatchObject([{ type: 'meta.instagram.comments', source: '/meta/IG' }]);
	});

	test('a status in a repeat that came with new events is still the same one', async () => {
		const status = { id: 'wamid.0', status: 'sent', timestamp: '1700000003', recipient_id: '34' };
		const value = (...statuses: object[]) => ({
			object: 'whatsapp_business_account',
			entry: [{ id: 'WABA', changes: [{ field: 'messages', value: { statuses } }] }],
		});
		const [alone] = await events(value(status));
		const [, together] = await events(value({ ...status, status: 'read' }, status));
		expect(together?.dedupeKey).toBe(alone?.dedupeKey);
	});

	test.each([
		['nothing that is known', { object: 'user', entry: [{ id: '1', uid: '1' }] }, 'meta.user'],
		['no entry', { object: 'page', entry: [] }, 'meta.page'],
		['a change that is no object', { object: 'page', entry: [{ changes: [1] }] }, 'meta.page'],
		['no object', [1], 'meta.unknown'],
	])('%s is one event, not a refusal', async (_name, body, type) => {
		expect(await events(body)).toMatchObject([{ type }]);
	});

	test('characters that Meta writes as escapes are signed as they were sent', async () => {
		const escaped = '{"object":"page","entry":[],"text":"\\u00e4\\/\\u0040"}';
		expect(await scheme.outcome(senders.meta(escaped, SIGNING))).toBe('verified');
		const plain = senders.meta(escaped, SIGNING);
		expect(await scheme.outcome({ ...plain, body: JSON.stringify(JSON.parse(escaped)) })).toBe(
			'signature_mismatch',
		);
	});
});

test('a time that is no number of seconds is not compared', async () => {
	const scheme = new SignedScheme('slack', SIGNING);
	const sent = senders.slack('{}', SIGNING);
	const headers = { ...sent.headers, 'x-slack-request-timestamp': `${unixSeconds()}.5` };
	expect(await scheme.outcome({ ...sent, headers })).toBe('signature_malformed');
});
