import { describe, expect, test } from 'vitest';
import { type Delivery, MalformedBodyError } from '../../lib/receive/provider.ts';
import { identifyWaha } from '../../nodes/Baileys/gateways/waha/identify.ts';
import { wahaProvider } from '../../nodes/Baileys/gateways/waha/provider.ts';
import { signWaha, wahaBody, wahaMessage, type WahaFrame } from '../support/waha.mts';

const RECEIVED_AT = new Date('2026-03-01T10:00:00.000Z');

function delivery(body: string, headers: Record<string, string> = {}): Delivery {
	return {
		rawBody: Buffer.from(body),
		headers,
		query: {},
		remoteAddress: '127.0.0.1',
		receivedAt: RECEIVED_AT,
	};
}

const identify = (body: unknown, headers: Record<string, string> = {}) =>
	identifyWaha(body, delivery(JSON.stringify(body), headers));

/** A message of another engine, in a group and so on: only what differs. */
const dataOf = (payload: object, frame: WahaFrame = {}) =>
	identify(wahaMessage('A1', payload as Record<string, unknown>, frame)).data;

describe('the signature', () => {
	// The example of WAHA's documentation.
	const body = '{"event":"message","session":"default","engine":"WEBJS"}';
	const documented =
		'208f8a55dde9e05519e898b10b89bf0d0b3b0fdf11fdbf09b6b90476301b98d8097c462b2b17a6ce93b6b47a136cf2e78a33a63f6752c2c1631777076153fa89';
	const verify = (headers: Record<string, string>) =>
		wahaProvider.verify(delivery(body, headers), { secrets: ['my-secret-key'] });

	test('is the one that WAHA documents', () => {
		expect(signWaha(body, 'my-secret-key')).toBe(documented);
		expect(verify({ 'x-webhook-hmac': documented })).toEqual({
			result: 'verified',
			verification: 'hmac-sha512',
		});
		expect(
			verify({ 'x-webhook-hmac': documented, 'x-webhook-hmac-algorithm': 'SHA512' }),
		).toMatchObject({ result: 'verified' });
	});

	test.each(['sha256', 'none', 'sha512,sha256', 'constructor'])(
		'of an algorithm called %s is malformed, whatever it is',
		(algorithm) => {
			expect(
				verify({ 'x-webhook-hmac': documented, 'x-webhook-hmac-algorithm': algorithm }),
			).toEqual({ result: 'refused', reason: 'signature_malformed' });
		},
	);

	test('an algorithm without a signature is a missing signature', () => {
		expect(verify({ 'x-webhook-hmac-algorithm': 'sha512' })).toEqual({
			result: 'refused',
			reason: 'signature_missing',
		});
	});
});

describe('messages', () => {
	test('a text is the same event as at other gateways', () => {
		const body = wahaMessage('3EB0AA');
		expect(identify(body)).toEqual({
			id: '3EB0AA',
			source: '/waha/default',
			type: 'whatsapp.message.received',
			subject: '34600000000@s.whatsapp.net',
			time: new Date('2025-11-07T12:21:58.000Z'),
			dedupeKey: 'default|whatsapp.message.received|3EB0AA',
			data: {
				messageId: '3EB0AA',
				session: 'default',
				chatId: '34600000000@s.whatsapp.net',
				from: '34600000000@s.whatsapp.net',
				to: '34911111111@s.whatsapp.net',
				fromMe: false,
				isGroup: false,
				author: null,
				pushName: 'Ana',
				kind: 'text',
				text: 'Hola',
				media: null,
				quotedMessageId: null,
				timestamp: '2025-11-07T12:21:58.000Z',
			},
			raw: body,
		});
	});

	test('`message` and `message.any` of one message are one event', () => {
		const first = identify(wahaMessage('A1'));
		const second = identify(wahaMessage('A1', {}, { event: 'message.any' }));
		expect(second.dedupeKey).toBe(first.dedupeKey);
	});

	test('what we sent ourselves', () => {
		const sent = {
			id: 'true_34600000000@c.us_A1',
			fromMe: true,
			// NOWEB names the chat here, WEBJS ourselves.
			from: '34600000000@c.us',
			_data: { message: { conversation: 'Hola' } },
		};
		const event = identify(wahaMessage('A1', sent, { event: 'message.any' }));
		expect(event).toMatchObject({ type: 'whatsapp.message.sent', id: 'A1' });
		expect(event.data).toMatchObject({
			chatId: '34600000000@s.whatsapp.net',
			from: '34911111111@s.whatsapp.net',
			to: '34600000000@s.whatsapp.net',
			fromMe: true,
		});
		const webjs = { ...sent, from: '34911111111@c.us', to: '34600000000@c.us' };
		expect(identify(wahaMessage('A1', webjs)).data).toEqual(event.data);
	});

	test('in a group', () => {
		const id = 'false_120363000000000000@g.us_A1_34600000000@c.us';
		const expected = {
			chatId: '120363000000000000@g.us',
			from: '34600000000@s.whatsapp.net',
			to: '34911111111@s.whatsapp.net',
			isGroup: true,
			author: '34600000000@s.whatsapp.net',
		};
		const told = { from: '120363000000000000@g.us', to: '120363000000000000@g.us' };
		expect(dataOf({ id, ...told, participant: '34600000000@c.us' })).toMatchObject(expected);
		expect(dataOf({ id, ...told, author: '34600000000@c.us' })).toMatchObject(expected);
		expect(dataOf({ id, from: '120363000000000000@g.us' })).toMatchObject(expected);
	});

	test.each([
		['NOWEB', { key: { remoteJidAlt: '34600000000@s.whatsapp.net' } }],
		['older NOWEB', { key: { senderPn: '34600000000@s.whatsapp.net' } }],
		['GOWS', { Info: { SenderAlt: '34600000000:7@s.whatsapp.net' } }],
	])('a hidden number shows the phone that %s knows', (_engine, _data) => {
		expect(dataOf({ id: 'false_9999@lid_A1', from: '9999@lid', _data })).toMatchObject({
			chatId: '9999@lid',
			from: '34600000000@s.whatsapp.net',
		});
	});

	test('a hidden writer in a group shows the phone, and stays the author', () => {
		const id = 'false_120363000000000000@g.us_A1_9999@lid';
		expect(
			dataOf({
				id,
				participant: '9999@lid',
				_data: { key: { participantAlt: '34600000000@s.whatsapp.net' } },
			}),
		).toMatchObject({ from: '34600000000@s.whatsapp.net', author: '9999@lid' });
	});

	test('where nothing tells the phone, the hidden address stays', () => {
		expect(dataOf({ id: 'false_9999@lid_A1', from: '9999@lid', _data: {} })).toMatchObject({
			chatId: '9999@lid',
			from: '9999@lid',
		});
	});

	test.each([
		['NOWEB text', { _data: { message: { extendedTextMessage: { text: 'Hola' } } } }, 'text'],
		['NOWEB image', { _data: { message: { imageMessage: { mimetype: 'image/jpeg' } } } }, 'image'],
		[
			'NOWEB view once',
			{ _data: { message: { viewOnceMessageV2: { message: { videoMessage: {} } } } } },
			'video',
		],
		['GOWS sticker', { _data: { Message: { stickerMessage: {} } } }, 'sticker'],
		['GOWS voice', { _data: { Message: { audioMessage: { PTT: true } } } }, 'audio'],
		['NOWEB poll', { _data: { message: { pollCreationMessageV3: { name: '?' } } } }, 'other'],
		['WEBJS text', { _data: { type: 'chat' } }, 'text'],
		['WEBJS voice', { _data: { type: 'ptt' } }, 'audio'],
		['WEBJS document', { _data: { type: 'document' } }, 'document'],
		['WEBJS poll', { _data: { type: 'poll_creation' } }, 'other'],
		['WEBJS contact', { _data: { type: 'vcard' }, vCards: ['BEGIN:VCARD'] }, 'contact'],
		[
			'a file of which only the type is told',
			{ _data: null, media: { mimetype: 'audio/ogg' } },
			'audio',
		],
		['a file of which nothing is told', { _data: null, hasMedia: true }, 'other'],
		['no engine data', { _data: null }, 'text'],
	])('%s', (_name, payload, kind) => {
		expect(dataOf(payload)).toMatchObject({ kind });
	});

	test('a file: WAHA’s copy, never the encrypted one of WhatsApp', () => {
		const media = {
			url: 'http://localhost:3000/api/files/default/A1.pdf',
			mimetype: 'application/pdf',
			filename: 'bill.pdf',
			error: null,
		};
		const document = {
			url: 'https://mmg.whatsapp.net/encrypted',
			mimetype: 'application/pdf',
			fileName: 'bill.pdf',
			fileLength: { low: 5000, high: 0, unsigned: true },
			caption: 'The bill',
		};
		const payload = {
			body: 'The bill',
			hasMedia: true,
			media,
			_data: {
				message: { documentWithCaptionMessage: { message: { documentMessage: document } } },
			},
		};
		const told = {
			url: media.url,
			mimeType: 'application/pdf',
			fileName: 'bill.pdf',
			fileSize: 5000,
		};
		expect(dataOf(payload)).toMatchObject({ kind: 'document', text: 'The bill', media: told });
		expect(dataOf({ ...payload, media: null })).toMatchObject({ media: { ...told, url: null } });
		expect(
			dataOf({ _data: { type: 'image', size: 77 }, media: { ...media, filename: null } }),
		).toMatchObject({ media: { ...told, fileName: null, fileSize: 77 } });
	});

	test('a location never has the thumbnail of its map for a text', () => {
		const thumbnail = '/9j/4AAQSkZJRgABAQAAAQABAAD';
		const location = { latitude: '40.4', longitude: '-3.7', description: 'Puerta del Sol' };
		const payload = { body: thumbnail, location, _data: { type: 'location' } };
		expect(dataOf(payload)).toMatchObject({ kind: 'location', text: 'Puerta del Sol' });
		expect(dataOf({ ...payload, location: { ...location, description: '' } })).toMatchObject({
			text: null,
		});
	});

	test.each([
		['a bare id', { replyTo: { id: 'B2', participant: '34600000000@c.us', body: 'Earlier' } }],
		['a whole id', { replyTo: { id: 'true_34600000000@c.us_B2' } }],
		[
			'the engine’s own',
			{
				_data: {
					message: { extendedTextMessage: { text: 'Hola', contextInfo: { stanzaId: 'B2' } } },
				},
			},
		],
	])('an answer names what it answers by %s', (_name, payload) => {
		expect(dataOf(payload)).toMatchObject({ quotedMessageId: 'B2' });
	});

	test('optional fields of another form cost no message', () => {
		const odd = { body: 7, media: 'none', replyTo: 'B2', vCards: 'x', _data: [], location: 1 };
		expect(identify(wahaMessage('A1', { ...odd, participant: {}, timestamp: {} }))).toMatchObject({
			type: 'whatsapp.message.received',
			id: 'A1',
			time: new Date(1762518119485),
		});
	});
});

describe('what happens to messages', () => {
	test('a reaction, and its removal', () => {
		const react = (text: string | null) =>
			identify(
				wahaBody(
					{
						id: 'false_34600000000@c.us_R1',
						from: '34600000000@c.us',
						fromMe: false,
						timestamp: 1710481111.853,
						reaction: { text, messageId: 'true_34600000000@c.us_A1' },
					},
					{ event: 'message.reaction' },
				),
			);
		expect(react('🙏')).toMatchObject({
			type: 'whatsapp.message.reaction',
			id: 'R1',
			time: new Date('2024-03-15T05:38:31.853Z'),
			data: { kind: 'reaction', text: '🙏', quotedMessageId: 'A1', messageId: 'R1' },
		});
		expect(react('').data).toMatchObject({ text: '' });
		expect(react(null).data).toMatchObject({ text: '' });
	});

	const acknowledge = (payload: object, event = 'message.ack') =>
		identify(
			wahaBody(
				{ id: 'true_34600000000@c.us_A1', from: '34600000000@c.us', fromMe: true, ...payload },
				{ event },
			),
		);

	test.each([
		[-1, 'ERROR', 'whatsapp.message.failed', 'failed'],
		[0, 'PENDING', 'whatsapp.other.message.ack', 'pending'],
		[1, 'SERVER', 'whatsapp.message.sent', 'sent'],
		[2, 'DEVICE', 'whatsapp.message.delivered', 'delivered'],
		[3, 'READ', 'whatsapp.message.read', 'read'],
		[4, 'PLAYED', 'whatsapp.other.message.ack', 'played'],
		[9, 'UNKNOWN', 'whatsapp.other.message.ack', 'unknown'],
	])('ack %i, %s, is %s', (ack, ackName, type, status) => {
		const expected = {
			type,
			id: `A1/${status}`,
			subject: '34600000000@s.whatsapp.net',
			time: new Date(1762518119485),
			data: { messageId: 'A1', status, participant: null },
		};
		expect(acknowledge({ ack, ackName, participant: null })).toMatchObject(expected);
		expect(acknowledge({ ack })).toMatchObject(expected);
		expect(acknowledge({ ackName })).toMatchObject(expected);
	});

	test('every reader of a group is an event, in either form', () => {
		const group = '120363000000000000@g.us';
		const told = { ack: 3, ackName: 'READ', from: group };
		const documented = acknowledge(
			{ ...told, id: `true_${group}_A1_9999@lid`, participant: '9999@lid' },
			'message.ack.group',
		);
		expect(documented).toMatchObject({
			type: 'whatsapp.message.read',
			id: 'A1/read/9999@lid',
			data: { chatId: group, participant: '9999@lid' },
		});
		const receipt = { userJid: '34600000000@s.whatsapp.net', readTimestamp: 1762518200 };
		const noweb = acknowledge({ ...told, id: `true_${group}_A1_34911@c.us`, _data: { receipt } });
		expect(noweb).toMatchObject({
			id: 'A1/read/34600000000@s.whatsapp.net',
			time: new Date(1762518200000),
		});
	});

	const revoke = (payload: object) => identify(wahaBody(payload, { event: 'message.revoked' }));

	test('a deletion names the message that is gone', () => {
		const after = {
			id: 'false_34600000000@c.us_D1',
			timestamp: 1762518118,
			from: '34600000000@c.us',
		};
		const expected = {
			type: 'whatsapp.message.deleted',
			subject: '34600000000@s.whatsapp.net',
			time: new Date(1762518119485),
		};
		expect(revoke({ after, revokedMessageId: 'A1', before: null })).toMatchObject({
			...expected,
			id: 'A1/deleted',
			data: { messageId: 'A1', status: 'deleted', chatId: '34600000000@s.whatsapp.net' },
		});
		const before = { ...after, id: 'false_34600000000@c.us_A1' };
		expect(revoke({ after, before })).toMatchObject({ ...expected, id: 'A1/deleted' });
		expect(revoke({ after })).toMatchObject({ ...expected, id: 'D1/deleted' });
	});

	test('the place of a message that is gone is a deletion of it', () => {
		const gone = { body: null, _data: { messageStubType: 'REVOKE' } };
		expect(identify(wahaMessage('A1', gone))).toMatchObject({
			type: 'whatsapp.message.deleted',
			id: 'A1/deleted',
		});
	});

	test('GOWS calls an edit one beside its content', () => {
		const edited = { body: 'Hola!', _data: { IsEdit: true, Message: { conversation: 'Hola!' } } };
		expect(identify(wahaMessage('A1', edited))).toMatchObject({
			type: 'whatsapp.message.edited',
			data: { messageId: 'A1', text: 'Hola!' },
		});
	});

	test('an edit is the new content, and each edit an event', () => {
		const edit = (id: string, body: string, _data: unknown = null, frame: object = {}) =>
			identify(
				wahaMessage(
					'A1',
					{ id: `false_34600000000@c.us_${id}`, body, editedMessageId: 'A1', _data },
					{ event: 'message.edited', ...frame },
				),
			);
		const first = edit('E1', 'Adiós', {
			message: {
				protocolMessage: { type: 14, key: { id: 'A1' }, editedMessage: { conversation: 'Adiós' } },
			},
		});
		expect(first).toMatchObject({
			type: 'whatsapp.message.edited',
			id: expect.stringMatching(/^A1\/edited\/[0-9a-f]{16}$/),
			data: { messageId: 'A1', text: 'Adiós', kind: 'text' },
		});
		// The session's webhook and a global one tell it with different event ids.
		expect(edit('E1', 'Adiós').dedupeKey).toBe(first.dedupeKey);
		expect(edit('E2', 'Adiós').dedupeKey).not.toBe(first.dedupeKey);
		// WEBJS gives an edit the id of the message itself.
		const webjs = edit('A1', 'One', null, { id: 'evt_1' });
		expect(edit('A1', 'One', null, { id: 'evt_1' }).dedupeKey).toBe(webjs.dedupeKey);
		expect(edit('A1', 'Two', null, { id: 'evt_2' }).dedupeKey).not.toBe(webjs.dedupeKey);
	});
});

describe('sessions and everything else', () => {
	const status = (status: string, more: object = {}, frame: object = {}) =>
		identify(
			wahaBody(
				{ name: 'default', status, ...more },
				{ event: 'session.status', id: 'evt_1', ...frame },
			),
		);

	test.each([
		['STARTING', 'connecting', null],
		['SCAN_QR_CODE', 'qr', null],
		['WORKING', 'connected', null],
		['STOPPED', 'disconnected', 'STOPPED'],
		['FAILED', 'disconnected', 'FAILED'],
	])('%s is %s', (name, word, reason) => {
		expect(status(name)).toMatchObject({
			type: `whatsapp.session.${word}`,
			id: 'evt_1',
			source: '/waha/default',
			subject: 'default',
			time: new Date(1762518119485),
			data: { status: word, phoneNumber: '34911111111', reason },
		});
	});

	test('the time of a status is when it came', () => {
		const statuses = [
			{ status: 'WORKING', timestamp: 1700000001000 },
			{ status: 'STARTING', timestamp: 1700000002000 },
			{ status: 'WORKING', timestamp: 1700000003000 },
		];
		expect(status('WORKING', { statuses }).time).toEqual(new Date(1700000003000));
	});

	test.each(['PASSKEY_REQUIRED', 'constructor'])('the status %s has no word yet', (name) => {
		expect(status(name, { data: { code: '1234' } })).toMatchObject({
			type: 'whatsapp.other.session.status',
			id: 'evt_1',
		});
	});

	test.each([
		'message.waiting',
		'state.change',
		'group.v2.join',
		'presence.update',
		'call.received',
		'poll.vote',
		'label.upsert',
		'toString',
		'something.new',
	])('%s has no word of its own', (event) => {
		const body = wahaBody({ id: '10' }, { event, id: 'evt_7' });
		expect(identify(body)).toMatchObject({
			type: `whatsapp.other.${event.toLowerCase()}`,
			id: 'evt_7',
			data: { name: event, session: 'default' },
			raw: body,
		});
	});

	test('an older WAHA: the delivery’s id and time stand in', () => {
		const body = { event: 'call.received', session: 'default', payload: { id: 'CALL1' } };
		const headers = { 'x-webhook-request-id': '01ABC', 'x-webhook-timestamp': '1741249702485' };
		expect(identify(body, headers)).toMatchObject({ id: '01ABC', time: new Date(1741249702485) });
		expect(identify(body, headers).momentary).toBeUndefined();
		expect(identify({ ...body, id: 'evt_7' }, headers).id).toBe('evt_7');
	});

	test('with neither, equal bodies are a repeat only within seconds', () => {
		const body = { event: 'session.status', session: 'default', payload: { status: 'WORKING' } };
		const event = identify(body);
		expect(event).toMatchObject({ time: RECEIVED_AT, momentary: { windowMs: 10_000 } });
		expect(event.id).toContain(`@${RECEIVED_AT.getTime()}`);
		expect(identify({ ...body, timestamp: 1762518119485 }).momentary).toBeUndefined();
	});
});

describe('a body of a verified sender', () => {
	test.each([['hello'], [null], [[]]])('%j is no JSON object', (body) => {
		expect(() => identify(body)).toThrow(MalformedBodyError);
		expect(() => identify(body)).toThrow(expect.objectContaining({ field: 'body' }));
	});

	test.each<[object, string]>([
		[{ session: 'default' }, 'unknown'],
		[wahaMessage('A1', {}, { event: ' ' }), 'unknown'],
		[wahaMessage('A1', {}, { event: '__proto__' }), '__proto__'],
		[{ event: 'message' }, 'message'],
		[wahaMessage('A1', { id: '', _data: null }), 'message'],
		[wahaMessage('A1', { id: {}, _data: {} }), 'message'],
		[wahaMessage('A1', {}, { event: 'message.reaction' }), 'message.reaction'],
		[
			wahaMessage('A1', { reaction: { text: '🙏' } }, { event: 'message.reaction' }),
			'message.reaction',
		],
		[wahaBody({ before: null, after: null }, { event: 'message.revoked' }), 'message.revoked'],
		[wahaBody({}, { event: 'session.status' }), 'session.status'],
		[wahaBody(null, { event: 'message.ack' }), 'message.ack'],
	])('%j is told, with all of it', (body, name) => {
		const found = identify(body);
		expect(found).toMatchObject({ type: `whatsapp.other.${name}`, raw: body });
		expect(found.dedupeKey).not.toContain('|A1');
	});

	test('is read whatever form its fields have, where it is clear what they mean', () => {
		const frame: object = {
			session: 7,
			timestamp: '1762518119485',
			me: [{ id: { user: '34911111111', server: 'c.us' } }],
		};
		const body = wahaMessage(
			'A1',
			{
				id: ['false_34600000000@c.us_A1'],
				timestamp: { low: 1762518118, high: 0, unsigned: true },
				fromMe: 'false',
				body: { text: 'Hola' },
			},
			{ ...frame },
		);
		expect(identify(body)).toMatchObject({
			type: 'whatsapp.message.received',
			id: 'A1',
			source: '/waha/7',
			time: new Date('2025-11-07T12:21:58.000Z'),
			data: { text: 'Hola', to: '34911111111@s.whatsapp.net' },
		});
		const acked = { id: 'true_34600000000@c.us_A1', ack: '3', fromMe: 'true' };
		expect(identify(wahaBody(acked, { event: 'message.ack' })).type).toBe('whatsapp.message.read');
		expect(identify(wahaBody(['WORKING'], { event: 'session.status' })).type).toBe(
			'whatsapp.session.connected',
		);
	});

	test.each<[string, WahaFrame]>([
		['a half character in the name of a session', { session: '\ud800' }],
		[
			'names of objects everywhere',
			{ session: 'constructor', event: 'toString', payload: 'valueOf' },
		],
	])('%s', (_name, frame) => {
		expect(identify(wahaMessage('A1', {}, frame)).type).toMatch(/^whatsapp\./);
	});
});

describe('what is no message', () => {
	const nothing = { body: null, vCards: null };

	test.each<[string, object, string]>([
		['NOWEB, not decrypted yet', { _data: { key: {}, message: null } }, 'message'],
		['NOWEB, a stub', { _data: { messageStubType: 2 } }, 'message'],
		['NOWEB, a notice in a group', { _data: { messageStubType: 27 } }, 'message_stub'],
		['NOWEB, an empty message', { _data: { message: {} } }, 'message'],
		[
			'NOWEB, a key',
			{ _data: { message: { senderKeyDistributionMessage: {} } } },
			'sender_key_distribution_message',
		],
		[
			'GOWS, a pin',
			{ _data: { Message: { pinInChatMessage: { key: { ID: 'T1' } } } } },
			'pin_in_chat_message',
		],
		['GOWS, a timer', { _data: { Message: { protocolMessage: { type: 3 } } } }, 'protocol_message'],
		[
			'WEBJS, end to end',
			{ body: '', _data: { type: 'e2e_notification', subtype: 'encrypt' } },
			'e2e_notification',
		],
		[
			'WEBJS, a template',
			{ body: '', _data: { type: 'notification_template' } },
			'notification_template',
		],
		[
			'WEBJS, the name of a group',
			{ body: 'New name', _data: { type: 'gp2', subtype: 'subject' } },
			'gp2',
		],
		['WEBJS, a call', { body: '', _data: { type: 'call_log', subtype: 'miss' } }, 'call_log'],
		['WEBJS, not decrypted yet', { body: '', _data: { type: 'ciphertext' } }, 'ciphertext'],
		['WEBJS, between devices', { body: '', _data: { type: 'protocol' } }, 'protocol'],
		[
			'WEBJS, a notice of tomorrow',
			{ body: '', _data: { type: 'mood_notification' } },
			'mood_notification',
		],
		['WEBJS, an empty chat', { body: '', _data: { type: 'chat' } }, 'message'],
		['WEBJS, of no kind yet', { body: '', _data: { type: 'unknown' } }, 'message'],
		['WEBJS, a reaction to nothing', { body: '', _data: { type: 'reaction' } }, 'reaction'],
		[
			'WEBJS, an answer to an event',
			{ body: '', _data: { type: 'event_response' } },
			'event_response',
		],
		['WEBJS, a timer', { body: '', _data: { type: 'disappearing_mode' } }, 'disappearing_mode'],
		['NOWEB, a stub by name', { _data: { messageStubType: 'CIPHERTEXT' } }, 'message'],
		[
			'NOWEB, a notice by name',
			{ _data: { messageStubType: 'GROUP_PARTICIPANT_ADD' } },
			'group_participant_add',
		],
		['any engine, nothing', { body: '', _data: null }, 'message'],
	])('%s', (_name, payload, word) => {
		const found = identify(wahaMessage('A1', { ...nothing, ...payload }));
		expect(found).toMatchObject({
			type: `whatsapp.other.${word}`,
			data: { messageId: 'A1', chatId: '34600000000@s.whatsapp.net' },
		});
		const later = identify(wahaMessage('A1'));
		expect(later).toMatchObject({ type: 'whatsapp.message.received', id: 'A1' });
		expect(found.id).not.toBe(later.id);
		expect(found.dedupeKey).not.toBe(later.dedupeKey);
		// The two events of one message stay one.
		const any = identify(wahaMessage('A1', { ...nothing, ...payload }, { event: 'message.any' }));
		if (word !== 'message') expect(any.dedupeKey).toBe(found.dedupeKey);
	});

	test.each<[string, object]>([
		[
			'text beside a key',
			{ body: 'Hola', _data: { message: { senderKeyDistributionMessage: {} } } },
		],
		['a file without a text', { hasMedia: true, _data: { type: 'image' } }],
		['a poll', { _data: { type: 'poll_creation', pollName: '?' } }],
		['a place', { location: { latitude: 1 }, _data: { type: 'location' } }],
		['something new', { _data: { message: { hologramMessage: { depth: 3 } } } }],
	])('%s is one', (_name, payload) => {
		expect(identify(wahaMessage('A1', { ...nothing, ...payload })).type).toBe(
			'whatsapp.message.received',
		);
	});

	test('stories and channel posts have words of their own, and their acks are no messages’', () => {
		const story = 'false_status@broadcast_S1_34600000000@c.us';
		const post = (payload: object) => identify(wahaMessage('A1', { _data: null, ...payload }));
		expect(post({ id: story, from: 'status@broadcast' })).toMatchObject({
			type: 'whatsapp.status.posted',
			id: 'S1',
			data: { from: '34600000000@s.whatsapp.net', isGroup: false, text: 'Hola' },
		});
		expect(post({ _data: { type: 'chat', isStatusV3: true } }).type).toBe('whatsapp.status.posted');
		expect(post({ id: 'true_status@broadcast_S1', fromMe: true }).type).toBe(
			'whatsapp.status.posted',
		);
		// Where WAHA shows who posted, the engine still tells the chat.
		for (const engine of [
			{ key: { remoteJid: 'status@broadcast' } },
			{ Info: { Chat: 'status@broadcast' } },
		]) {
			expect(post({ _data: engine })).toMatchObject({
				type: 'whatsapp.status.posted',
				subject: 'status@broadcast',
			});
		}
		expect(post({ id: 'false_1203@newsletter_C1' }).type).toBe('whatsapp.channel.posted');
		const ack = { id: 'true_status@broadcast_S1', ack: 1, ackName: 'SERVER' };
		expect(identify(wahaBody(ack, { event: 'message.ack' })).type).toBe(
			'whatsapp.other.message.ack',
		);
	});
});

describe('ids', () => {
	test.each<[string, object]>([
		[
			'of WEBJS in 2026',
			{
				id: undefined,
				_data: {
					id: {
						fromMe: false,
						remote: '34600000000@c.us',
						id: 'X1',
						$1: 'false_34600000000@c.us_X1',
					},
					type: 'chat',
				},
			},
		],
		['the whole form only', { id: undefined, _data: { id: { $1: 'false_34600000000@c.us_X1' } } }],
		['an object', { id: { _serialized: 'false_34600000000@c.us_X1' } }],
		[
			'its parts',
			{ id: { id: 'X1', fromMe: false, remote: { user: '34600000000', server: 'c.us' } } },
		],
		[
			'of NOWEB’s own',
			{ id: null, _data: { key: { id: 'X1', remoteJid: '34600000000@s.whatsapp.net' } } },
		],
		[
			'of GOWS’s own',
			{ id: null, _data: { Info: { ID: 'X1', Chat: '34600000000@s.whatsapp.net' } } },
		],
	])('%s', (_name, payload) => {
		expect(identify(wahaMessage('A1', { body: 'Hola', ...payload }))).toMatchObject({
			type: 'whatsapp.message.received',
			id: 'X1',
			subject: '34600000000@s.whatsapp.net',
		});
	});

	const notice = { id: 'false_34600000000@c.us_NOTICE', from: '34600000000@c.us', body: '' };
	const gone = {
		fromMe: false,
		remote: '34600000000@c.us',
		id: 'ORIG',
		_serialized: 'false_34600000000@c.us_ORIG',
	};

	test.each<[string, string, object]>([
		[
			'WEBJS',
			'message.revoked',
			{
				after: { ...notice, _data: { type: 'revoked', protocolMessageKey: gone } },
				before: notice,
			},
		],
		[
			'WEBJS, renamed',
			'message.revoked',
			{ after: { ...notice, _data: { protocolMessageKey: { $1: gone._serialized } } } },
		],
		[
			'WEBJS, which puts it right',
			'message.revoked',
			{ after: notice, before: { ...notice, id: gone._serialized } },
		],
		['NOWEB', 'message.revoked', { after: notice, revokedMessageId: 'ORIG', before: null }],
		[
			'NOWEB, by its own word',
			'message.revoked',
			{
				after: {
					...notice,
					_data: { message: { protocolMessage: { type: 0, key: { id: 'ORIG' } } } },
				},
			},
		],
		[
			'GOWS, among the messages',
			'message.any',
			{ ...notice, _data: { Message: { protocolMessage: { type: 0, key: { ID: 'ORIG' } } } } },
		],
		[
			'WEBJS, among the messages',
			'message',
			{ ...notice, _data: { type: 'revoked', protocolMessageKey: gone } },
		],
	])('%s: a deletion names the message that is gone', (_name, event, payload) => {
		expect(identify(wahaBody(payload, { event }))).toMatchObject({
			type: 'whatsapp.message.deleted',
			id: 'ORIG/deleted',
			subject: '34600000000@s.whatsapp.net',
			data: { messageId: 'ORIG' },
		});
	});

	test('one edit told by three events is one, under the id of the message', () => {
		const protocolMessage = {
			key: { id: 'ORIG' },
			type: 'MESSAGE_EDIT',
			editedMessage: { conversation: 'new' },
		};
		const payload = (more: object = {}) => ({
			id: 'false_34600000000@c.us_EDIT',
			body: 'new',
			_data: { message: { editedMessage: { message: { protocolMessage } } } },
			...more,
		});
		const events = [
			identify(wahaMessage('A1', payload())),
			identify(wahaMessage('A1', payload(), { event: 'message.any' })),
			identify(
				wahaMessage('A1', payload({ editedMessageId: 'ORIG' }), { event: 'message.edited' }),
			),
		];
		for (const event of events) {
			expect(event).toMatchObject({
				type: 'whatsapp.message.edited',
				data: { messageId: 'ORIG', text: 'new' },
			});
		}
		expect(new Set(events.map(({ dedupeKey }) => dedupeKey)).size).toBe(1);
	});
});

test('what we wrote in a group under our hidden address is ours', () => {
	const me = { id: '34911111111@c.us', lid: '7766@lid', jid: '34911111111:22@s.whatsapp.net' };
	const group = { id: 'false_1203@g.us_A1_7766@lid', from: '1203@g.us', participant: '7766@lid' };
	expect(identify(wahaMessage('A1', group, { me }))).toMatchObject({
		type: 'whatsapp.message.sent',
		data: { fromMe: true, from: '34911111111@s.whatsapp.net' },
	});
});
