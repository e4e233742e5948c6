import { describe, expect, test } from 'vitest';
import { asksFor, wahaEventsFor } from '../../nodes/Baileys/gateways/waha/chosenEvents.ts';
import { inTurn } from '../../lib/flow/sequence.ts';
import { parseMessageId } from '../../nodes/Baileys/gateways/waha/messageId.ts';
import {
	driftOf,
	hiddenSecret,
	sessionConfig,
	webhooksWith,
	withoutWebhook,
	withWebhook,
} from '../../nodes/Baileys/gateways/waha/webhookList.ts';

const URL = 'https://n8n.example.com/webhook/abc';
const WANTED = { url: URL, key: 'our-key', events: wahaEventsFor(['whatsapp.message.received']) };
const THEIRS = {
	url: 'https://crm.example.com/hook',
	events: ['message'],
	hmac: { key: 'their-key' },
	filters: [{ field: 'sender' }],
};

const config = (webhooks: object[], more: object = {}) =>
	sessionConfig.parse({ webhooks, ...more });

const driftIn = (webhooks: object[]) => driftOf(webhooksWith(config(webhooks), URL), WANTED);

describe('the events that WAHA is asked for', () => {
	test.each([
		[['whatsapp.message.received'], ['message'], []],
		[['whatsapp.message.sent'], ['message.any'], []],
		[['whatsapp.message.received', 'whatsapp.message.sent'], ['message.any'], []],
		[
			['whatsapp.message.read', 'whatsapp.message.delivered'],
			['message.ack'],
			['message.ack.group'],
		],
		[['whatsapp.session.qr', 'whatsapp.session.connected'], ['session.status'], []],
		[
			['whatsapp.message.edited', 'whatsapp.message.deleted', 'whatsapp.message.reaction'],
			['message.edited', 'message.reaction', 'message.revoked'],
			[],
		],
		[['*'], ['*'], []],
		[['whatsapp.message.received', '*'], ['*'], []],
		[['whatsapp.other.call.received'], ['*'], []],
		['whatsapp.message.*', ['*'], []],
		[['toString'], ['*'], []],
		[[], [], []],
	])('%j', (chosen, required, optional) => {
		expect(wahaEventsFor(chosen)).toEqual({ required, optional });
	});

	test('an older WAHA that knows no event for groups is as wanted, one that misses any other not', () => {
		const wanted = wahaEventsFor(['whatsapp.message.read', 'whatsapp.message.received']);
		expect(asksFor(['message', 'message.ack', 'message.ack.group'], wanted)).toBe(true);
		expect(asksFor(['message.ack', 'message'], wanted)).toBe(true);
		expect(asksFor(['message.ack'], wanted)).toBe(false);
		expect(asksFor(['message', 'message.ack', 'presence.update'], wanted)).toBe(false);
	});
});

describe('our webhook in the list', () => {
	const ours = { url: URL, events: ['message'], hmac: { key: 'our-key' } };

	test.each([
		['as it was set', [ours], undefined],
		['beside others', [THEIRS, ours], undefined],
		['with retries and headers of the user', [{ ...ours, retries: { attempts: 3 } }], undefined],
		['with a key that is not shown', [{ ...ours, hmac: { key: '••••••' } }], undefined],
		['gone', [THEIRS], 'it is gone'],
		['twice', [ours, ours], 'it is there more than once'],
		['with another key', [{ ...ours, hmac: { key: 'x' } }], 'its HMAC key differs'],
		['without a key', [{ ...ours, hmac: null }], 'its HMAC key differs'],
		['with other events', [{ ...ours, events: ['*'] }], 'its events differ'],
		['with events that are none', [{ ...ours, events: 'message' }], 'its events differ'],
	])('%s', (_name, webhooks, drift) => {
		expect(driftIn(webhooks)).toBe(drift);
	});

	test('is put in once, keeps what the user added to it, and leaves all else alone', () => {
		const metadata = { 'user.id': '1' };
		const before = config([{ ...ours, hmac: { key: 'old' }, customHeaders: [] }, THEIRS, ours], {
			metadata,
			proxy: null,
		});
		expect(withWebhook(before, WANTED, undefined)).toEqual({
			metadata,
			proxy: null,
			webhooks: [
				THEIRS,
				{
					...ours,
					customHeaders: [],
					retries: { policy: 'exponential', delaySeconds: 2, attempts: 12 },
				},
			],
		});
	});

	test('takes the place of the one at our former URL', () => {
		const formerUrl = 'https://old.example.com/webhook/abc';
		const before = config([{ ...ours, url: formerUrl, retries: { attempts: 3 } }, THEIRS]);
		expect(withWebhook(before, WANTED, formerUrl).webhooks).toEqual([
			THEIRS,
			{ ...ours, retries: { attempts: 3 } },
		]);
	});

	test('is taken away alone', () => {
		const before = config([THEIRS, ours], { debug: true });
		expect(withoutWebhook(before, [URL])).toEqual({ debug: true, webhooks: [THEIRS] });
	});

	test('retries that end within the deduplication window of 24 hours', () => {
		const [ours] = withWebhook({}, WANTED, undefined).webhooks ?? [];
		const { delaySeconds, attempts } = ours?.retries as Record<string, number>;
		// WAHA waits delay * 2 ** n, and up to a fifth more.
		let seconds = 0;
		for (let n = 1; n <= (attempts ?? 0); n += 1) seconds += (delaySeconds ?? 0) * 2 ** n * 1.2;
		expect(seconds / 3600).toBeGreaterThan(4);
		expect(seconds / 3600).toBeLessThan(24);
	});
});

describe('a secret that WAHA does not show', () => {
	test.each([
		['an HMAC key', { webhooks: [{ ...THEIRS, hmac: { key: '********' } }] }, 'the HMAC key of'],
		[
			'a header',
			{
				webhooks: [{ ...THEIRS, customHeaders: [{ name: 'Authorization', value: 'Bearer ****' }] }],
			},
			'a header of the webhook https://crm.example.com/hook',
		],
		['a proxy’s password', { proxy: { server: 'p:1', password: 'xxxxxx' } }, 'its proxy'],
	])('%s', (_name, told, words) => {
		expect(hiddenSecret(sessionConfig.parse(told))).toContain(words);
	});

	test('ordinary configurations hide nothing', () => {
		const told = { webhooks: [THEIRS, { url: 'https://x.example', hmac: null }], proxy: null };
		expect(hiddenSecret(sessionConfig.parse(told))).toBeUndefined();
		expect(hiddenSecret(sessionConfig.parse({}))).toBeUndefined();
	});

	test('a query, which may hold a token, is not repeated', () => {
		const url = 'https://crm.example.com/hook?token=abc';
		const told = { webhooks: [{ ...THEIRS, url, hmac: { key: '***' } }] };
		expect(hiddenSecret(sessionConfig.parse(told))).not.toContain('abc');
	});
});

test.each([
	[
		'false_34600@c.us_3EB0AA',
		{ id: '3EB0AA', chat: '34600@c.us', fromMe: false, participant: null },
	],
	[
		'true_1203@g.us_3EB0AA_9999@lid',
		{ id: '3EB0AA', chat: '1203@g.us', fromMe: true, participant: '9999@lid' },
	],
	[
		'false_status@broadcast_3EB0AA_34600@c.us',
		{ id: '3EB0AA', chat: 'status@broadcast', fromMe: false, participant: '34600@c.us' },
	],
	['true__3EB0AA', { id: '3EB0AA', chat: null, fromMe: true, participant: null }],
	['3EB0AA', { id: '3EB0AA', chat: null, fromMe: null, participant: null }],
	['some_other_id', { id: 'some_other_id', chat: null, fromMe: null, participant: null }],
])('the message id %s', (text, parts) => {
	expect(parseMessageId(text)).toEqual(parts);
});

test('tasks of one name run in turn, also behind one that failed; other names do not wait', async () => {
	const order: string[] = [];
	let open = () => undefined as void;
	const gate = new Promise<void>((resolve) => void (open = resolve));
	const first = inTurn('a', async () => {
		await gate;
		order.push('a1');
		throw new Error('failed');
	});
	const second = inTurn('a', async () => void order.push('a2'));
	await inTurn('b', async () => void order.push('b'));
	open();
	await expect(first).rejects.toThrow('failed');
	await second;
	expect(order).toEqual(['b', 'a1', 'a2']);
});
