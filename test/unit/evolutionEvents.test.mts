import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Delivery, MalformedBodyError } from '../../lib/receive/provider.ts';
import { baseEventsOf, subscriptionFor, wireName } from '../../nodes/EuAtendo/scope.ts';
import { identifyEvolution, withoutSecrets } from '../../nodes/EuAtendo/identify.ts';
import { WHATSAPP_EVENTS } from '../../lib/whatsapp/vocabulary.ts';
import { frameOf, textMessage, type EvolutionVersion } from '../support/evolutionApi.mts';
import {
	deletionBodies,
	editBodies,
	hiddenContactBody,
	historyBody,
	voteBodies,
} from '../support/evolutionBodies.mts';

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
		['as Baileys has it', { key, update: { status: 4 } }],
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
		['a list of one key', frameOf('messages.delete', { keys: [key] })],
		['in groups', frameOf('messages.delete', { ...key, participant: '55@s.whatsapp.net' })],
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

	test('to another text are two', () => {
		const later = { ...edit, editedMessage: { conversation: 'Oi?' } };
		expect(identify(frameOf('messages.edited', later)).dedupeKey).not.toBe(told.dedupeKey);
		const caption = (url: string) => ({ ...edit, editedMessage: { imageMessage: { url } } });
		expect(identify(frameOf('messages.edited', caption('a'))).dedupeKey).not.toBe(
			identify(frameOf('messages.edited', caption('b'))).dedupeKey,
		);
	});

	test('among the messages, whichever wrapper the new content has', () => {
		const direct = message({ editedMessage: { message: { conversation: 'Oi!' } } });
		expect(identify(direct)).toMatchObject({ id: told.id, type: 'whatsapp.message.edited' });
	});

	test('told as a message with its new content', () => {
		const body = frameOf('messages.edited', { key, message: { conversation: 'Oi!' } });
		expect(identify(body)).toMatchObject({
			type: 'whatsapp.message.edited',
			data: { messageId: 'M1', text: 'Oi!' },
		});
		expect(identify(body, new Date()).dedupeKey).toBe(identify(body).dedupeKey);
	});

	test('of a file, told by an update with the new content, keep what it is', () => {
		const imageMessage = { caption: 'Oi!', mimetype: 'image/jpeg' };
		const alone = identify(
			frameOf('messages.edited', { ...edit, editedMessage: { imageMessage } }),
		);
		const update = (message: object) =>
			identify(
				frameOf('messages.update', { keyId: 'M1', remoteJid: ANA, status: 'SERVER_ACK', message }),
			);
		for (const found of [
			update({ editedMessage: { message: { imageMessage } } }),
			update({ imageMessage }),
			identify(
				frameOf('messages.edited', { ...edit, editedMessage: { message: { imageMessage } } }),
			),
		]) {
			expect(found.data).toMatchObject({ kind: 'image', text: 'Oi!' });
			expect(found.data.media).toMatchObject({ mimeType: 'image/jpeg' });
			expect(found.dedupeKey).toBe(alone.dedupeKey);
		}
	});

	test('with nothing in them are none', () => {
		const empty = identify(frameOf('messages.edited', { ...edit, editedMessage: {} }));
		expect(empty.type).toBe('whatsapp.other.messages.edited');
	});

	test('a reaction among them is a reaction', () => {
		const reactionMessage = { key: { ...key, id: 'ORIG' }, text: '👍' };
		for (const name of ['messages.update', 'messages.edited']) {
			expect(identify(frameOf(name, { key, message: { reactionMessage } }))).toMatchObject({
				type: 'whatsapp.message.reaction',
				data: { text: '👍', quotedMessageId: 'ORIG' },
			});
		}
	});

	test('that change no content are something else', () => {
		const timer = { key, type: 'EPHEMERAL_SETTING' };
		expect(identify(frameOf('messages.edited', timer)).type).toBe('whatsapp.other.messages.edited');
	});
});

describe.each<[EvolutionVersion]>([['2.3.4'], ['2.3.6'], ['2.3.7'], ['2.4.0']])(
	'version %s',
	(version) => {
		const types = (bodies: readonly object[]) => bodies.map((body) => identify(body).type);
		const edit = { id: 'M1', text: 'Oi!', at: 1717604327000 };

		test('an edit is one event, however often it is told, and never a deletion or something sent', () => {
			for (const isOurs of [false, true]) {
				const told = editBodies(version, { ...edit, isOurs }).map((body) => identify(body));
				const edits = told.filter(({ type }) => type === 'whatsapp.message.edited');
				expect(edits.length).toBe(version === '2.3.7' || version === '2.4.0' ? 2 : 1);
				expect(new Set(edits.map(({ id }) => id)).size).toBe(1);
				expect(new Set(edits.map(({ dedupeKey }) => dedupeKey)).size).toBe(1);
				for (const { data } of edits) {
					expect(data).toMatchObject({ messageId: 'M1', text: 'Oi!', fromMe: isOurs });
					expect(data.chatId).not.toBe(ME);
				}
				for (const { type } of told) {
					expect(type).toMatch(/^whatsapp\.(message\.edited|other\.messages\.update)$/);
				}
			}
		});

		test('a vote in a poll is neither', () => {
			for (const type of types(voteBodies(version, 'P1', 'hoy')))
				expect(type).toMatch(/^whatsapp\.other\./);
			const twice = [...voteBodies(version, 'P1', 'a'), ...voteBodies(version, 'P1', 'b')];
			const updates = twice.filter(({ event }) => event === 'messages.update');
			expect(new Set(updates.map((body) => identify(body).dedupeKey)).size).toBe(updates.length);
		});

		test('a deletion is one event and names the message that is gone', () => {
			const told = deletionBodies(version, 'M1').map((body) => identify(body));
			for (const { type, id, data } of told) {
				expect({ type, id }).toEqual({ type: 'whatsapp.message.deleted', id: 'M1/deleted' });
				expect(data.chatId).not.toBe(ME);
			}
		});

		test('a hidden contact shows the phone', () => {
			expect(identify(hiddenContactBody(version, 'M1')).data).toMatchObject({ from: ANA, to: ME });
		});

		test('history is no message', () => {
			expect(types([historyBody(version)])).toEqual(['whatsapp.other.messages.set']);
			expect(wireName('MESSAGING_HISTORY_SET')).toBe('messaging-history.set');
			expect(types([frameOf('messaging-history.set', { messageCount: 1 })])).toEqual([
				'whatsapp.other.messaging-history.set',
			]);
		});
	},
);

test('an update without a status of its own is not something sent, where it is not ours', () => {
	const update = (more: object) =>
		identify(
			frameOf('messages.update', { keyId: 'M1', remoteJid: ANA, status: 'SERVER_ACK', ...more }),
		);
	expect(update({ fromMe: true }).type).toBe('whatsapp.message.sent');
	expect(update({ fromMe: 'true' }).type).toBe('whatsapp.message.sent');
	expect(update({ fromMe: false }).type).toBe('whatsapp.other.messages.update');
	expect(update({ fromMe: 'false' }).type).toBe('whatsapp.other.messages.update');
	const content = { message: { conversation: 'Oi!' } };
	expect(update({ fromMe: true, ...content }).type).toBe('whatsapp.message.edited');
	expect(update({ fromMe: false, message: { messageContextInfo: {} } }).type).toBe(
		'whatsapp.other.messages.update',
	);
});

describe('what is no message', () => {
	test.each<[string, object, string]>([
		['not decrypted yet', { message: {} }, 'messages.upsert'],
		['without a message', { message: null }, 'messages.upsert'],
		['a stub', { messageStubType: 'CIPHERTEXT' }, 'messages.upsert'],
		['a notice in a group', { messageStubType: 'GROUP_PARTICIPANT_ADD' }, 'group_participant_add'],
		['a notice by number', { message: {}, messageStubType: 27 }, 'message_stub'],
		['a key', { message: { senderKeyDistributionMessage: {} } }, 'sender_key_distribution_message'],
		[
			'a timer',
			{ message: { protocolMessage: { type: 'EPHEMERAL_SETTING', key } } },
			'ephemeral_setting',
		],
	])('%s', (_name, data, word) => {
		const found = identify(upsert(data));
		expect(found).toMatchObject({
			type: `whatsapp.other.${word}`,
			subject: ANA,
			data: { messageId: 'M1', chatId: ANA, name: word },
		});
		const later = identify(message({ conversation: 'Oi' }));
		expect(later).toMatchObject({ type: 'whatsapp.message.received', id: 'M1' });
		expect(found.id).not.toBe(later.id);
		expect(found.dedupeKey).not.toBe(later.dedupeKey);
	});

	test('the place of a deleted message tells the deletion', () => {
		expect(identify(upsert({ message: null, messageStubType: 1 }))).toMatchObject({
			type: 'whatsapp.message.deleted',
			id: 'M1/deleted',
		});
	});

	test('stories and channel posts have words of their own', () => {
		const post = (remoteJid: string, fromMe = false) =>
			identify(upsert({ key: { ...key, remoteJid, fromMe }, message: { conversation: 'Oi' } }))
				.type;
		expect(post('status@broadcast')).toBe('whatsapp.status.posted');
		expect(post('status@broadcast', true)).toBe('whatsapp.status.posted');
		expect(post('1203630@newsletter')).toBe('whatsapp.channel.posted');
		expect(post('5511@broadcast')).toBe('whatsapp.message.received');
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
])('%j is no JSON object: its %s', (body, field) => {
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

test.each<[object, string]>([
	[{}, 'unknown'],
	[{ event: '  ' }, 'unknown'],
	[{ event: 5 }, '5'],
	[{ event: ['messages.upsert'], data: 'x' }, 'messages.upsert'],
	[{ event: 'x'.repeat(200) }, 'x'.repeat(100)],
	[{ event: 'constructor' }, 'constructor'],
	[{ event: '__proto__', data: {} }, '..proto..'],
	[{ event: 'toString', instance: 'valueOf' }, 'tostring'],
	[{ event: 'connection.update', data: { state: 'constructor' } }, 'connection.update'],
	[
		{ event: 'messages.update', data: { keyId: 'M1', status: '__proto__', fromMe: 1 } },
		'messages.update',
	],
	[{ event: 'messages.upsert', instance: '\ud800', data: null }, 'messages.upsert'],
])('%j is told, with all of it', (body, name) => {
	const found = identify(body);
	expect(found.type).toBe(`whatsapp.other.${name}`);
	expect(found.raw).toEqual(body);
});

test('a body is read whatever form its fields have, where it is clear what they mean', () => {
	const body = {
		...frameOf('messages.upsert', [
			{
				key: [{ remoteJid: ANA, fromMe: 'false', id: 77 }],
				message: [{ extendedTextMessage: [{ text: ['Oi'] }] }],
				messageTimestamp: { low: 1717604327, high: 0 },
				pushName: { text: 'Ana' },
			},
		]),
		instance: { instanceName: 'shop1' },
		sender: [5511999999999],
	};
	expect(identify(body)).toMatchObject({
		type: 'whatsapp.message.received',
		id: '77',
		source: '/evolution/shop1',
		time: new Date('2024-06-05T16:18:47.000Z'),
		data: { text: 'Oi', fromMe: false, to: ME, pushName: 'Ana' },
	});
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
			expect(found.type).toMatch(/^whatsapp\.(message|session|other)\.[a-z_.]+$/);
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
