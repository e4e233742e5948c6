import type { SendRequest } from '../arguments.mts';
import { QR_CODE, seconds, SESSION, SHOP, wordOf, type GatewayEvents } from './whatsapp.mts';

const phone = (number: string) => `${number}@s.whatsapp.net`;

function message({ text, id, from }: SendRequest, event: string, more: object = {}) {
	return {
		event,
		data: {
			sessionId: SESSION,
			session_db_id: 1,
			message: {
				whatsappMessageId: id,
				content: text,
				chatId: phone(from),
				from: phone(from),
				to: SHOP,
				timestamp: seconds(),
				type: 'text',
				has_attachment: false,
				media: null,
				...more,
			},
		},
	};
}

/** What became of the message with the given id. */
function status({ id, from, type }: SendRequest, more: object = {}) {
	return {
		event: `message.${wordOf(type)}`,
		data: {
			sessionId: SESSION,
			messageId: id,
			chatId: phone(from),
			timestamp: seconds(),
			...more,
		},
	};
}

function session({ type }: SendRequest, more: object = {}) {
	return {
		event: `session.${wordOf(type)}`,
		data: { sessionId: SESSION, timestamp: seconds(), ...more },
	};
}

/** Events as Inbox Hub posts them. */
export const INBOX_HUB_EVENTS: GatewayEvents = {
	'whatsapp.message.received': (request) => message(request, 'message.received'),
	'whatsapp.message.sent': (request) =>
		message(request, 'message.sent', { from: phone(SHOP), to: request.from, fromMe: true }),
	'whatsapp.message.edited': (request) => message(request, 'message.edited'),
	'whatsapp.message.reaction': (request) =>
		message(request, 'message.reaction', {
			reactionMessage: {
				key: { id: `${request.id}-REACTED-TO`, remoteJid: phone(request.from), fromMe: true },
				text: request.text,
			},
		}),
	'whatsapp.channel.posted': (request) =>
		message(request, 'message.received', {
			chatId: '120363000000000000@newsletter',
			from: '120363000000000000@newsletter',
		}),
	'whatsapp.status.posted': (request) =>
		message(request, 'message.received', {
			chatId: 'status@broadcast',
			participant: phone(request.from),
		}),
	'whatsapp.message.delivered': (request) => status(request),
	'whatsapp.message.read': (request) => status(request),
	'whatsapp.message.deleted': (request) => status(request),
	'whatsapp.message.failed': (request) => status(request, { error: 'not on WhatsApp' }),
	'whatsapp.session.connected': (request) => session(request, { phoneNumber: SHOP }),
	'whatsapp.session.connecting': (request) => session(request),
	'whatsapp.session.disconnected': (request) => session(request, { reason: 'logged out' }),
	'whatsapp.session.qr': (request) => session(request, { qrCode: QR_CODE }),
};
