import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../lib/receive/delivery.ts';
import { MalformedBodyError } from '../../lib/receive/provider.ts';
import { baseEventsOf, subscriptionFor, wireName } from '../../nodes/EuAtendo/eventNames.ts';
import { identifyEvolution } from '../../nodes/EuAtendo/identify.ts';
import { withoutSecrets } from '../../nodes/EuAtendo/withoutSecrets.ts';
import { WHATSAPP_EVENTS } from '../../lib/whatsapp/vocabulary.ts';
import { frameOf, textMessage } from '../support/evolutionApi.mts';

const RECEIVED_AT = new Date('2026-03-01T10:00:00.000Z');
const ANA = '551188887777@s.whatsapp.net';
const ME = '5511999999999@s.whatsapp.net';

function delivery(body: unknown, receivedAt = RECEIVED_AT): Delivery {
	return {
		rawBody: Buffer.from(JSON.stringify(body)),
		headers: {},
		query: {},
		remoteAddress: '127.0.0.1',
		receivedAt,
	};
}

const identify = (body: unknown, at?: Date) => identifyEvolution(body, delivery(body, at));

const key = { remoteJid: ANA, fromMe: false, id: 'M1' };
const upsert = (more: object) => frameOf('messages.upsert', { key, ...more });
const message = (content: object, more: object = {}) => upsert({ message: content, ...more });

test('a message that came in', () => {
	const body = textMessage('3EB0AA', 'Oi');
	expect(identify(body)).toEqual({
		id: '3EB0AA',
		source: '/evolution/shop1',
		type: 'whatsapp.message.received',
		subject: ANA,
		time: new Date('2024-06-05T16:18:47.000Z'),
		dedupeKey: 'shop1|whatsapp.message.received|3EB0AA',
		data: {
			messageId: '3EB0AA',
			session: 'shop1',
			chatId: ANA,
			from: ANA,
			to: ME,
			fromMe: false,
			isGroup: false,
			author: null,
			pushName: 'Ana',
			kind: 'text',
			text: 'Oi',
			media: null,
			quotedMessageId: null,
			timestamp: '2024-06-05T16:18:47.000Z',
		},
		raw: (({ apikey: _key, ...rest }) => rest)(body),
	});
});

describe('what was sent', () => {
	const sent = { key: { ...key, fromMe: true }, message: { conversation: 'Oi' } };

	test('by the API and by the phone is one and the same event', () => {
		const byApi = identify(frameOf('send.message', sent));
		const byPhone = identify(frameOf('messages.upsert', sent));
		expect(byApi).toMatchObject({
			type: 'whatsapp.message.sent',
			id: 'M1',
			data: { fromMe: true, from: ME, to: ANA },
		});
		expect(byApi.dedupeKey).toBe(byPhone.dedupeKey);
	});
});

test.each([
	['messages.upsert', 'MESSAGES_UPSERT'],
	['messages.upsert', 'messages-upsert'],
	['group-participants.update', 'GROUP_PARTICIPANTS_UPDATE'],
	['send.message', 'SEND_MESSAGE'],
	['qrcode.updated', 'qrcode.updated'],
	['call', 'CALL'],
	['brand.new', 'BRAND_NEW'],
])('the name %s, also written %s', (name, written) => {
	expect(wireName(written)).toBe(name);
	expect(identify({ ...textMessage('A'), event: written }).type).toBe(
		identify({ ...textMessage('A'), event: name }).type,
	);
});

describe('statuses', () => {
	const update = (status: unknown, more: object = {}) =>
		identify(
			frameOf('messages.update', {
				keyId: 'M1',
				remoteJid: ANA,
				fromMe: true,
				participant: null,
				status,
				messageId: 'database-id',
				...more,
			}),
		);

	test.each([
		['ERROR', 'whatsapp.message.failed', 'M1/failed', 0],
		['PENDING', 'whatsapp.other.messages.update', 'M1/pending', 1],
		['SERVER_ACK', 'whatsapp.message.sent', 'M1/sent', 2],
		['DELIVERY_ACK', 'whatsapp.message.delivered', 'M1/delivered', 3],
		['READ', 'whatsapp.message.read', 'M1/read', 4],
		['PLAYED', 'whatsapp.message.read', 'M1/read', 5],
		[0, 'whatsapp.message.failed', 'M1/failed', 0],
		[1, 'whatsapp.other.messages.update', 'M1/pending', 1],
		[2, 'whatsapp.message.sent', 'M1/sent', 2],
		['3', 'whatsapp.message.delivered', 'M1/delivered', 3],
		[4, 'whatsapp.message.read', 'M1/read', 4],
		[5, 'whatsapp.message.read', 'M1/read', 5],
		['DELETED', 'whatsapp.message.deleted', 'M1/deleted', null],
		['EDITED', 'whatsapp.other.messages.update', 'M1/edited', null],
		['FAILED', 'whatsapp.message.failed', 'M1/failed', null],
		['delivered', 'whatsapp.message.delivered', 'M1/delivered', null],
		['SOMETHING', 'whatsapp.other.messages.update', 'M1/something', null],
		[17, 'whatsapp.other.messages.update', 'M1/17', null],
	])('%j', (status, type, id, ack) => {
		expect(update(status)).toMatchObject({
			type,
			id,
			subject: ANA,
			data: { messageId: 'M1', chatId: ANA, ack, participant: null },
		});
	});

	test('each reader of a group is an event, a chat that is repeated as participant is none', () => {
		const group = { remoteJid: '1203@g.us' };
		expect(update('READ', { ...group, participant: ANA }).id).toBe(`M1/read/${ANA}`);
		expect(update('READ', { participant: ANA }).id).toBe('M1/read');
	});

	test.each([
		['2.x', { keyId: 'M1', messageId: 'database-id', status: 'READ' }],
		['1.x', { id: 'M1', remoteJid: ANA, status: 'READ', datetime: 1717604327000, owner: 'shop1' }],
		['with a key', { key, status: 'READ', id: 'database-id' }],
		['in a list', [{ keyId: 'M1', status: 'READ' }]],
	])('as version %s writes it', (_version, data) => {
		expect(identify(frameOf('messages.update', data))).toMatchObject({
			type: 'whatsapp.message.read',
			id: 'M1/read',
		});
	});

	test('votes in a poll have no status and are all different', () => {
		const vote = (option: string) =>
			identify(frameOf('messages.update', { keyId: 'M1', pollUpdates: [{ name: option }] }));
		expect(vote('a').type).toBe('whatsapp.other.messages.update');
		expect(vote('a').id).not.toBe(vote('b').id);
		expect(vote('a').id).toBe(vote('a').id);
	});
});

describe('deletions', () => {
	test.each([
		['a key', frameOf('messages.delete', { ...key, status: 'DELETED' })],
		['a row with a key', frameOf('messages.delete', { id: 'database-id', key })],
		['in groups', frameOf('messages.delete', { ...key, participant: '55@s.whatsapp.net' })],
		['a status', frameOf('messages.update', { keyId: 'M1', remoteJid: ANA, status: 'DELETED' })],
		['among the edits', frameOf('messages.edited', { key, type: 'REVOKE' })],
		[
			'a protocol message',
			message({ protocolMessage: { key, type: 0 } }, { key: { ...key, id: 'X' } }),
		],
	])('%s', (_name, body) => {
		expect(identify(body)).toMatchObject({
			type: 'whatsapp.message.deleted',
			id: 'M1/deleted',
			dedupeKey: 'shop1|whatsapp.message.deleted|M1/deleted',
			data: { messageId: 'M1', chatId: ANA },
		});
	});
});

describe('edits', () => {
	const edit = {
		key,
		type: 'MESSAGE_EDIT',
		editedMessage: { conversation: 'Oi!' },
		timestampMs: '1717604327000',
	};
	const told = identify(frameOf('messages.edited', edit));

	test('tell the new content, under the id of the message', () => {
		expect(told).toMatchObject({
			type: 'whatsapp.message.edited',
			time: new Date('2024-06-05T16:18:47.000Z'),
			data: { messageId: 'M1', text: 'Oi!', kind: 'text', chatId: ANA },
		});
		expect(told.id).toMatch(/^M1\/edited\/[0-9a-f]{16}$/);
	});

	test('told by two events are one', () => {
		const again = message(
			{ editedMessage: { message: { protocolMessage: edit } } },
			{ key: { ...key, id: 'X' } },
		);
		expect(identify(again).dedupeKey).toBe(told.dedupeKey);
		expect(identify(frameOf('send.message.update', edit)).dedupeKey).toBe(told.dedupeKey);
	});

	test('to the same text at another time are two', () => {
		const later = identify(frameOf('messages.edited', { ...edit, timestampMs: 1717604328000 }));
		expect(later.dedupeKey).not.toBe(told.dedupeKey);
	});

	test('told as a message with its new content', () => {
		const body = frameOf('messages.edited', { key, message: { conversation: 'Oi!' } });
		expect(identify(body)).toMatchObject({
			type: 'whatsapp.message.edited',
			data: { messageId: 'M1', text: 'Oi!' },
		});
		expect(identify(body, new Date()).dedupeKey).toBe(identify(body).dedupeKey);
	});

	test('that change no content are something else', () => {
		const timer = { key, type: 'EPHEMERAL_SETTING' };
		expect(identify(frameOf('messages.edited', timer)).type).toBe('whatsapp.other.messages.edited');
	});
});

describe('sessions', () => {
	test.each([
		[{ state: 'open', statusReason: 200, wuid: ME }, 'connected', '5511999999999', null],
		[{ state: 'connecting', statusReason: 515 }, 'connecting', null, 515],
		[{ state: 'close', statusReason: 401 }, 'disconnected', null, 401],
		[{ state: 'refused', statusReason: 428 }, 'disconnected', null, 428],
	])('%j', (data, word, phoneNumber, reason) => {
		expect(identify(frameOf('connection.update', data))).toMatchObject({
			type: `whatsapp.session.${word}`,
			subject: 'shop1',
			time: RECEIVED_AT,
			data: { session: 'shop1', status: word, phoneNumber, reason },
		});
	});

	test('a QR code', () => {
		const qrcode = { instance: 'shop1', code: '2@abc', base64: 'data:image/png;base64,AA' };
		expect(identify(frameOf('qrcode.updated', { qrcode }))).toMatchObject({
			type: 'whatsapp.session.qr',
			data: { qrCode: 'data:image/png;base64,AA' },
		});
	});

	test.each([
		['qrcode.updated', { message: 'QR code limit reached', statusCode: 500 }],
		['connection.update', { state: 'dreaming' }],
		['status.instance', { status: 'closed', disconnectionReasonCode: 401 }],
		['logout.instance', null],
		['messages.set', [{ key }]],
		['contacts.update', [{ remoteJid: ANA }]],
		['presence.update', { id: ANA }],
		['chat.pinned', {}],
	])('%s %j has no word', (event, data) => {
		const found = identify(frameOf(event, data));
		expect(found).toMatchObject({ type: `whatsapp.other.${event}`, data: { name: event } });
		expect((found.raw as { data: unknown }).data).toEqual(data);
	});

	test('a retry minutes later is the same event, another state at another moment is not', () => {
		const body = frameOf('connection.update', { state: 'open' });
		const later = new Date(RECEIVED_AT.getTime() + 20 * 60_000);
		expect(identify(body, later).dedupeKey).toBe(identify(body).dedupeKey);
		expect(identify(body).momentary).toBeUndefined();
		const another = { ...body, date_time: '2025-10-21T07:00:00.001Z' };
		expect(identify(another).dedupeKey).not.toBe(identify(body).dedupeKey);
	});

	test('without its moment a body counts as a repeat for seconds only', () => {
		const { date_time: _time, ...body } = frameOf('connection.update', { state: 'open' });
		expect(identify(body).momentary?.windowMs).toBe(10_000);
	});
});

describe('messages', () => {
	test('a reaction is an event of its own, with the emoji and its target', () => {
		const reactionMessage = { key: { id: 'TARGET' }, text: '👍', senderTimestampMs: 1717604327000 };
		expect(identify(message({ reactionMessage }))).toMatchObject({
			type: 'whatsapp.message.reaction',
			id: 'M1',
			data: { kind: 'reaction', text: '👍', quotedMessageId: 'TARGET', messageId: 'M1' },
		});
	});

	test('an answer names what it answers, wherever the server puts that', () => {
		const contextInfo = { stanzaId: 'Q1' };
		const flat = message({ conversation: 'Sim' }, { contextInfo });
		const inside = message({ extendedTextMessage: { text: 'Sim', contextInfo } });
		expect(identify(flat).data.quotedMessageId).toBe('Q1');
		expect(identify(inside).data.quotedMessageId).toBe('Q1');
	});

	test('a list of one is that one; of several, it stays together and nothing is lost', () => {
		const one = { key, message: { conversation: 'Oi' } };
		expect(identify(frameOf('messages.upsert', [one])).id).toBe('M1');
		const several = [one, { ...one, key: { ...key, id: 'M2' } }];
		const found = identify(frameOf('messages.upsert', several));
		expect(found.type).toBe('whatsapp.other.messages.upsert');
		expect((found.raw as { data: unknown }).data).toEqual(several);
	});

	test.each([
		['no key', {}],
		['a key without an id', { key: { remoteJid: ANA } }],
		['no object', 'text'],
		['nothing', null],
	])('with %s it is kept as something else: a 400 would lose it', (_name, data) => {
		expect(identify(frameOf('messages.upsert', data)).type).toBe('whatsapp.other.messages.upsert');
	});

	test.each([
		[1717604327, '2024-06-05T16:18:47.000Z'],
		['1717604327', '2024-06-05T16:18:47.000Z'],
		[{ low: 1717604327, high: 0, unsigned: true }, '2024-06-05T16:18:47.000Z'],
		[null, RECEIVED_AT.toISOString()],
		['yesterday', RECEIVED_AT.toISOString()],
	])('the time %j; never the one that the frame claims', (messageTimestamp, iso) => {
		const found = identify(message({ conversation: 'Oi' }, { messageTimestamp }));
		expect(found.time.toISOString()).toBe(iso);
	});

	test('an instance of any name has a source of its own', () => {
		expect(identify(textMessage('A', 'Oi', 'loja 1/ção')).source).toBe(
			'/evolution/loja%201%2F%C3%A7%C3%A3o',
		);
		expect(identify({ ...textMessage('A'), instance: null }).source).toBe('/evolution');
	});
});

describe('secrets', () => {
	test('are taken out wherever they stand and however they are written', () => {
		const secret = 'must-not-be-seen';
		const nested = {
			apiKey: secret,
			list: [{ APIKEY: { a: secret } }],
			webhook: { jwt_key: secret },
		};
		const body = {
			...textMessage('A'),
			apikey: secret,
			'api-key': secret,
			data: { key, nested, message: { conversation: 'Oi', api_key: secret } },
		};
		const found = identify(body);
		expect(JSON.stringify(found)).not.toContain(secret);
		expect(found.raw).toMatchObject({ data: { nested: { list: [{}], webhook: {} } } });
	});

	test('what is nested without end is cut off', () => {
		let deep: unknown = { apikey: 'secret' };
		for (let depth = 0; depth < 5_000; depth += 1) deep = [deep];
		expect(JSON.stringify(withoutSecrets(deep))).not.toContain('secret');
	});

	test('a field called __proto__ stays a field', () => {
		const copy = withoutSecrets(JSON.parse('{"__proto__":{"polluted":true},"a":1}'));
		expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":true},"a":1}');
		expect(copy).not.toHaveProperty('polluted');
	});
});

test.each([
	[null, 'body'],
	[[], 'body'],
	['text', 'body'],
	[{}, 'event'],
	[{ event: '  ' }, 'event'],
	[{ event: 5 }, 'event'],
	[{ event: 'x'.repeat(101) }, 'event'],
])('%j is no event, because of its %s', (body, field) => {
	const problem = (() => {
		try {
			return identify(body);
		} catch (error) {
			return error;
		}
	})();
	expect(problem).toBeInstanceOf(MalformedBodyError);
	expect((problem as MalformedBodyError).field).toBe(field);
});

test('whatever the data of an event is: an event, with all of it in raw', () => {
	const names = fc.constantFrom(
		'messages.upsert',
		'messages.update',
		'messages.delete',
		'messages.edited',
		'send.message',
		'connection.update',
		'qrcode.updated',
		'brand.new',
	);
	const fields = fc.constantFrom('key', 'id', 'remoteJid', 'message', 'status', 'state', 'qrcode');
	const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
		tree: fc.oneof(
			{ maxDepth: 4 },
			fc.jsonValue(),
			fc.dictionary(fields, tie('tree'), { maxKeys: 4 }),
		),
	}));
	fc.assert(
		fc.property(names, tree, (event, data) => {
			const body = JSON.parse(JSON.stringify(frameOf(event, data)));
			const found = identify(body);
			expect(found.type).toMatch(/^whatsapp\.(message|session|other)\.[a-z.]+$/);
			expect(Number.isNaN(found.time.getTime())).toBe(false);
			expect(found.raw).toMatchObject({ event, data: body.data });
		}),
		{ numRuns: 500 },
	);
});

describe('what is subscribed to', () => {
	test('something for each event that can be chosen', () => {
		for (const { type } of WHATSAPP_EVENTS) expect(subscriptionFor([type])).not.toEqual([]);
	});

	test('for several, each name once; for all or for patterns, all', () => {
		expect(subscriptionFor(['whatsapp.message.received', 'whatsapp.message.reaction'])).toEqual([
			'MESSAGES_UPSERT',
			'SEND_MESSAGE',
		]);
		expect(subscriptionFor(['*'])).toEqual([]);
		expect(subscriptionFor(['whatsapp.message.received', 'whatsapp.other.*'])).toEqual([]);
	});

	test('what every version knows', () => {
		expect(baseEventsOf(['MESSAGES_UPSERT', 'MESSAGES_EDITED'])).toEqual(['MESSAGES_UPSERT']);
		expect(baseEventsOf([])).toContain('CONNECTION_UPDATE');
	});
});
