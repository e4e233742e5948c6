import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startStore, type Store } from '../../examples/kometia-store/store.mts';
import type { Delivery } from '../../lib/receive/provider.ts';
import { WHATSAPP_EVENTS } from '../../lib/whatsapp/vocabulary.ts';
import { readNotification } from '../../lib/yape/notification.ts';
import { paymentEvent } from '../../lib/yape/paymentEvent.ts';
import { YAPE_EVENTS } from '../../lib/yape/vocabulary.ts';
import { identifyInboxHub } from '../../nodes/Baileys/gateways/inboxHub/identify.ts';
import { identifyWaha } from '../../nodes/Baileys/gateways/waha/identify.ts';
import { identifyEvolution } from '../../nodes/EuAtendo/identify.ts';
import { readArguments, TYPES, USAGE, type SendRequest } from '../../scripts/send/arguments.mts';
import { DELIVERIES } from '../../scripts/send/deliveries.mts';
import { firstSentAt } from '../../scripts/send/firstSent.mts';
import { placeOrder } from '../../scripts/send/storeOrder.mts';
import { SENDER_NAMES } from '../../scripts/start/examples.mts';
import { freePorts } from '../../scripts/support/ports.mts';

const GATEWAYS = {
	'inbox-hub': identifyInboxHub,
	waha: identifyWaha,
	'eu-atendo': identifyEvolution,
} as const;

function asked(...args: string[]): SendRequest {
	const request = readArguments(args);
	if (request === 'help') throw new Error('help was not asked for');
	return request;
}

/** What the trigger makes of what is sent. */
function received(as: keyof typeof GATEWAYS, ...args: string[]) {
	const { body, headers } = DELIVERIES[as](asked('hola', '--as', as, ...args), 'secret');
	const delivery: Delivery = {
		rawBody: Buffer.from(body),
		headers: Object.fromEntries(
			Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
		),
		query: {},
		remoteAddress: '127.0.0.1',
		receivedAt: new Date(),
	};
	return GATEWAYS[as](JSON.parse(body), delivery);
}

describe.each(['inbox-hub', 'waha', 'eu-atendo'] as const)('%s', (as) => {
	test.each(WHATSAPP_EVENTS.map(({ type }) => type))('sends %s', (type) => {
		const event = received(as, '--type', type, '--id', 'A1');
		expect(event.type).toBe(type);
		expect(Math.abs(event.time.getTime() - Date.now())).toBeLessThan(60_000);
		const { messageId } = event.data as { messageId?: string };
		if (type.includes('.message.')) expect(messageId).toBe('A1');
	});

	test('takes types of the vocabulary only, with or without their first word', () => {
		expect(TYPES[as].toSorted()).toEqual(WHATSAPP_EVENTS.map(({ type }) => type));
		expect(asked('--as', as, '--type', 'message.read').type).toBe('whatsapp.message.read');
		expect(() => asked('--as', as, '--type', 'message.lost')).toThrow(
			/'--type' for .* message.read/,
		);
	});
});

test.each(YAPE_EVENTS.map(({ type }) => type))('yape sends %s, of now', (type) => {
	const { body } = DELIVERIES.yape(asked('--as', 'yape', '--type', type), 'secret');
	const receivedAt = new Date();
	const event = paymentEvent(readNotification(JSON.parse(body), undefined), { receivedAt });
	expect(event.type).toBe(type);
	expect(Math.abs(event.time.getTime() - Date.now())).toBeLessThan(60_000);
	expect(event.data.receivedAt).toBe((JSON.parse(body) as { received_at: string }).received_at);
});

describe('with --id', () => {
	let folder: string;
	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'send-'));
	});
	afterAll(() => rmSync(folder, { recursive: true }));

	test('the same second is told again, which was now the first time', () => {
		const [now, later] = [new Date(), new Date(Date.now() + 7_000)];
		expect(firstSentAt(folder, 'A1', now)).toEqual(now);
		expect(firstSentAt(folder, 'A1', later)).toEqual(now);
		expect(firstSentAt(folder, 'A2', later)).toEqual(later);
	});
});

test.each(SENDER_NAMES)('%s sends each type without a text, too', (as) => {
	for (const type of TYPES[as]) {
		const { text } = asked('--as', as, '--type', type);
		expect(text, type).not.toBe('');
	}
});

test('the help names every sender and every type', () => {
	expect(readArguments(['--help'])).toBe('help');
	expect(readArguments(['-h', '--as', 'nobody'])).toBe('help');
	for (const name of SENDER_NAMES) {
		expect(USAGE).toContain(name);
		for (const type of TYPES[name]) expect(USAGE).toContain(type.slice(type.indexOf('.') + 1));
	}
	expect(() => asked('--as', 'nobody')).toThrow(
		/^'--as' must be one of .*\nFor all options: npm run send -- --help$/,
	);
});

test('says that npm has kept an option for itself, which needs -- before it', () => {
	// As npm 11 sets them for: npm run send hola --as waha, --type message.read, --bad-signature
	for (const [variable, option] of [
		['npm_config_all', '--as'],
		['npm_config_type', '--type'],
		['npm_config_bad_signature', '--bad-signature'],
	] as const) {
		expect(() => readArguments(['hola', 'waha'], { [variable]: 'true' })).toThrow(
			`npm kept '${option}' for itself. Write -- before the text and the options.`,
		);
	}
	expect(readArguments(['hola'], { npm_config_loglevel: 'silent' })).toMatchObject({
		text: 'hola',
	});
});

describe('kometia', () => {
	const key = 'sk_local';
	let store: Store;
	beforeAll(async () => {
		store = await startStore({ port: 0, apiKey: key });
	});
	afterAll(async () => await store.close());

	test('says in one line that n8n is down', async () => {
		const [port] = await freePorts(1);
		const webhookUrl = `http://127.0.0.1:${port}/webhook/x`;
		const sent = placeOrder(asked('--as', 'kometia'), { url: store.url, key, webhookUrl });
		await expect(sent).rejects.toThrow(
			/^Nothing answered at http:.* \(connect ECONNREFUSED .*\)\. Run "npm start".*$/,
		);
	});
});
