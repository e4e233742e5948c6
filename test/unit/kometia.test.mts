import { describe, expect, test } from 'vitest';
import { parseJson } from '../../lib/event/json.ts';
import { MalformedBodyError } from '../../lib/receive/provider.ts';
import { selectsType } from '../../lib/event/pattern.ts';
import { DEFAULT_EVENT_PATH, eventPathProblem, eventUrl } from '../../nodes/Kometia/fetchEvent.ts';
import { identifyKometia, readEvent } from '../../nodes/Kometia/identify.ts';
import { lookupOptionProperties, readLookupOptions } from '../../nodes/Kometia/lookUp.ts';
import { assertKometiaCredential, kometiaSettings } from '../../nodes/Kometia/settings.ts';

const RECEIVED_AT = new Date('2026-03-01T10:00:00.000Z');

const identify = (body: unknown, storeOfUrl: string | null = null) =>
	identifyKometia(
		body,
		{ receivedAt: RECEIVED_AT, rawBody: Buffer.from(JSON.stringify(body)) },
		storeOfUrl,
	);

const EVENT = {
	id: 'evt_1',
	type: 'order.created',
	created_at: '2026-02-28T23:59:58-06:00',
	store: 'tienda',
	data: { id: 77, total: '1250.00' },
};

test('an event becomes the parts of the envelope', () => {
	expect(identify(EVENT)).toEqual({
		id: 'evt_1',
		source: '/kometia/tienda',
		type: 'kometia.order.created',
		subject: '77',
		time: new Date('2026-03-01T05:59:58.000Z'),
		dedupeKey: 'tienda|kometia.order.created|evt_1',
		data: {
			eventId: 'evt_1',
			type: 'order.created',
			object: { id: 77, total: '1250.00' },
			createdAt: '2026-03-01T05:59:58.000Z',
			store: 'tienda',
		},
		raw: EVENT,
	});
});

test('with nothing but an id it is still an event', () => {
	expect(identify({ id: 12 })).toEqual({
		id: '12',
		source: '/kometia',
		type: 'kometia.event',
		time: RECEIVED_AT,
		dedupeKey: 'kometia|kometia.event|12',
		data: { eventId: '12', type: null, object: null, createdAt: null, store: null },
		raw: { id: 12 },
	});
});

describe('the fields have other names too', () => {
	test.each([
		[{ type: 'order.created' }, 'kometia.order.created'],
		[{ event: 'order.paid' }, 'kometia.order.paid'],
		[{ name: 'Orden nueva' }, 'kometia.Orden nueva'],
		[{ topic: 'orders/create' }, 'kometia.orders/create'],
		[{ type: '  ', topic: 'orders/create' }, 'kometia.orders/create'],
		[{ type: 7, name: 'order' }, 'kometia.order'],
		[{ type: 'pédido.créado' }, 'kometia.pédido.créado'],
		[{ type: 'a\nb\u0000c\ud800' }, 'kometia.a_b_c_'],
		[{ type: 'x'.repeat(500) }, `kometia.${'x'.repeat(200)}`],
	])('%j has the type %s', (fields, type) => {
		expect(identify({ id: 'e', ...fields }).type).toBe(type);
	});

	test.each([
		[{ data: { id: 1 } }, { id: 1 }, '1'],
		[{ object: { id: 'a' } }, { id: 'a' }, 'a'],
		[{ payload: { id: 2 } }, { id: 2 }, '2'],
		[{ data: { object: { id: 3 } } }, { id: 3 }, '3'],
		[{ object: 'event', data: { object: { id: 4 } } }, { id: 4 }, '4'],
		[{ data: { id: 5, object: 'order' } }, { id: 5, object: 'order' }, '5'],
		[{ data: [{ id: 1 }] }, [{ id: 1 }], undefined],
		[{ data: 'text', payload: { id: {} } }, { id: {} }, undefined],
		[{ data: { id: ' ' } }, { id: ' ' }, undefined],
		[{}, null, undefined],
	])('%j is about %j', (fields, object, subject) => {
		const event = identify({ id: 'e', type: 't', ...fields });
		expect(event.data.object).toEqual(object);
		expect(event.subject).toBe(subject);
	});

	test.each([
		[{ created_at: 1762518118 }, '2025-11-07T12:21:58.000Z'],
		[{ created: '2025-11-07T12:21:58Z' }, '2025-11-07T12:21:58.000Z'],
		[{ created_at: 'ayer', created: 1762518118000 }, '2025-11-07T12:21:58.000Z'],
		[{ created_at: {} }, null],
	])('%j was created at %s', (fields, createdAt) => {
		const { data, time } = identify({ id: 'e', ...fields });
		expect(data.createdAt).toBe(createdAt);
		expect(time.toISOString()).toBe(createdAt ?? RECEIVED_AT.toISOString());
	});

	test.each([
		[{ store: 'tienda' }, 'other', '/kometia/tienda'],
		[{ store_id: 12 }, null, '/kometia/12'],
		[{ shop: 'mi tienda/ñ' }, null, '/kometia/mi%20tienda%2F%C3%B1'],
		[{ store: { id: 5 }, shop_id: 'x' }, null, '/kometia/x'],
		[{ store: '\ud800' }, null, '/kometia/_'],
		[{}, 'tienda', '/kometia/tienda'],
		[{}, null, '/kometia'],
	])('%j with the address of %s is from %s', (fields, storeOfUrl, source) => {
		expect(identify({ id: 'e', ...fields }, storeOfUrl).source).toBe(source);
	});
});

describe('where the event stands', () => {
	test.each([
		['at the top', { id: 'evt', data: { id: 'order' } }, 'evt'],
		['inside event', { id: 'delivery', event: { id: 'evt', type: 't' } }, 'evt'],
		['inside data', { data: { id: 'evt', type: 't' } }, 'evt'],
		['beside the name of the event', { id: 'evt', event: 'order.created' }, 'evt'],
		['at the top, with an event without id', { id: 'evt', event: { name: 'x' } }, 'evt'],
		['inside data, under an id that is null', { id: null, data: { id: 'evt' } }, 'evt'],
	])('%s', (_where, body, id) => {
		expect(readEvent(body).id).toBe(id);
	});

	test('the whole body stays as raw, and what is around the event is no part of it', () => {
		const body = { id: 'delivery', type: 'wrapper', event: { id: 'evt', type: 'order.paid' } };
		expect(identify(body)).toMatchObject({ id: 'evt', type: 'kometia.order.paid', raw: body });
	});
});

describe('an id that may not enter a URL', () => {
	const idOf = (body: unknown) => readEvent(body).id;

	test.each([
		'',
		' ',
		'../products',
		'..',
		'.',
		'a/b',
		'a\\b',
		'a%2fb',
		'a?b=c',
		'a#b',
		'a b',
		'evt_1\n',
		'\u0000',
		'ｅｖｔ',
		'évt',
		'@evil.example',
		'x'.repeat(101),
		-1.5,
		1e21,
		Number.MAX_SAFE_INTEGER + 1,
		true,
		{},
		[],
		['evt_1'],
	])('%j', (id) => {
		expect(idOf({ id })).toBeNull();
		expect(idOf({ event: { id } })).toBeNull();
	});

	test.each([[{}], [{ event: {} }], [{ data: {} }], [{ data: 'x' }], [{ id: null }]])(
		'%j has none',
		(body) => expect(idOf(body)).toBeNull(),
	);

	test.each([[null], [5], ['text'], [[]], [[{ id: 'evt' }]]])('%j is no object', (body) => {
		expect(() => idOf(body)).toThrow(MalformedBodyError);
	});

	test('keeps its digits, however many it has', () => {
		expect(idOf(parseJson(Buffer.from('{"id":1234567890123456789}')))).toBe('1234567890123456789');
	});

	test('is not needed by who accepts unverified events: the body stands for it', () => {
		const [one, two] = [identify({ type: 't', n: 1 }), identify({ type: 't', n: 2 })];
		expect(one).toMatchObject({ type: 'kometia.t', data: { eventId: null }, raw: { n: 1 } });
		expect(one.dedupeKey).not.toBe(two.dedupeKey);
		expect(one.id).toBe(identify({ type: 't', n: 1 }).id);
	});

	test('an own id is asked for, not one from the prototype', () => {
		expect(idOf(JSON.parse('{"__proto__": {"id": "evt"}}'))).toBeNull();
	});
});

describe('the event filter', () => {
	const type = identify(EVENT).type;

	test.each([
		['*', true],
		['order.*', true],
		['kometia.order.*', true],
		['order.created', true],
		['product.*, order.created', true],
		['*.created', true],
		['product.*\norder.paid', false],
		['order', false],
		['', false],
	])('%j', (events, selected) => {
		expect(selectsType(events, type)).toBe(selected);
	});
});

describe("'Event Path'", () => {
	test.each([
		DEFAULT_EVENT_PATH,
		'/eventos/{id}',
		'/v2/events/{id}.json',
		'/e/{id}/full',
		'/e-{id}',
	])('%s leads below the base address', (path) => {
		expect(eventPathProblem(path)).toBeUndefined();
		expect(eventUrl('https://app.kometia.com/api/v1', path, 'evt_1')).toBe(
			`https://app.kometia.com/api/v1${path.replace('{id}', 'evt_1')}`,
		);
	});

	test.each([
		'',
		'events/{id}',
		'/events',
		'/events/{ID}',
		'/events/{id}/{id}',
		'//evil.example/{id}',
		'https://evil.example/{id}',
		'/../{id}',
		'/events/../{id}',
		'/./{id}',
		'/.../{id}',
		'/%2e%2e/{id}',
		'/events/{id}?fields=id',
		'/events?id={id}',
		'/events/{id}#x',
		'/events\\{id}',
		'/events/{id} ',
		'/events/{id}/',
		'/events//{id}',
		'/@evil.example/{id}',
		'/{x}{id}',
	])('%j is refused', (path) => {
		expect(eventPathProblem(path)).toMatch(/\w/);
		expect(eventUrl('https://app.kometia.com/api/v1', path, 'evt_1')).toBeUndefined();
	});

	test('an address without a path of its own works too', () => {
		expect(eventUrl('http://127.0.0.1:99', '/events/{id}', '7')).toBe(
			'http://127.0.0.1:99/events/7',
		);
	});
});

describe('the credential', () => {
	const usual = { baseUrl: 'https://app.kometia.com/api/v1/', apiKey: 'sk_1', urlSecret: '' };

	test('is read without its key', () => {
		const settings = kometiaSettings(usual);
		expect(settings).toMatchObject({
			baseUrl: 'https://app.kometia.com/api/v1',
			store: null,
			urlSecrets: [],
		});
		expect(JSON.stringify(settings)).not.toContain('sk_1');
	});

	test.each([
		['https://mi-tienda.kometia.com/api/v1', 'mi-tienda'],
		['https://app.kometia.com/api/v1', null],
		['https://www.kometia.com', null],
		['https://a.b.kometia.com', null],
		['https://kometia.com.evil.example', null],
		['https://shop.example', null],
	])('the store of %s is %s', (baseUrl, store) => {
		expect(kometiaSettings({ ...usual, baseUrl })?.store).toBe(store);
	});

	test.each([
		{ apiKey: '' },
		{ apiKey: '  ' },
		{ apiKey: undefined },
		{ baseUrl: '' },
		{ baseUrl: undefined },
		{ baseUrl: 'app.kometia.com' },
	])('with %j there is nothing to verify with', (fields) => {
		expect(kometiaSettings({ ...usual, ...fields } as typeof usual)).toBeUndefined();
	});

	test.each([
		'',
		'app.kometia.com',
		'ftp://app.kometia.com',
		'file:///etc/passwd',
		'https://user:pass@app.kometia.com',
		'https://app.kometia.com/?x=1',
		'https://app.kometia.com/#x',
	])('the address %j is refused, and the message says what to do', (baseUrl) => {
		expect(() => assertKometiaCredential({ ...usual, baseUrl })).toThrow("'Base URL'");
		expect(kometiaSettings({ ...usual, baseUrl })).toBeUndefined();
	});

	test('another key or address is another account', () => {
		const account = (fields: object) => kometiaSettings({ ...usual, ...fields })?.account;
		expect(account({})).toBe(account({ urlSecret: 'x' }));
		expect(account({ apiKey: 'sk_2' })).not.toBe(account({}));
		expect(account({ baseUrl: 'https://t.kometia.com/api/v1' })).not.toBe(account({}));
	});
});

describe('the options of the lookup', () => {
	const read = (options: unknown) =>
		readLookupOptions({ getNodeParameter: () => options } as never);

	test('what the editor shows as default is what counts without it', () => {
		const shown = Object.fromEntries(
			lookupOptionProperties.map(({ name, default: value }) => [name, value]),
		);
		expect(Object.keys(shown)).toHaveLength(4);
		expect(read(shown)).toEqual(read({}));
		expect(read({})).toEqual({
			eventPath: '/events/{id}',
			timeoutMs: 10_000,
			concurrent: 5,
			perMinute: 60,
		});
	});

	test.each([
		[undefined],
		[{ lookupTimeout: 0, lookupsAtOnce: -1, lookupsPerMinute: 'many', eventPath: 5 }],
	])('%j means the defaults', (options) => {
		expect(read(options)).toEqual(read({}));
	});

	test('nothing written into the workflow lifts the limits', () => {
		const options = { lookupTimeout: 1e9, lookupsAtOnce: 1e9, lookupsPerMinute: 1e9 };
		expect(read(options)).toMatchObject({ timeoutMs: 60_000, concurrent: 100, perMinute: 6_000 });
	});
});
