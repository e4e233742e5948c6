import type { SendRequest } from '../arguments.mts';
import { seconds, SESSION, SHOP, type GatewayEvents } from './whatsapp.mts';

const phone = (number: string) => `${number}@c.us`;

function message({ text, id, from }: SendRequest, event: string, more: object = {}) {
	const data = {
		id: `false_${phone(from)}_${id}`,
		timestamp: seconds(),
		from: phone(from),
		fromMe: false,
		to: phone(SHOP),
		body: text,
		hasMedia: false,
		...more,
	};
	return { event, data };
}

/** `ack` as WAHA counts: -1 error, 2 device, 3 read. */
function acknowledgement({ id, from }: SendRequest, ack: number, ackName: string) {
	const messageId = `true_${phone(from)}_${id}`;
	const data = { id: messageId, from: phone(SHOP), to: phone(from), fromMe: true, ack, ackName };
	return { event: 'message.ack', data };
}

function session(status: string) {
	return { event: 'session.status', data: { name: SESSION, status } };
}

/** Events as WAHA posts them; what is `data` here is its `payload`. */
export const WAHA_EVENTS: GatewayEvents = {
	'whatsapp.message.received': (request) => message(request, 'message'),
	'whatsapp.message.sent': (request) =>
		message(request, 'message.any', {
			id: `true_${phone(request.from)}_${request.id}`,
			fromMe: true,
			from: phone(SHOP),
			to: phone(request.from),
		}),
	'whatsapp.message.edited': (request) =>
		message(request, 'message.edited', {
			id: `false_${phone(request.from)}_${request.id}-EDIT`,
			editedMessageId: request.id,
		}),
	'whatsapp.message.reaction': (request) =>
		message(request, 'message.reaction', {
			reaction: {
				text: request.text,
				messageId: `true_${phone(request.from)}_${request.id}-REACTED-TO`,
			},
		}),
	'whatsapp.message.deleted': (request) => {
		const { data } = message(request, 'message.revoked');
		return { event: 'message.revoked', data: { after: null, before: data } };
	},
	'whatsapp.channel.posted': (request) =>
		message(request, 'message.any', {
			id: `false_120363000000000000@newsletter_${request.id}`,
			from: '120363000000000000@newsletter',
		}),
	'whatsapp.status.posted': (request) =>
		message(request, 'message.any', {
			id: `false_status@broadcast_${request.id}_${phone(request.from)}`,
			from: 'status@broadcast',
			participant: phone(request.from),
		}),
	'whatsapp.message.delivered': (request) => acknowledgement(request, 2, 'DEVICE'),
	'whatsapp.message.read': (request) => acknowledgement(request, 3, 'READ'),
	'whatsapp.message.failed': (request) => acknowledgement(request, -1, 'ERROR'),
	'whatsapp.session.connected': () => session('WORKING'),
	'whatsapp.session.connecting': () => session('STARTING'),
	'whatsapp.session.disconnected': () => session('STOPPED'),
	'whatsapp.session.qr': () => session('SCAN_QR_CODE'),
};
