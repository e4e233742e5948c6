import type { SendRequest } from '../arguments.mts';
import { QR_CODE, seconds, SESSION, SHOP, type GatewayEvents } from './whatsapp.mts';

const phone = (number: string) => `${number}@s.whatsapp.net`;

function message(
	{ id, from }: SendRequest,
	content: object,
	{ key, event = 'messages.upsert' }: { key?: object; event?: string } = {},
) {
	const data = {
		key: { remoteJid: phone(from), fromMe: false, id, ...key },
		pushName: 'Ana',
		message: content,
		messageType: Object.keys(content)[0],
		messageTimestamp: seconds(),
	};
	return { event, data };
}

/** The servers' words: ERROR, DELIVERY_ACK, READ. */
function update({ id, from }: SendRequest, status: string) {
	const data = { keyId: id, remoteJid: phone(from), fromMe: true, status };
	return { event: 'messages.update', data };
}

/** `statusReason` is an HTTP-like number of Baileys; 401: the phone has logged the session out. */
function connection(state: string, statusReason: number) {
	const wuid = phone(SHOP);
	return { event: 'connection.update', data: { instance: SESSION, wuid, state, statusReason } };
}

/** Events as Evolution API 2.3.7 posts them. */
export const EU_ATENDO_EVENTS: GatewayEvents = {
	'whatsapp.message.received': (request) => message(request, { conversation: request.text }),
	'whatsapp.message.sent': (request) =>
		message(
			request,
			{ conversation: request.text },
			{ key: { fromMe: true }, event: 'send.message' },
		),
	'whatsapp.message.edited': ({ id, text }) => ({
		event: 'messages.edited',
		data: {
			// Whoever edits writes the key from their own side.
			key: { remoteJid: phone(SHOP), fromMe: true, id },
			type: 'MESSAGE_EDIT',
			editedMessage: { conversation: text },
			timestampMs: String(Date.now()),
		},
	}),
	'whatsapp.message.reaction': (request) =>
		message(request, {
			reactionMessage: {
				key: { remoteJid: phone(request.from), fromMe: true, id: `${request.id}-REACTED-TO` },
				text: request.text,
				senderTimestampMs: String(Date.now()),
			},
		}),
	'whatsapp.message.deleted': ({ id, from }) => ({
		event: 'messages.delete',
		data: { remoteJid: phone(from), fromMe: false, id, status: 'DELETED' },
	}),
	'whatsapp.channel.posted': (request) =>
		message(
			request,
			{ conversation: request.text },
			{ key: { remoteJid: '120363000000000000@newsletter' } },
		),
	'whatsapp.status.posted': (request) =>
		message(
			request,
			{ conversation: request.text },
			{ key: { remoteJid: 'status@broadcast', participant: phone(request.from) } },
		),
	'whatsapp.message.delivered': (request) => update(request, 'DELIVERY_ACK'),
	'whatsapp.message.read': (request) => update(request, 'READ'),
	'whatsapp.message.failed': (request) => update(request, 'ERROR'),
	'whatsapp.session.connected': () => connection('open', 200),
	'whatsapp.session.connecting': () => connection('connecting', 0),
	'whatsapp.session.disconnected': () => connection('close', 401),
	'whatsapp.session.qr': () => ({
		event: 'qrcode.updated',
		data: { qrcode: { instance: SESSION, code: '2@local-demo', base64: QR_CODE } },
	}),
};
