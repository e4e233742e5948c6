import { describe, expect, test } from 'vitest';
import {
	readDeliverable,
	UndeliverableError,
	deliveryBody,
	disabledEvent,
} from '../../lib/deliver/deliverable.ts';
import { createEnvelope } from '../../lib/event/envelope.ts';
import type { Subscriber } from '../../lib/subscriber/subscriber.ts';

const NOW = new Date('2026-11-07T12:00:00.000Z');
const DEFAULTS = { id: 'item-1', source: '/n8n/7', time: NOW };
const read = (item: unknown) => readDeliverable(item, DEFAULTS);

const ENVELOPE = createEnvelope(
	{
		id: '3EB0AA',
		source: '/inbox-hub/sales_1',
		type: 'whatsapp.message.received',
		subject: '34600000000@s.whatsapp.net',
		time: new Date('2026-11-07T11:21:58.000Z'),
		dedupeKey: 'sales_1|3EB0AA',
		data: { text: 'hello' },
		raw: {},
	},
	'hmac-sha256',
);

describe('what can be delivered', () => {
	test('an envelope of this package, with its extension attributes', () => {
		expect(read(ENVELOPE)).toEqual(ENVELOPE);
		const replay = { ...ENVELOPE, replayof: '17', replayedat: NOW.toISOString() };
		expect(read(replay)).toEqual(replay);
	});

	test('an event that a history keeps under `event`', () => {
		expect(read({ event: ENVELOPE, executionId: '17', status: 'success' })).toEqual(ENVELOPE);
	});

	test('a CloudEvent without a time or a content type gets them', () => {
		const event = { specversion: '1.0', id: '1', source: '/s', type: 't', data: 5 };
		const time = NOW.toISOString();
		expect(read(event)).toEqual({ ...event, time, datacontenttype: 'application/json' });
		const binary = { specversion: '1.0', id: '1', source: '/s', type: 't', data_base64: 'AAA=' };
		expect(read(binary)).toEqual({ ...binary, time });
	});

	test.each([
		[
			{ type: 'order.paid', data: { a: 1 } },
			{ id: 'item-1', source: '/n8n/7', data: { a: 1 } },
		],
		[
			{ event: 'order.paid', payload: [1] },
			{ id: 'item-1', data: [1] },
		],
		[
			{ id: 42, source: '/shop', type: 'order.paid', data: null, subject: 'o-1' },
			{ id: '42', source: '/shop', data: null, subject: 'o-1' },
		],
		[
			{ type: 'order.paid', data: 0, timestamp: 1_700_000_000 },
			{ time: '2023-11-14T22:13:20.000Z', data: 0 },
		],
	])('any object with a type and data: %j', (item, expected) => {
		expect(read(item)).toMatchObject({ specversion: '1.0', type: 'order.paid', ...expected });
	});

	test.each([
		[undefined, 'not an object'],
		[[], 'not an object'],
		['text', 'not an object'],
		[{}, "no 'type' (or 'event')"],
		[{ type: '', data: 1 }, "no 'type' (or 'event')"],
		[{ type: 5, data: 1 }, "no 'type' (or 'event')"],
		[{ type: 'a' }, `type "a" has no 'data' (or 'payload')`],
		[{ specversion: '0.3', id: '1', source: 's', type: 't' }, '"0.3"'],
		[{ specversion: '1.0', source: 's' }, "no 'id' and no 'type'"],
		[{ specversion: '1.0', id: '1', type: 't' }, "no 'source'"],
	])('what is missing is named: %j', (item, words) => {
		expect(() => read(item)).toThrow(UndeliverableError);
		expect(() => read(item)).toThrow(words);
	});
});

describe('the three bodies', () => {
	const item = { type: 'order.paid', data: { a: 'ñ' }, more: true };
	const event = read(item);

	test.each([
		['cloudEvent', 'application/cloudevents+json', event],
		['eventAndPayload', 'application/json', { event: 'order.paid', payload: { a: 'ñ' } }],
		['item', 'application/json', item],
	] as const)('%s', (form, contentType, content) => {
		const body = deliveryBody(form, event, item);
		expect(body.contentType).toBe(contentType);
		expect(JSON.parse(body.text)).toEqual(content);
	});

	test('what JSON cannot say is told', () => {
		const circle: Record<string, unknown> = {};
		circle.self = circle;
		expect(() => deliveryBody('item', event, circle)).toThrow(UndeliverableError);
	});
});

test('the event of a disabled subscriber tells who, why and since when, and no secret', () => {
	const subscriber: Subscriber = {
		id: 'sub_1',
		url: 'https://hooks.example/a?token=hush-hush',
		events: ['*'],
		secret: 'whsec_aHVzaA==',
		headers: { authorization: 'Bearer hush-hush' },
		active: true,
		failingSince: new Date('2026-11-01T00:00:00.000Z'),
		createdAt: NOW,
	};
	const event = disabledEvent(subscriber, 'failing', NOW);
	expect(event).toMatchObject({
		specversion: '1.0',
		type: 'webhook.subscriber.disabled',
		source: '/webhook-notifier',
		subject: 'sub_1',
		data: {
			subscriberId: 'sub_1',
			url: 'https://hooks.example/a',
			reason: 'failing',
			failingSince: '2026-11-01T00:00:00.000Z',
			disabledAt: '2026-11-07T12:00:00.000Z',
		},
	});
	expect(JSON.stringify(event)).not.toMatch(/hush|aHVzaA/);
	expect(readDeliverable(event, DEFAULTS)).toEqual(event);
});
