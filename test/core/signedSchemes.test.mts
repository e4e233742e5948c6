import { createHmac } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CoreTrigger } from '../conformance/coreTrigger.mts';
import { CURRENT_SECRET, PREVIOUS_SECRET, type Sent } from '../conformance/provider.mts';
import { signedWebhooks } from '../conformance/providers/signedWebhook.mts';
import { deduplicateIn } from '../support/n8nCore.mts';
import { memoryDeduplicator } from '../support/n8nWebhook.mts';
import { SCHEME_NAMES, senderOf, type SchemeName } from '../support/signedWebhooks.mts';

const triggers: CoreTrigger[] = [];

beforeAll(async () => await deduplicateIn(memoryDeduplicator()));
afterEach(async () => {
	await Promise.all(triggers.splice(0).map(async (trigger) => await trigger.close()));
});

async function start(name: SchemeName): Promise<CoreTrigger> {
	const provider = signedWebhooks[SCHEME_NAMES.indexOf(name)];
	if (provider === undefined) throw new Error(`no scene for ${name}`);
	const trigger = await CoreTrigger.start(await provider.open());
	triggers.push(trigger);
	return trigger;
}

const json = (value: object) => JSON.stringify(value);

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);

const replaced = (sent: Sent, headers: Readonly<Record<string, string>>): Sent => ({
	...sent,
	headers: { ...sent.headers, ...headers },
});

describe('a question is answered and starts nothing', () => {
	test.each([CURRENT_SECRET, PREVIOUS_SECRET])(
		'Zoom: whether the address knows the secret, with the one that it was signed with (%s)',
		async (secret) => {
			const trigger = await start('zoom');
			const { sign } = senderOf('zoom');
			const payload = { plainToken: 'qgg8vlvZRS6UYooatFL8Aw' };
			const body = json({ event: 'endpoint.url_validation', payload, event_ts: 1654503849680 });
			expect(await trigger.send(sign(body, secret))).toMatchObject({
				status: 200,
				json: {
					plainToken: payload.plainToken,
					encryptedToken: createHmac('sha256', secret).update(payload.plainToken).digest('hex'),
				},
			});
			expect(await trigger.send(sign(body, 'another'))).toMatchObject({ status: 401 });
			expect(trigger.events()).toEqual([]);
		},
	);

	test('Discord: the PING of interactions and that of webhook events', async () => {
		const trigger = await start('discord');
		const { sign } = senderOf('discord');
		const interactions = json({ id: '1', application_id: '11', type: 1, version: 1 });
		expect(await trigger.send(sign(interactions, CURRENT_SECRET))).toMatchObject({
			status: 200,
			json: { type: 1 },
		});
		const events = json({ version: 1, application_id: '11', type: 0 });
		expect(await trigger.send(sign(events, CURRENT_SECRET))).toMatchObject({
			status: 204,
			json: '',
		});
		// Discord tries from time to time whether a wrong signature is refused.
		expect(await trigger.send(sign(interactions, 'another'))).toMatchObject({ status: 401 });
		expect(trigger.events()).toEqual([]);
	});

	test('GitHub: its ping, in JSON and as a form', async () => {
		const trigger = await start('github');
		const { sign } = senderOf('github');
		const ping = json({ zen: 'Design for failure.', hook_id: 1, hook: {} });
		const sent = sign(ping, CURRENT_SECRET, { name: 'ping' });
		expect(await trigger.send(sent)).toMatchObject({ status: 200, json: { received: true } });
		const form = sign(String(new URLSearchParams({ payload: ping })), CURRENT_SECRET, {
			name: 'ping',
		});
		const type = { 'content-type': 'application/x-www-form-urlencoded' };
		expect(await trigger.send(replaced(form, type))).toMatchObject({ status: 200 });
		expect(trigger.events()).toEqual([]);
	});

	test('WooCommerce: the form that it sends unsigned when a webhook is saved', async () => {
		const trigger = await start('wooCommerce');
		const headers = { 'content-type': 'application/x-www-form-urlencoded' };
		expect(await trigger.send({ body: 'webhook_id=7', headers })).toMatchObject({
			status: 200,
			json: { received: true },
		});
		for (const body of ['webhook_id=7&id=1', 'webhook_id=x', '']) {
			expect(await trigger.send({ body, headers })).toMatchObject({
				status: 401,
				json: { error: 'signature_missing' },
			});
		}
		const forged = { ...headers, 'x-wc-webhook-signature': 'AAAA' };
		expect((await trigger.send({ body: 'webhook_id=7', headers: forged })).status).toBe(401);
		expect(trigger.events()).toEqual([]);
		expect(trigger.log()).not.toContain('webhook_id');
	});
});

describe('what is answered to an event', () => {
	test.each([
		[2, { type: 5 }],
		[3, { type: 6 }],
		[4, { type: 8, data: { choices: [] } }],
		[5, { type: 5 }],
	])('Discord: interaction %d gets a response that shows no failure', async (type, response) => {
		const trigger = await start('discord');
		const body = json({ id: `9${type}`, application_id: '11', type, version: 1, token: 'T' });
		const answer = await trigger.send(senderOf('discord').sign(body, CURRENT_SECRET));
		expect(answer).toMatchObject({ status: 200, json: response });
		expect(trigger.events()).toMatchObject([{ id: `9${type}`, verification: 'ed25519' }]);
	});

	test('Twilio: TwiML that does nothing', async () => {
		const trigger = await start('twilio');
		const sent = senderOf('twilio').sign('MessageSid=SM1&SmsStatus=received', CURRENT_SECRET);
		const answer = await trigger.send(sent);
		expect(answer.status).toBe(200);
		expect(answer.headers.get('content-type')).toMatch(/^text\/xml/);
		expect(answer.json).toMatch(/^<\?xml .*<Response><\/Response>$/);
		expect(trigger.events()).toMatchObject([
			{ type: 'twilio.message.received', subject: 'SM1', verification: 'hmac-sha1' },
		]);
	});
});

describe('what is the same event', () => {
	test('Shopify: one body for two topics is two events, for one topic one, whatever the id says', async () => {
		const trigger = await start('shopify');
		const { sign } = senderOf('shopify');
		const send = async (name: string, id: string) =>
			(await trigger.send(sign('{"id":1}', CURRENT_SECRET, { name, id }))).json;
		expect(await send('orders/create', 'e1')).toMatchObject({ received: true });
		expect(await send('orders/paid', 'e1')).toMatchObject({ received: true });
		expect(await send('orders/create', 'e1')).toMatchObject({ duplicate: true });
		expect(await send('orders/create', 'e2')).toMatchObject({ duplicate: true });
		expect(trigger.events()).toMatchObject([
			{
				id: 'e1',
				source: '/shopify/invented.myshopify.com',
				type: 'shopify.orders/create',
				time: '2026-11-29T17:00:00.123Z',
			},
			{ id: 'e1', type: 'shopify.orders/paid' },
		]);
	});

	test('Shopify: two subscriptions to a topic are one event', async () => {
		const trigger = await start('shopify');
		const { sign } = senderOf('shopify');
		const sent = sign('{"id":2}', CURRENT_SECRET, { id: 'e3' });
		const other = sign('{"id":2,"fields":"fewer"}', CURRENT_SECRET, { id: 'e3' });
		expect((await trigger.send(sent)).json).toMatchObject({ received: true });
		expect((await trigger.send(other)).json).toMatchObject({ duplicate: true });
	});

	test('WooCommerce: two orders of one second share the id of their deliveries', async () => {
		const trigger = await start('wooCommerce');
		const { sign } = senderOf('wooCommerce');
		const send = async (body: object, id: string) =>
			(await trigger.send(sign(json(body), CURRENT_SECRET, { id }))).json;
		expect(await send({ id: 1 }, 'second1')).toMatchObject({ received: true });
		expect(await send({ id: 2 }, 'second1')).toMatchObject({ received: true });
		expect(await send({ id: 1 }, 'second1')).toMatchObject({ duplicate: true });
		expect(await send({ id: 1 }, 'second9')).toMatchObject({ duplicate: true });
		expect(trigger.events()).toMatchObject([
			{ id: 'second1.1', subject: '1', source: '/woocommerce/shop.example.com' },
			{ id: 'second1.2', subject: '2' },
		]);
	});

	test.each(['calendly', 'paddle', 'stripe', 'typeform', 'zoom'] as const)(
		'%s: what is sent again is signed anew, and the same event',
		async (name) => {
			const trigger = await start(name);
			const { sign, known } = senderOf(name);
			const send = async (seconds: number) =>
				(await trigger.send(sign(known.body('A1'), CURRENT_SECRET, { sentAt: ago(seconds) }))).json;
			expect(await send(200)).toMatchObject({ received: true });
			expect(await send(0)).toMatchObject({ duplicate: true });
			const other = sign(known.body('A2'), CURRENT_SECRET, { sentAt: ago(0) });
			expect((await trigger.send(other)).json).toMatchObject({ received: true });
		},
	);

	test('Linear: a delivery that is sent again has the same id, and the time of now', async () => {
		const trigger = await start('linear');
		const { sign, known } = senderOf('linear');
		const send = async (seconds: number, id: string) =>
			(await trigger.send(sign(known.body('A1'), CURRENT_SECRET, { sentAt: ago(seconds), id })))
				.json;
		expect(await send(50, 'd1')).toMatchObject({ received: true });
		expect(await send(0, 'd1')).toMatchObject({ duplicate: true });
		// Somebody sends the same bytes under another id.
		const sent = sign(known.body('A1'), CURRENT_SECRET, { sentAt: ago(30), id: 'd2' });
		expect((await trigger.send(sent)).json).toMatchObject({ received: true });
		const again = replaced(sent, { 'linear-delivery': 'd3' });
		expect((await trigger.send(again)).json).toMatchObject({ duplicate: true });
	});

	test('Discord: a webhook event has no id, and is known by its bytes', async () => {
		const trigger = await start('discord');
		const body = (timestamp: string) =>
			json({
				version: 1,
				application_id: '11',
				type: 1,
				event: { type: 'ENTITLEMENT_CREATE', timestamp, data: { user: { id: '7' } } },
			});
		const { sign } = senderOf('discord');
		const first = body('2026-11-29T17:00:00.000000Z');
		const noted = { status: 204, json: '' };
		expect(await trigger.send(sign(first, CURRENT_SECRET, { sentAt: ago(60) }))).toMatchObject(
			noted,
		);
		expect(await trigger.send(sign(first, CURRENT_SECRET))).toMatchObject(noted);
		await trigger.send(sign(body('2026-11-29T17:00:01.000000Z'), CURRENT_SECRET));
		expect(trigger.events()).toMatchObject([
			{
				type: 'discord.ENTITLEMENT_CREATE',
				source: '/discord/11',
				subject: '7',
				time: '2026-11-29T17:00:00.000Z',
			},
			{ time: '2026-11-29T17:00:01.000Z' },
		]);
	});

	test('Twilio: the fields in another order are a repeat of those that were signed', async () => {
		const trigger = await start('twilio');
		const sent = senderOf('twilio').sign('CallStatus=busy&From=1&To=2', CURRENT_SECRET);
		expect((await trigger.send(sent)).json).not.toContain('duplicate');
		const turned = { ...sent, body: 'To=2&From=1&CallStatus=busy' };
		const answer = await trigger.send(
			replaced(turned, { 'i-twilio-idempotency-token': 'another' }),
		);
		expect(answer.json).toContain('duplicate');
		expect(trigger.events()).toHaveLength(1);
	});

	test('Twilio: Event Streams bring a list of CloudEvents, each of them one event', async () => {
		const trigger = await start('twilio');
		const event = (id: string, status: string) => ({
			specversion: '1.0',
			type: `com.twilio.messaging.message.${status}`,
			source: `/2010-04-01/Accounts/AC1/Messages/SM1.json`,
			id,
			time: '2026-11-29T17:00:00Z',
			data: { accountSid: 'AC1', messageSid: 'SM1' },
		});
		const { sign } = senderOf('twilio');
		const both = sign(json([event('EZ1', 'sent'), event('EZ2', 'delivered')]), CURRENT_SECRET);
		expect((await trigger.send(both)).status).toBe(200);
		const alone = sign(json([event('EZ2', 'delivered')]), CURRENT_SECRET);
		await trigger.send(alone);
		await trigger.send(sign(json(event('EZ3', 'read')), CURRENT_SECRET));
		const common = { source: '/twilio/AC1', subject: 'SM1', time: '2026-11-29T17:00:00.000Z' };
		expect(trigger.events()).toMatchObject([
			{ id: 'EZ1', type: 'twilio.com.twilio.messaging.message.sent', ...common },
			{ id: 'EZ2', type: 'twilio.com.twilio.messaging.message.delivered', ...common },
			{ id: 'EZ3', type: 'twilio.com.twilio.messaging.message.read', ...common },
		]);
	});

	test('Stripe: a thin event notification is an event like any other', async () => {
		const trigger = await start('stripe');
		const body = json({
			id: 'evt_test_65R9',
			object: 'v2.core.event',
			type: 'v1.billing.meter.no_meter_found',
			created: '2026-11-29T17:00:00.000Z',
			context: 'acct_1',
			related_object: { id: 'mtr_1', type: 'billing.meter' },
		});
		await trigger.send(senderOf('stripe').sign(body, CURRENT_SECRET));
		expect(trigger.events()).toMatchObject([
			{
				id: 'evt_test_65R9',
				source: '/stripe/acct_1',
				type: 'stripe.v1.billing.meter.no_meter_found',
				subject: 'mtr_1',
				time: '2026-11-29T17:00:00.000Z',
				matchedsecret: 'current',
				matchedsignature: 'v1',
			},
		]);
	});
});
