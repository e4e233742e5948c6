import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { baileysAddresses, fromOurSide, readBaileysKey } from '../../lib/whatsapp/baileysKey.ts';
import { readBaileysContent, readChange } from '../../lib/whatsapp/baileysMessage.ts';
import { normalizeJid } from '../../lib/whatsapp/jid.ts';
import { readProtobufNumber } from '../../lib/whatsapp/fields.ts';

const file = {
	url: 'https://mmg.whatsapp.net/v/file.enc',
	mimetype: 'image/jpeg',
	fileLength: '2048',
	caption: 'Look',
};
const quoted = { contextInfo: { stanzaId: 'Q1' } };

describe('what a message holds', () => {
	test.each<[string, object, string, string | null]>([
		['conversation', { conversation: 'Oi' }, 'text', 'Oi'],
		['extended text', { extendedTextMessage: { text: 'Oi', ...quoted } }, 'text', 'Oi'],
		['image', { imageMessage: file }, 'image', 'Look'],
		['video', { videoMessage: file }, 'video', 'Look'],
		['round video', { ptvMessage: file }, 'video', 'Look'],
		['audio', { audioMessage: { mimetype: 'audio/ogg', ptt: true } }, 'audio', null],
		[
			'audio with a transcript',
			{ audioMessage: { mimetype: 'audio/ogg' }, speechToText: 'Bom dia' },
			'audio',
			'Bom dia',
		],
		['document', { documentMessage: { ...file, fileName: 'a.pdf' } }, 'document', 'Look'],
		['sticker', { stickerMessage: { mimetype: 'image/webp' } }, 'sticker', null],
		['location', { locationMessage: { degreesLatitude: 1, name: 'Home' } }, 'location', 'Home'],
		['live location', { liveLocationMessage: { caption: 'Here' } }, 'location', 'Here'],
		['contact', { contactMessage: { displayName: 'Bo', vcard: 'x' } }, 'contact', 'Bo'],
		['contacts', { contactsArrayMessage: { displayName: '2 contacts' } }, 'contact', '2 contacts'],
		['poll', { pollCreationMessageV3: { name: 'When?', options: [] } }, 'other', 'When?'],
		['list', { listMessage: { title: 'Menu', description: 'Choose' } }, 'text', 'Choose'],
		['buttons', { buttonsMessage: { contentText: 'Choose' } }, 'text', 'Choose'],
		[
			'template',
			{ templateMessage: { hydratedTemplate: { hydratedContentText: 'Hello' } } },
			'text',
			'Hello',
		],
		['interactive', { interactiveMessage: { body: { text: 'Choose' } } }, 'text', 'Choose'],
		[
			'answer to a list',
			{ listResponseMessage: { title: 'Pizza', singleSelectReply: { selectedRowId: 'p1' } } },
			'text',
			'Pizza',
		],
		[
			'answer to a list without a title',
			{ listResponseMessage: { singleSelectReply: { selectedRowId: 'p1' } } },
			'text',
			'p1',
		],
		[
			'answer to buttons',
			{ buttonsResponseMessage: { selectedButtonId: 'b1', selectedDisplayText: 'Yes' } },
			'text',
			'Yes',
		],
		[
			'answer to a template',
			{ templateButtonReplyMessage: { selectedId: 't1', selectedDisplayText: 'No' } },
			'text',
			'No',
		],
		[
			'answer to an interactive message',
			{ interactiveResponseMessage: { body: { text: 'Yes' } } },
			'text',
			'Yes',
		],
		['a reaction', { reactionMessage: { key: { id: 'T1' }, text: '👍' } }, 'reaction', '👍'],
		['a reaction taken back', { reactionMessage: { key: { id: 'T1' } } }, 'reaction', ''],
		['a vote', { pollUpdateMessage: { vote: {} } }, 'other', null],
		['something new', { hologramMessage: { text: 'x' } }, 'other', 'x'],
		['nothing', {}, 'other', null],
		[
			'what stands beside is not the content',
			{ messageContextInfo: { deviceListMetadata: {} }, conversation: 'Oi' },
			'text',
			'Oi',
		],
	])('%s', (_name, message, kind, text) => {
		expect(readBaileysContent(message)).toMatchObject({ kind, text, change: undefined });
	});

	test.each<[string, object | string, string | null]>([
		[
			'an order',
			{ orderMessage: { orderId: '1', message: 'These, please', itemCount: 2 } },
			'These, please',
		],
		['an order without words', { orderMessage: { orderTitle: 'Order 7' } }, 'Order 7'],
		[
			'a comment',
			{ commentMessage: { message: { conversation: 'Nice' }, targetMessageKey: { id: 'T1' } } },
			'Nice',
		],
		[
			'a template',
			{ templateMessage: { hydratedFourRowTemplate: { hydratedContentText: 'Hi' } } },
			'Hi',
		],
		[
			'a newer template',
			{ templateMessage: { interactiveMessageTemplate: { body: { text: 'Hi' } } } },
			'Hi',
		],
		[
			'an older template',
			{
				highlyStructuredMessage: {
					hydratedHsm: { hydratedTemplate: { hydratedContentText: 'Hi' } },
				},
			},
			'Hi',
		],
		[
			'a payment',
			{ sendPaymentMessage: { noteMessage: { extendedTextMessage: { text: 'Rent' } } } },
			'Rent',
		],
		['a request', { requestPaymentMessage: { noteMessage: { conversation: 'Rent?' } } }, 'Rent?'],
		['an invoice', { invoiceMessage: { note: 'May' } }, 'May'],
		['a poll of tomorrow', { pollCreationMessageV9: { name: 'When?' } }, 'When?'],
		[
			'a poll inside',
			{ pollCreationMessageV4: { message: { pollCreationMessage: { name: 'When?' } } } },
			'When?',
		],
		['an event', { eventMessage: { name: 'Fair', startTime: '1' } }, 'Fair'],
		['a product', { productMessage: { product: { title: 'Lamp' } } }, 'Lamp'],
		['an invitation', { groupInviteMessage: { groupName: 'Friends' } }, 'Friends'],
		[
			'an answer in a form',
			{
				interactiveResponseMessage: {
					nativeFlowResponseMessage: { paramsJson: '{"id":"m2","title":"Two"}' },
				},
			},
			'Two',
		],
		[
			'an answer that is an id',
			{ interactiveResponseMessage: { nativeFlowResponseMessage: { paramsJson: '{"id":"m2"}' } } },
			'm2',
		],
		[
			'a filled form',
			{
				interactiveResponseMessage: {
					nativeFlowResponseMessage: { paramsJson: '{"q1":"a","q2":"b"}' },
				},
			},
			'{"q1":"a","q2":"b"}',
		],
		[
			'an answer that is no JSON',
			{ interactiveResponseMessage: { nativeFlowResponseMessage: { paramsJson: 'x{' } } },
			'x{',
		],
		['a text in an object', { conversation: { text: 'Oi' } }, 'Oi'],
		['a text in a list', { extendedTextMessage: { text: ['Oi'] } }, 'Oi'],
		['a text in place of the message', 'Oi', 'Oi'],
		['a message without the name of its wrapper', { message: { conversation: 'Oi' } }, 'Oi'],
		[
			'what an artificial writer says',
			{ richResponseMessage: { submessages: [{ messageText: 'Oi' }] } },
			'Oi',
		],
		['several contacts', { contactsArrayMessage: { contacts: [{ displayName: 'Bo' }, {}] } }, 'Bo'],
		[
			'a note that will disappear',
			{
				requestPaymentMessage: {
					noteMessage: { ephemeralMessage: { message: { extendedTextMessage: { text: 'Rent' } } } },
				},
			},
			'Rent',
		],
		[
			'a choice that is no text but an object',
			{
				interactiveResponseMessage: {
					nativeFlowResponseMessage: { paramsJson: { id: 'p1', title: 'Pizza' } },
				},
			},
			'Pizza',
		],
		[
			'something new that answers somebody',
			{ hologramMessage: { depth: 3, contextInfo: { quotedMessage: { conversation: 'Oi' } } } },
			null,
		],
		[
			'something new, with a text inside',
			{ hologramMessage: { scene: { caption: 'Look' } } },
			'Look',
		],
		[
			'as whatsmeow writes it',
			{ listResponseMessage: { singleSelectReply: { selectedRowID: 'p1' } } },
			'p1',
		],
	])('the text of %s', (_name, message, text) => {
		expect(readBaileysContent(message)).toMatchObject({ text, control: undefined });
	});

	test.each([null, undefined, '', 5, [], [{}]])('%j is nothing that can be read', (message) => {
		expect(readBaileysContent(message)).toMatchObject({ kind: 'other', text: null, media: null });
	});

	test("the gateway's name helps where the content does not", () => {
		expect(readBaileysContent({}, 'stickerMessage')).toMatchObject({ kind: 'sticker' });
	});
});

describe('what nobody wrote', () => {
	const of = (message: unknown, type?: string) => readBaileysContent(message, type ?? null).control;
	const key = { id: 'T1' };

	test.each<[object]>([
		[{ senderKeyDistributionMessage: { groupId: '1203@g.us' } }],
		[{ fastRatchetKeySenderKeyDistributionMessage: { groupId: '1203@g.us' } }],
		[{ pinInChatMessage: { key, type: 1 } }],
		[{ keepInChatMessage: { key, keepType: 1 } }],
		[{ pollUpdateMessage: { pollCreationMessageKey: key, vote: { encPayload: 'AA==' } } }],
		[{ secretEncryptedMessage: { targetMessageKey: key, encPayload: 'AA==' } }],
		[{ encReactionMessage: { targetMessageKey: key, encPayload: 'AA==' } }],
		[{ encCommentMessage: { targetMessageKey: key, encPayload: 'AA==' } }],
		[{ encEventResponseMessage: { eventCreationMessageKey: key, encPayload: 'AA==' } }],
		[{ call: { callKey: 'AA==' } }],
		[{ callLogMesssage: { isVideo: false, callOutcome: 1 } }],
		[{ bcallMessage: { sessionId: 'x', caption: 'x' } }],
		[{ scheduledCallEditMessage: { key, editType: 1 } }],
		[{ messageHistoryBundle: { mimetype: 'x' } }],
		[{ messageHistoryNotice: { messageHistoryMetadata: {} } }],
		[{ albumMessage: { expectedImageCount: 3 } }],
		[{ placeholderMessage: { type: 0 } }],
		[{ stickerSyncRmrMessage: { filehash: [] } }],
		[{ statusNotificationMessage: { type: 1 } }],
		[{ deviceSentMessage: { destinationJid: 'x' } }],
		// Of tomorrow: what it is called, or that it is encrypted, says that nobody wrote it.
		[{ deviceKeySyncMessage: { keys: [] } }],
		[{ groupHistoryNotice: { id: 1 } }],
		[{ encPollVoteV2: { key } }],
		[{ groupKeyRotationMessage: { id: 1 } }],
		// It names another message and says nothing itself.
		[{ statusStickerInteractionMessage: { key, stickerKey: 'x', type: 1 } }],
		[{ reminderMessage: { key, action: 1 } }],
		[{ taskDoneMessage: { taskMessageKey: key, isDone: true } }],
		[{ whateverMessage: { encPayload: 'AA==', encIv: 'AA==' } }],
	])('%j', (message) => {
		const [name] = Object.keys(message);
		expect(of(message)).toEqual({ name });
		expect(of({ messageContextInfo: { deviceListMetadataVersion: 2 }, ...message })).toEqual({
			name,
		});
		expect(of({ ephemeralMessage: { message } })).toEqual({ name });
		expect(of({ ...message, conversation: 'Oi' })).toBeUndefined();
		expect(of({ ...message, imageMessage: {} })).toBeUndefined();
	});

	test.each<[string, object]>([
		['nothing', {}],
		['what stands around a content only', { messageContextInfo: { deviceListMetadata: {} } }],
		['an empty text', { conversation: '' }],
		['an empty long text', { extendedTextMessage: { text: '' } }],
		[
			'a long text of which only the answered one is there',
			{
				extendedTextMessage: {
					contextInfo: { stanzaId: 'Q1', quotedMessage: { conversation: 'What you wrote' } },
				},
			},
		],
		['an empty wrapper', { viewOnceMessageV2: {} }],
		['an empty wrapper of tomorrow', { hologramMessage: {} }],
		['a menu without a word', { templateMessage: {} }],
		['a reaction to nothing', { reactionMessage: {} }],
	])('%s, as before it is decrypted', (_name, message) => {
		expect(of(message)).toEqual({ name: null });
		expect(of(message, 'conversation')).toEqual({ name: null });
		expect(of(message, 'unknown')).toEqual({ name: null });
		expect(of(message, 'senderKeyDistributionMessage')).toEqual({
			name: 'senderKeyDistributionMessage',
		});
		expect(of(message, 'imageMessage')).toBeUndefined();
	});

	test.each([
		[{ type: 'EPHEMERAL_SETTING', key, ephemeralExpiration: 86400 }, 'EPHEMERAL_SETTING'],
		[{ type: 5, historySyncNotification: {} }, 'protocolMessage'],
		[{ type: 'APP_STATE_SYNC_KEY_SHARE' }, 'APP_STATE_SYNC_KEY_SHARE'],
	])('%j', (protocolMessage, name) => {
		expect(of({ protocolMessage })).toEqual({ name });
		expect(of({ groupStatusMentionMessage: { message: { protocolMessage } } })).toEqual({ name });
	});

	test.each<[object]>([
		[{ stickerPackMessage: { stickerPackId: 'x', name: 'Cats' } }],
		[{ declinePaymentRequestMessage: { key } }],
		[{ hologramMessage: { depth: 3 } }],
		[{ encuestaMessage: { opciones: [1] } }],
		[{ callbackMessage: { code: 1 } }],
		[{ syncedLyricsMessage: { url: 'https://x' } }],
		[{ settingsHelpMessage: { text: 'How do I set it up?' } }],
		[{ answerMessage: { key, text: 'Yes' } }],
		[{ mediaUrl: 'https://s3.example.com/1.bin' }],
	])('%j is somebody’s', (message) => {
		expect(of(message)).toBeUndefined();
	});
});

describe('files', () => {
	test('tell their address, type, name and size', () => {
		const content = readBaileysContent({ documentMessage: { ...file, fileName: 'a.jpg' } });
		expect(content.media).toEqual({
			url: file.url,
			mimeType: 'image/jpeg',
			fileName: 'a.jpg',
			fileSize: 2048,
		});
	});

	test("the gateway's own copy comes first, and what it inlines is not copied", () => {
		const message = {
			imageMessage: file,
			mediaUrl: 'https://s3.example.com/1.jpg',
			base64: 'AAAA',
		};
		const content = readBaileysContent(message);
		expect(content.media?.url).toBe('https://s3.example.com/1.jpg');
		expect(JSON.stringify(content)).not.toContain('AAAA');
	});

	test('a field of a strange form costs that field, not the message', () => {
		const message = { imageMessage: { url: 5, mimetype: {}, fileLength: [], caption: ['Look'] } };
		expect(readBaileysContent(message)).toMatchObject({
			kind: 'image',
			text: 'Look',
			media: { url: null, mimeType: null, fileSize: null },
		});
	});
});

describe('envelopes around a message', () => {
	test.each([
		'ephemeralMessage',
		'viewOnceMessage',
		'viewOnceMessageV2',
		'viewOnceMessageV2Extension',
		'documentWithCaptionMessage',
		'editedMessage',
		'deviceSentMessage',
		'groupStatusMessage',
		'questionMessage',
		'botForwardedMessage',
		'wrapperOfTomorrow',
	])('%s is opened', (name) => {
		expect(readBaileysContent({ [name]: { message: { imageMessage: file } } })).toMatchObject({
			kind: 'image',
			text: 'Look',
		});
	});

	test('one in the other, with the copy of the file outside', () => {
		const message = {
			ephemeralMessage: { message: { viewOnceMessageV2: { message: { videoMessage: file } } } },
			mediaUrl: 'https://s3.example.com/1.mp4',
		};
		expect(readBaileysContent(message)).toMatchObject({
			kind: 'video',
			media: { url: 'https://s3.example.com/1.mp4' },
		});
	});

	test('a thousand of them are not', () => {
		let message: object = { conversation: 'deep' };
		for (let depth = 0; depth < 1000; depth += 1) message = { ephemeralMessage: { message } };
		expect(readBaileysContent(message)).toMatchObject({ kind: 'other', text: null });
	});
});

test('what a message answers or reacts to', () => {
	expect(readBaileysContent({ imageMessage: { ...file, ...quoted } }).quotedMessageId).toBe('Q1');
	expect(readBaileysContent({ conversation: 'Oi' }).quotedMessageId).toBeNull();
	const reaction = { reactionMessage: { key: { id: 'T1' }, text: '👍', senderTimestampMs: '17' } };
	expect(readBaileysContent(reaction)).toMatchObject({ quotedMessageId: 'T1', reactedAtMs: 17 });
});

describe('what changes an earlier message', () => {
	const key = { id: 'M1', remoteJid: '55@s.whatsapp.net' };
	const newContent = { conversation: 'new' };

	test.each([
		['an edit', { key, type: 14, editedMessage: newContent }, 'edited'],
		['an edit by name', { key, type: 'MESSAGE_EDIT', editedMessage: newContent }, 'edited'],
		['an edit without a type', { key, editedMessage: newContent }, 'edited'],
		['a deletion', { key, type: 0 }, 'deleted'],
		['a deletion by name', { key, type: 'REVOKE' }, 'deleted'],
		['an edit as text', { key: [key], type: '14', editedMessage: [newContent] }, 'edited'],
		['a key alone', { key }, 'other'],
		['a timer', { key, type: 3, ephemeralExpiration: 86400 }, 'other'],
		['history', { type: 'HISTORY_SYNC_NOTIFICATION' }, 'other'],
		['nothing', {}, 'other'],
	])('%s', (_name, protocolMessage, what) => {
		expect(readChange(protocolMessage)?.what).toBe(what);
		expect(readBaileysContent({ protocolMessage }).change?.what).toBe(what);
	});

	test.each([undefined, null, 'REVOKE', []])('%j is none', (value) => {
		expect(readChange(value)).toBeUndefined();
	});

	test('an edit inside its envelope', () => {
		const protocolMessage = {
			key,
			type: 14,
			editedMessage: newContent,
			timestampMs: '1717604327000',
		};
		const { change } = readBaileysContent({ editedMessage: { message: { protocolMessage } } });
		expect(change).toMatchObject({ what: 'edited', key, content: newContent, atMs: 1717604327000 });
	});
});

describe('addresses', () => {
	const own = '5511999999999:12@s.whatsapp.net';
	const addresses = (key: object) => {
		const read = readBaileysKey({ id: 'M1', ...key });
		if (read === undefined) throw new Error('no key');
		return baileysAddresses(read, [normalizeJid(own), '77665544@lid']);
	};
	const me = '5511999999999@s.whatsapp.net';
	const ana = '551188887777@s.whatsapp.net';
	const hidden = '99887766@lid';

	test.each<[string, object, object]>([
		[
			'a person writes',
			{ remoteJid: ana, fromMe: false },
			{ chatId: ana, from: ana, to: me, fromMe: false, isGroup: false, author: null },
		],
		[
			'we write to a person',
			{ remoteJid: ana, fromMe: true },
			{ chatId: ana, from: me, to: ana, fromMe: true },
		],
		[
			'a hidden person writes',
			{ remoteJid: hidden, remoteJidAlt: ana },
			{ chatId: hidden, from: ana },
		],
		[
			'the same, as older forks tell it',
			{ remoteJid: hidden, senderPn: ana },
			{ chatId: hidden, from: ana },
		],
		['nobody tells the phone', { remoteJid: hidden }, { chatId: hidden, from: hidden }],
		[
			'a known person has a hidden address too',
			{ remoteJid: ana, remoteJidAlt: hidden },
			{ chatId: ana, from: ana },
		],
		[
			'we write to a hidden person',
			{ remoteJid: hidden, remoteJidAlt: ana, fromMe: true },
			{ chatId: hidden, from: me, to: ana },
		],
		[
			'a person writes in a group',
			{ remoteJid: '1203@g.us', participant: '551188887777:3@s.whatsapp.net' },
			{ chatId: '1203@g.us', from: ana, to: me, isGroup: true, author: ana },
		],
		[
			'a hidden person writes in a group',
			{ remoteJid: '1203@g.us', participant: hidden, participantAlt: ana },
			{ from: ana, author: hidden, isGroup: true },
		],
		[
			'the same, in another field',
			{ remoteJid: '1203@g.us', participant: hidden, participantPn: ana },
			{ from: ana, author: hidden },
		],
		[
			'a status of a person',
			{ remoteJid: 'status@broadcast', participant: ana },
			{ chatId: 'status@broadcast', from: ana, isGroup: false, author: null },
		],
		['addresses of a strange form', { remoteJid: 5, fromMe: 'yes' }, { chatId: null, from: null }],
		[
			'flags as text, addresses as objects',
			{ remoteJid: [{ user: '551188887777', server: 'c.us' }], fromMe: 'true' },
			{ chatId: ana, from: me, to: ana, fromMe: true },
		],
		[
			'we write in a group under our hidden address, which the gateway does not know',
			{ remoteJid: '1203@g.us', participant: '77665544:9@lid', fromMe: false },
			{ chatId: '1203@g.us', from: me, fromMe: true, author: '77665544@lid' },
		],
		[
			'the same, known by the phone beside it',
			{ remoteJid: '1203@g.us', participant: '1@lid', participantAlt: me, fromMe: false },
			{ fromMe: true },
		],
	])('%s', (_name, key, expected) => {
		expect(addresses(key)).toMatchObject(expected);
	});

	test('a key has an id, one that has lost no digits', () => {
		for (const key of [
			null,
			{},
			{ id: '' },
			{ id: {} },
			{ id: 2 ** 60 },
			{ id: 'x'.repeat(513) },
		]) {
			expect(readBaileysKey(key)).toBeUndefined();
		}
		expect(readBaileysKey([{ ID: 5 }])?.id).toBe('5');
	});

	test('a contact who changes a message names its key from their own side', () => {
		const key = (more: object) =>
			readBaileysKey({ id: 'M1', remoteJid: me, fromMe: true, ...more });
		const seen = (more: object) => {
			const read = key(more);
			return read && fromOurSide(read, [me]);
		};
		expect(seen({})).toMatchObject({ id: 'M1', remoteJid: null, fromMe: false });
		expect(seen({ remoteJid: ana })).toEqual(key({ remoteJid: ana }));
		expect(seen({ fromMe: false })).toEqual(key({ fromMe: false }));
	});
});

test.each([
	[5, 5],
	['17', 17],
	[{ low: 1717604327, high: 0, unsigned: true }, 1717604327],
	[{ low: -382591400, high: 399, unsigned: false }, 1717604327000],
	[Number.NaN, undefined],
	['x', undefined],
	['-1', -1],
	[' 17.5 ', 17.5],
	[{ low: '1' }, undefined],
	[null, undefined],
])('the protobuf number %j is %s', (value, expected) => {
	expect(readProtobufNumber(value)).toBe(expected);
});

test('whatever JSON it is: never an exception', () => {
	const names = fc.constantFrom(
		'imageMessage',
		'protocolMessage',
		'reactionMessage',
		'ephemeralMessage',
		'message',
		'key',
		'contextInfo',
		'interactiveMessage',
		'body',
	);
	const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
		tree: fc.oneof(
			{ maxDepth: 5 },
			fc.jsonValue(),
			fc.dictionary(names, tie('tree'), { maxKeys: 4 }),
		),
	}));
	fc.assert(
		fc.property(tree, (message) => {
			expect(readBaileysContent(message).kind).toBeTypeOf('string');
			expect(() => readBaileysKey(message)).not.toThrow();
		}),
		{ numRuns: 500 },
	);
});
