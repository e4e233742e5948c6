import type { Delivery, WebhookProvider } from '../../lib/receive/provider.ts';
import { parseJson } from '../../lib/event/json.ts';
import { inboxHubProvider } from '../../nodes/Baileys/gateways/inboxHub/provider.ts';
import { wahaProvider } from '../../nodes/Baileys/gateways/waha/provider.ts';
import { evolutionProvider } from '../../nodes/EuAtendo/provider.ts';
import { evolutionSettings } from '../../nodes/EuAtendo/settings.ts';
import { identifyKometia, KOMETIA, readEvent } from '../../nodes/Kometia/identify.ts';
import { yapeProvider } from '../../nodes/Yape/provider.ts';
import { yapeSettings } from '../../nodes/Yape/settings.ts';
import { bearer, frameOf, textMessage } from './evolutionApi.mts';
import { deletionBodies, editBodies, historyBody, voteBodies } from './evolutionBodies.mts';
import { receivedMessage, sign } from './inboxHub.mts';
import { signWaha, wahaBody, wahaMessage } from './waha.mts';
import { signers, yapeNotification, yapeRecord } from './yape.mts';

/** A sender whose deliveries are verified, with bodies of each kind that it sends. */
export interface VerifiedSender {
	readonly name: string;
	readonly provider: WebhookProvider<unknown>;
	readonly settings: unknown;
	readonly bodies: readonly object[];
	headers(body: string): Delivery['headers'];
	/** Whether a body names what the provider has to be asked about; without it nothing is verified. */
	mayBeVerified?(body: string): boolean;
}

const SECRET = 'current-secret-0123456789';
const secrets = { secrets: [SECRET] };

const DAY_MS = 86_400_000;

/** Every webhook provider of the package, in each way of verifying. */
export function verifiedSenders(): VerifiedSender[] {
	const token = bearer(SECRET);
	const evolution = (verification: string) => ({
		name: `evolution (${verification})`,
		// One token for a run that may take hours.
		provider: evolutionProvider(() => DAY_MS) as WebhookProvider<unknown>,
		settings: evolutionSettings({ webhookSecret: SECRET, verification, headerName: 'x-secret' }),
		bodies: EVOLUTION_BODIES,
		headers: () => (verification === 'jwt' ? { authorization: token } : { 'x-secret': SECRET }),
	});
	const yape = (signatureScheme: keyof typeof signers) => ({
		name: `yape (${signatureScheme})`,
		provider: yapeProvider(
			() => ({ mapping: {}, furtherWallets: [], acceptUnknownApp: false }),
			() => undefined,
		) as WebhookProvider<unknown>,
		settings: yapeSettings({ webhookSecret: SECRET, signatureScheme }),
		bodies: YAPE_BODIES,
		headers: (body: string) => signers[signatureScheme](body, SECRET),
	});
	return [
		{
			name: 'inbox-hub',
			provider: inboxHubProvider as WebhookProvider<unknown>,
			settings: secrets,
			bodies: INBOX_HUB_BODIES,
			headers: (body) => ({ 'x-webhook-signature': sign(body, SECRET) }),
		},
		{
			name: 'waha',
			provider: wahaProvider as WebhookProvider<unknown>,
			settings: secrets,
			bodies: WAHA_BODIES,
			headers: (body) => ({ 'x-webhook-hmac': signWaha(body, SECRET) }),
		},
		evolution('jwt'),
		evolution('header'),
		{
			name: KOMETIA,
			provider: kometiaAnswering,
			settings: {},
			bodies: KOMETIA_BODIES,
			headers: () => ({}),
			mayBeVerified: (body) => readEvent(parseJson(Buffer.from(body))).id !== null,
		},
		yape('hmac'),
		yape('standardWebhooks'),
		yape('bearer'),
	];
}

/** Kometia, where its API knows every event and tells what was posted. */
const kometiaAnswering: WebhookProvider<unknown> = {
	name: KOMETIA,
	verify: ({ rawBody }) => {
		const body = parseJson(rawBody);
		return readEvent(body).id === null
			? { result: 'refused', reason: 'event_not_found' }
			: { result: 'verified', verification: 'api-lookup', body };
	},
	identify: (body, delivery) => identifyKometia(body, delivery, 'tienda'),
};

const hub = (event: string, data: object) => ({
	event,
	sessionId: 'sales_1',
	timestamp: 1762518118,
	data,
});

const INBOX_HUB_BODIES = [
	receivedMessage(),
	receivedMessage({
		media: { url: 'https://x/1', mimetype: 'image/jpeg', filesize: 5 },
		type: 'image',
	}),
	receivedMessage({ reactionMessage: { key: { id: 'T' }, text: '👍', senderTimestampMs: 1 } }),
	receivedMessage({ key: { id: 'K', remoteJid: '1@lid', participant: '2@lid', fromMe: false } }),
	hub('message.received', {
		id: { _serialized: 'false_34600@c.us_B1', id: 'B1', remote: '34600@c.us', fromMe: false },
		body: 'Hola',
		type: 'chat',
		hasMedia: true,
		mimetype: 'image/png',
	}),
	hub('message', {
		messageId: 'C1',
		from: '34600',
		to: '34911',
		message: 'Hola',
		contact: { name: 'Ana' },
	}),
	hub('message.edited', { messageId: 'C1', message: 'Hola' }),
	hub('message.ack', { messageId: 'C1', ack: 2, participant: '34600' }),
	hub('message.deleted', { messageId: 'C1' }),
	hub('message_status', { messageId: 'C1', status: 'READ' }),
	hub('session.connected', { phoneNumber: '34911' }),
	hub('session.qr', { qrCode: 'data:image/png;base64,AA', expiresAt: '2026-03-01T10:00:00Z' }),
	hub('session_status', { status: 'connected' }),
	hub('conversation.created', { id: 7 }),
];

const webjs = {
	_data: { type: 'chat', id: { id: 'W', remote: '34600@c.us', $1: 'false_34600@c.us_W' } },
};

const WAHA_BODIES = [
	wahaMessage('A1'),
	wahaMessage('A2', { ...webjs, hasMedia: true, media: { url: 'https://x', mimetype: 'a/b' } }),
	wahaMessage('A3', {
		_data: { Info: { ID: 'A3', PushName: 'Ana' }, Message: { imageMessage: { URL: 'x' } } },
	}),
	wahaMessage('A4', {
		_data: {
			message: {
				protocolMessage: { type: 14, key: { id: 'A1' }, editedMessage: { conversation: 'x' } },
			},
		},
	}),
	wahaMessage('A5', { editedMessageId: 'A1' }, { event: 'message.edited' }),
	wahaMessage(
		'A6',
		{ reaction: { text: '🙏', messageId: 'true_34600@c.us_A1' } },
		{ event: 'message.reaction' },
	),
	wahaBody(
		{
			id: 'true_1203@g.us_A1_9@lid',
			ack: 3,
			ackName: 'READ',
			_data: { receipt: { userJid: '1@c.us', readTimestamp: 5 } },
		},
		{ event: 'message.ack.group' },
	),
	wahaBody(
		{
			after: { id: 'false_1@c.us_N', _data: { protocolMessageKey: { id: 'A1' } } },
			before: { id: 'A1' },
			revokedMessageId: 'A1',
		},
		{ event: 'message.revoked' },
	),
	wahaBody(
		{ status: 'WORKING', statuses: [{ status: 'WORKING', timestamp: 1700000001000 }] },
		{ event: 'session.status' },
	),
	wahaBody({ id: 'call', from: '1@c.us' }, { event: 'call.received' }),
];

const evolutionMessage = (message: object, more: object = {}) => {
	const key = {
		remoteJid: '1203@g.us',
		participant: '1@lid',
		participantAlt: '55@s.whatsapp.net',
		fromMe: false,
		id: 'E1',
	};
	return frameOf('messages.upsert', { key, message, messageTimestamp: 1717604327, ...more });
};

const EVOLUTION_BODIES = [
	textMessage('E0'),
	evolutionMessage({
		imageMessage: { url: 'x', mimetype: 'a/b', fileLength: { low: 5, high: 0 } },
		mediaUrl: 'https://x',
	}),
	evolutionMessage({
		ephemeralMessage: {
			message: { extendedTextMessage: { text: 'Oi', contextInfo: { stanzaId: 'Q' } } },
		},
	}),
	evolutionMessage({
		interactiveResponseMessage: { nativeFlowResponseMessage: { paramsJson: '{"id":"1"}' } },
	}),
	evolutionMessage({
		reactionMessage: { key: { id: 'T' }, text: '👍', senderTimestampMs: '1717604327000' },
	}),
	evolutionMessage({ senderKeyDistributionMessage: { groupId: 'x' } }, { messageStubType: 2 }),
	...editBodies('2.3.7', { id: 'E1', text: 'x', at: 1717604327000 }),
	...voteBodies('2.3.7', 'P1', 'hoy'),
	...deletionBodies('2.4.0', 'E1'),
	historyBody('2.3.7'),
	frameOf('messages.update', {
		keyId: 'E1',
		remoteJid: '5@c.us',
		fromMe: true,
		status: 'READ',
		participant: 'x',
	}),
	frameOf('connection.update', { state: 'open', statusReason: 200, wuid: '55@s.whatsapp.net' }),
	frameOf('qrcode.updated', { qrcode: { code: '2@abc', base64: 'data:image/png;base64,AA' } }),
	frameOf('send.message.update', { key: { id: 'E1' }, message: { conversation: 'x' } }),
	frameOf('contacts.update', [{ remoteJid: '5@c.us' }]),
];

const KOMETIA_BODIES = [
	{
		id: 'evt_1',
		type: 'order.created',
		created_at: '2026-02-28T23:59:58-06:00',
		store: 'tienda',
		data: { id: 77 },
	},
	{
		id: 'delivery',
		event: { id: 'evt_2', name: 'order.paid', payload: { object: { id: 1 } }, created: 5 },
	},
	{ data: { id: 'evt_3', topic: 'x', shop_id: 5 } },
];

const YAPE_BODIES = [
	yapeNotification(),
	yapeRecord(),
	{
		android: { title: 'Yape', text: 'Ana te envió S/ 5' },
		pkg: 'com.bcp.innovacxion.yapeapp',
		postTime: 1772359200123,
	},
	{ notifications: [yapeNotification(), yapeNotification({ body: 'x' })], device: { id: 'p' } },
	{ text: 'Ana te yapeó S/ 1.00', from: '51900000001', timestamp: '1772359200' },
];
