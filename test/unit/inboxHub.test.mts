import { describe, expect, test } from 'vitest';
import { type Delivery, MalformedBodyError } from '../../lib/receive/provider.ts';
import { parseJson } from '../../lib/event/json.ts';
import { identifyInboxHub } from '../../nodes/Baileys/gateways/inboxHub/identify.ts';

const RECEIVED_AT = new Date('2026-03-01T10:00:00.000Z');

function delivery(body: unknown, receivedAt = RECEIVED_AT): Delivery {
	return {
		rawBody: Buffer.from(JSON.stringify(body)),
		headers: {},
		query: {},
		remoteAddress: '127.0.0.1',
		receivedAt,
	};
}

const identify = (body: unknown, at?: Date) => identifyInboxHub(body, delivery(body, at));

const shapeA = (message: object, event = 'message.received') => ({
	event,
	data: {
		sessionId: 'sales_1',
		session_db_id: 93,
		message: { whatsappMessageId: 'A1', ...message },
	},
});

const shapeB = (data: object, event = 'message.received') => ({
	event,
	sessionId: 'sales_1',
	data: { id: { _serialized: 'false_34600@c.us_B1', id: 'B1', remote: '34600@c.us' }, ...data },
});

const shapeC = (data: object, event = 'message') => ({
	event,
	sessionId: 'sales_1',
	data: { messageId: 'C1', from: '34600', to: '34911', ...data },
});

describe('the three shapes of a message become the same event', () => {
	const expected = {
		source: '/inbox-hub/sales_1',
		type: 'whatsapp.message.received',
		subject: '34600111222@s.whatsapp.net',
		time: new Date('2025-11-07T12:21:58.000Z'),
		data: {
			session: 'sales_1',
			chatId: '34600111222@s.whatsapp.net',
			from: '34600111222@s.whatsapp.net',
			to: '34911000111@s.whatsapp.net',
			fromMe: false,
			isGroup: false,
			kind: 'text',
			text: 'Hola',
			timestamp: '2025-11-07T12:21:58.000Z',
		},
	};

	test.each([
		[
			'A',
			'A1',
			shapeA({
				content: 'Hola',
				chatId: '34600111222@s.whatsapp.net',
				from: '34600111222@s.whatsapp.net',
				to: '34911000111',
				timestamp: 1762518118,
				type: 'text',
			}),
		],
		[
			'B',
			'B1',
			{
				...shapeB({
					body: 'Hola',
					type: 'chat',
					timestamp: 1762518118,
					from: '34600111222@c.us',
					to: '34911000111@c.us',
					id: {
						_serialized: 'false_34600111222@c.us_B1',
						id: 'B1',
						remote: '34600111222@c.us',
						fromMe: false,
					},
				}),
				timestamp: 1762518119,
			},
		],
		[
			'C',
			'C1',
			{
				...shapeC({ message: 'Hola', from: '+34 600 111 222', to: '34911000111', type: 'text' }),
				timestamp: '2025-11-07T12:21:58Z',
			},
		],
	])('shape %s', (_name, id, body) => {
		const event = identify(body);
		expect(event).toMatchObject({
			...expected,
			id,
			dedupeKey: `sales_1|whatsapp.message.received|${id}`,
			data: { ...expected.data, messageId: id },
		});
		expect(event.raw).toEqual(body);
	});
});

describe('event names, of both sets', () => {
	test.each([
		['message.received', {}, 'whatsapp.message.received', 'A1'],
		['message', {}, 'whatsapp.message.received', 'A1'],
		['message.sent', {}, 'whatsapp.message.sent', 'A1'],
		['message.received', { fromMe: true }, 'whatsapp.message.sent', 'A1'],
	])('%s %j is %s', (event, message, type, id) => {
		expect(identify(shapeA(message, event))).toMatchObject({ type, id });
	});

	test.each([
		['message.ack', { ack: 0 }, 'whatsapp.other.message.ack', 'M1/pending'],
		['message.ack', { ack: 1 }, 'whatsapp.message.sent', 'M1/sent'],
		['message.ack', { ack: 2 }, 'whatsapp.message.delivered', 'M1/delivered'],
		['message.ack', { ack: 3 }, 'whatsapp.message.read', 'M1/read'],
		['message.ack', { ack: '3' }, 'whatsapp.message.read', 'M1/read'],
		['message.ack', { ack: 9 }, 'whatsapp.other.message.ack', 'M1/ack-9'],
		['message.delivered', {}, 'whatsapp.message.delivered', 'M1/delivered'],
		['message.read', {}, 'whatsapp.message.read', 'M1/read'],
		['message.failed', { error: 'no route' }, 'whatsapp.message.failed', 'M1/failed'],
		['message.deleted', {}, 'whatsapp.message.deleted', 'M1/deleted'],
		['message_status', { status: 'READ' }, 'whatsapp.message.read', 'M1/read'],
		['message_status', { status: 'played' }, 'whatsapp.other.message_status', 'M1/played'],
	])('%s %j is %s', (event, extra, type, id) => {
		const body = { event, data: { sessionId: 's', messageId: 'M1', ...extra } };
		expect(identify(body)).toMatchObject({ type, id, data: { messageId: 'M1' } });
	});

	test.each([
		['session.connected', { phoneNumber: '34911' }, 'whatsapp.session.connected'],
		['session.connecting', {}, 'whatsapp.session.connecting'],
		['session.disconnected', { reason: 'loggedOut' }, 'whatsapp.session.disconnected'],
		['session.qr', { qrCode: 'data:image/png;base64,AA' }, 'whatsapp.session.qr'],
		['session_status', { status: 'qr_code' }, 'whatsapp.session.qr'],
		['session_status', { status: 'connected' }, 'whatsapp.session.connected'],
		['session_status', { status: 'rate_limited' }, 'whatsapp.other.session_status'],
		['conversation.created', { id: 7 }, 'whatsapp.other.conversation.created'],
		['Something New!', {}, 'whatsapp.other.something_new_'],
	])('%s %j is %s', (event, data, type) => {
		const found = identify({ event, data: { sessionId: 'sales_1', ...data } });
		expect(found).toMatchObject({ type, subject: 'sales_1', source: '/inbox-hub/sales_1' });
	});

	test('a message and the server ack of the same message are two events', () => {
		const sent = identify(shapeA({}, 'message.sent'));
		const acked = identify({
			event: 'message.ack',
			data: { sessionId: 'sales_1', messageId: 'A1', ack: 1 },
		});
		expect(sent.type).toBe(acked.type);
		expect(sent.dedupeKey).not.toBe(acked.dedupeKey);
	});
});

describe('reactions', () => {
	const reaction = { key: { id: 'TARGET', remoteJid: 'x@g.us', fromMe: true }, text: '👍' };

	test.each([
		['inside the message', shapeA({ reactionMessage: reaction })],
		['in an event of its own', shapeA({ reactionMessage: reaction }, 'message.reaction')],
		[
			'beside the message',
			{ ...shapeA({}), data: { ...shapeA({}).data, reactionMessage: reaction } },
		],
	])('%s', (_where, body) => {
		expect(identify(body)).toMatchObject({
			type: 'whatsapp.message.reaction',
			id: 'A1',
			data: { kind: 'reaction', text: '👍', quotedMessageId: 'TARGET', messageId: 'A1' },
		});
	});

	test('an event of that name in another form is no message', () => {
		expect(identify(shapeA({ content: '👍' }, 'message.reaction')).type).toBe(
			'whatsapp.other.message.reaction',
		);
	});

	test('taking a reaction back is a reaction with an empty text', () => {
		const body = shapeA({ reactionMessage: { ...reaction, text: '' } });
		expect(identify(body).data).toMatchObject({ kind: 'reaction', text: '' });
	});

	test('without an id of their own, two reactions to one message stay two', () => {
		const at = (senderTimestampMs: number) =>
			identify({
				event: 'message.received',
				data: {
					sessionId: 's',
					message: { reactionMessage: { ...reaction, senderTimestampMs } },
				},
			});
		expect(at(1762518118000).id).toBe('TARGET/reaction/1762518118000');
		expect(at(1762518119000).id).not.toBe(at(1762518118000).id);
	});
});

describe('addresses', () => {
	test('a group message tells the group and who wrote', () => {
		const data = identify(
			shapeA({ chatId: '1203@g.us', from: '1203@g.us', participant: '34600:12@s.whatsapp.net' }),
		).data;
		expect(data).toMatchObject({
			isGroup: true,
			chatId: '1203@g.us',
			author: '34600@s.whatsapp.net',
		});
	});

	test('a hidden address is kept for answering, and the phone shown where it is told', () => {
		const key = { id: 'L1', remoteJid: '998877@lid', remoteJidAlt: '34600111222@s.whatsapp.net' };
		expect(identify(shapeA({ key })).data).toMatchObject({
			chatId: '998877@lid',
			from: '34600111222@s.whatsapp.net',
		});
		expect(identify(shapeA({ key: { id: 'L1', remoteJid: '998877@lid' } })).data).toMatchObject({
			from: '998877@lid',
		});
	});
});

test.each([
	[
		'image',
		{ url: 'https://x/1', mimetype: 'image/jpeg', filename: 'a.jpg', filesize: '12' },
		'image',
	],
	['ptt', { mimetype: 'audio/ogg' }, 'audio'],
	['text', { mimetype: 'application/pdf' }, 'document'],
])('media of type %s', (type, media, kind) => {
	const { data } = identify(shapeA({ type, media, content: 'caption' }));
	expect(data).toMatchObject({ kind, text: 'caption', media: { mimeType: media.mimetype } });
});

describe('times', () => {
	test.each([
		[1762518118, '2025-11-07T12:21:58.000Z'],
		[1762518118000, '2025-11-07T12:21:58.000Z'],
		['1762518118', '2025-11-07T12:21:58.000Z'],
		['2025-11-07T13:21:58+01:00', '2025-11-07T12:21:58.000Z'],
		['yesterday', RECEIVED_AT.toISOString()],
		[-5, RECEIVED_AT.toISOString()],
		[1e300, RECEIVED_AT.toISOString()],
		[null, RECEIVED_AT.toISOString()],
	])('%j is %s', (timestamp, iso) => {
		expect(identify(shapeA({ timestamp })).time.toISOString()).toBe(iso);
	});
});

describe('events that carry no id', () => {
	const connected = { event: 'session.connected', data: { sessionId: 's', phoneNumber: '34911' } };

	test('with a time of their own they are the same event for ever', () => {
		const timed = { ...connected, timestamp: 1762518118 };
		const later = new Date(RECEIVED_AT.getTime() + 60_000);
		expect(identify(timed).dedupeKey).toBe(identify(timed, later).dedupeKey);
		expect(identify(timed).momentary).toBeUndefined();
	});

	test('without one, equal content is a repeat only for a moment', () => {
		const first = identify(connected);
		const later = identify(connected, new Date(RECEIVED_AT.getTime() + 60_000));
		expect(first.momentary).toEqual(later.momentary);
		expect(first.momentary?.windowMs).toBe(10_000);
		expect(first.dedupeKey).not.toBe(later.dedupeKey);
	});
});

describe('a body of a verified sender', () => {
	test.each([[[]], [null], ['text'], [5]])('%j is no JSON object', (body) => {
		expect(() => identify(body)).toThrow(MalformedBodyError);
		expect(() => identify(body)).toThrow(expect.objectContaining({ field: 'body' }));
	});

	test.each<[object, string]>([
		[{}, 'unknown'],
		[{ event: '' }, 'unknown'],
		[{ event: ['constructor'] }, 'constructor'],
		[{ event: '__proto__', data: {} }, '__proto__'],
		[{ event: 'session_status', data: { status: 'toString' } }, 'session_status'],
		[{ event: 'message.received', data: [] }, 'message.received'],
		[{ event: 'message.received', data: 'text' }, 'message.received'],
		[{ event: 'message.received', data: {} }, 'message.received'],
		[{ event: 'message.received', data: { message: {} } }, 'message.received'],
		[{ event: 'message.received', data: { id: {} } }, 'message.received'],
		[{ event: 'message.ack', data: { ack: 1 } }, 'message.ack'],
		[{ event: 'message.ack', data: { messageId: 'M', ack: 'x' } }, 'message.ack'],
		[{ event: 'message.reaction', data: { id: 'M' } }, 'message.reaction'],
	])('%j is told, with all of it', (body, name) => {
		const found = identify(body);
		expect(found.type).toBe(`whatsapp.other.${name}`);
		expect(found.raw).toEqual(body);
	});

	test('is read whatever form its fields have, where it is clear what they mean', () => {
		const body = {
			event: ['message.received'],
			data: [
				{
					sessionId: 93,
					message: [
						{
							whatsappMessageId: 12345,
							content: { text: 'Hola' },
							chatId: { user: '34600111222', server: 'c.us' },
							from: [34600111222],
							fromMe: 'false',
							timestamp: { low: 1762518118, high: 0, unsigned: true },
							type: ['text'],
							pushName: 7,
						},
					],
				},
			],
		};
		expect(identify(body)).toMatchObject({
			type: 'whatsapp.message.received',
			id: '12345',
			source: '/inbox-hub/93',
			subject: '34600111222@s.whatsapp.net',
			time: new Date('2025-11-07T12:21:58.000Z'),
			data: {
				text: 'Hola',
				fromMe: false,
				kind: 'text',
				pushName: '7',
				from: '34600111222@s.whatsapp.net',
			},
		});
		expect(identify(shapeA({ content: 5 })).data.text).toBe('5');
		const acked = { event: 'message.ack', data: { messageId: 'M', ack: { low: 3, high: 0 } } };
		expect(identify(acked).type).toBe('whatsapp.message.read');
	});

	test('ids that a double cannot hold stay apart', () => {
		const told = (id: string) => {
			const rawBody = Buffer.from(
				`{"event":"message.received","data":{"sessionId":"s","messageId":${id},"message":"Hola","from":"34600111222"}}`,
			);
			return identifyInboxHub(parseJson(rawBody), { ...delivery({}), rawBody });
		};
		expect(told('1234567890123456789')).toMatchObject({
			type: 'whatsapp.message.received',
			id: '1234567890123456789',
		});
		expect(told('1234567890123456790').id).toBe('1234567890123456790');
		// Written in another way they are not digits; then the body tells them apart.
		const [one, two] = [told('1234567890123456789.0'), told('1234567890123456790.0')];
		expect(one.dedupeKey).not.toBe(two.dedupeKey);
	});
});

describe('what is no message', () => {
	test.each<[string, object, string]>([
		['not decrypted yet', { content: null, type: 'text' }, 'message.received'],
		['of no kind yet', { type: 'unknown' }, 'message.received'],
		['empty', { content: '', media: null }, 'message.received'],
		['a key', { type: 'senderKeyDistributionMessage' }, 'sender_key_distribution_message'],
		['a vote', { type: 'pollUpdateMessage', content: '' }, 'poll_update_message'],
		['a notice', { type: 'e2e_notification', content: '' }, 'e2e_notification'],
		['a pin', { message: { pinInChatMessage: { key: { id: 'T' } } } }, 'pin_in_chat_message'],
		['a stub', { content: null, message: {} }, 'message.received'],
		['Baileys’ form of a stub', { key: { id: 'A1' }, messageStubType: 2 }, 'message.received'],
		['Baileys’ form of a notice', { key: { id: 'A1' }, messageStubType: 27 }, 'message_stub'],
		['a reaction to nothing', { content: null, type: 'reactionMessage' }, 'reaction_message'],
		[
			'a timer in place of a text',
			{ content: { protocolMessage: { type: 'EPHEMERAL_SETTING' } }, type: 'text' },
			'ephemeral_setting',
		],
	])('%s', (_name, message, word) => {
		const found = identify(shapeA(message));
		expect(found.type).toBe(`whatsapp.other.${word}`);
		expect(found.data).toMatchObject({ messageId: 'A1' });
		const later = identify(shapeA({ content: 'Hola', type: 'text' }));
		expect(later).toMatchObject({ id: 'A1', type: 'whatsapp.message.received' });
		expect(found.id).not.toBe(later.id);
		expect(found.dedupeKey).not.toBe(later.dedupeKey);
	});

	test.each<[string, object]>([
		['a sticker', { type: 'sticker', content: null }],
		['a file to come', { type: 'text', content: '', has_attachment: true }],
		['a poll', { type: 'poll_creation', content: '' }],
		['a content of a new form', { content: { blocks: [1] } }],
		[
			'WhatsApp’s own content',
			{ content: null, message: { extendedTextMessage: { text: 'Hola' } } },
		],
	])('%s is one', (_name, message) => {
		expect(identify(shapeA(message)).type).toBe('whatsapp.message.received');
	});

	test('parts of WhatsApp’s own content among the fields are read', () => {
		const order = { content: null, orderMessage: { message: 'These, please' } };
		expect(identify(shapeA(order))).toMatchObject({
			type: 'whatsapp.message.received',
			data: { text: 'These, please', kind: 'other' },
		});
		const pin = { content: null, pinInChatMessage: { key: { id: 'T' } } };
		expect(identify(shapeA(pin)).type).toBe('whatsapp.other.pin_in_chat_message');
		const gone = { content: null, protocolMessage: { type: 0, key: { id: 'ORIG' } } };
		expect(identify(shapeA(gone)).id).toBe('ORIG/deleted');
	});

	test('stories and channel posts have words of their own', () => {
		const post = (chatId: string, event?: string) =>
			identify(shapeA({ content: 'Hola', chatId, from: '34600111222@s.whatsapp.net' }, event)).type;
		expect(post('status@broadcast')).toBe('whatsapp.status.posted');
		expect(post('status@broadcast', 'message.sent')).toBe('whatsapp.status.posted');
		expect(post('1203630@newsletter')).toBe('whatsapp.channel.posted');
	});

	test('edits and deletions are told by their own words', () => {
		const protocolMessage = (more: object) =>
			identify(
				shapeA({ content: null, message: { protocolMessage: { key: { id: 'ORIG' }, ...more } } }),
			);
		expect(protocolMessage({ type: 'REVOKE' })).toMatchObject({
			type: 'whatsapp.message.deleted',
			id: 'ORIG/deleted',
		});
		expect(protocolMessage({ type: 14, editedMessage: { conversation: 'new' } })).toMatchObject({
			type: 'whatsapp.message.edited',
			data: { messageId: 'ORIG', text: 'new' },
		});
		const direct = { content: null, editedMessage: { message: { conversation: 'new' } } };
		expect(identify(shapeA(direct))).toMatchObject({
			type: 'whatsapp.message.edited',
			data: { messageId: 'A1', text: 'new' },
		});
		const gone = { key: { id: 'ORIG' }, messageStubType: 1 };
		expect(identify(shapeA({ whatsappMessageId: null, ...gone }))).toMatchObject({
			type: 'whatsapp.message.deleted',
			id: 'ORIG/deleted',
		});
	});

	test.each<[string, object]>([
		['by its notice', { messageId: 'NOTICE', protocolMessage: { type: 0, key: { id: 'ORIG' } } }],
		['by a word', { messageId: 'NOTICE', revokedMessageId: 'ORIG' }],
		['by a list of one key', { keys: [{ id: 'ORIG' }] }],
	])('a deletion names the message that is gone, %s', (_how, data) => {
		expect(identify({ event: 'message.deleted', data })).toMatchObject({
			type: 'whatsapp.message.deleted',
			id: 'ORIG/deleted',
		});
	});
});

test('unknown fields pass', () => {
	const body = { ...shapeA({ brandNew: { a: [1] } }), more: true };
	expect(identify(body).raw).toEqual(body);
});
