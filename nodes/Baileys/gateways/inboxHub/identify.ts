import type { ProviderEvent } from '../../../../lib/event/envelope';
import { readTime } from '../../../../lib/event/time';
import type { Delivery } from '../../../../lib/receive/delivery';
import { read } from '../../../../lib/receive/readSchema';
import {
	editedEvent,
	messageEvent,
	sessionEvent,
	statusEvent,
	type WhatsAppOrigin,
} from '../../../../lib/whatsapp/events';
import { whatsAppTypeFor } from '../../../../lib/whatsapp/vocabulary';
import { readMessage } from './message';
import { frame, messageStatus, sessionState, type Frame } from './schema';

/** First part of every event's `source`. */
export const INBOX_HUB = 'inbox-hub';

const MESSAGE_EVENTS = new Set(['message', 'message.received', 'message.sent', 'message.edited']);

const STATUS_EVENTS = new Set([
	'message.ack',
	'message.delivered',
	'message.read',
	'message.failed',
	'message.deleted',
	'message_status',
]);

/** `message.ack` counts 0 pending, 1 server, 2 delivered, 3 read; there is no word for pending. */
const ACK_NAMES = ['pending', 'sent', 'delivered', 'read'] as const;

const SESSION_STATUS_NAMES: Readonly<Record<string, string>> = {
	connected: 'session.connected',
	connecting: 'session.connecting',
	disconnected: 'session.disconnected',
	qr: 'session.qr',
	qr_code: 'session.qr',
};

/**
 * Turns a body of Inbox Hub into an event of the common WhatsApp vocabulary.
 *
 * @throws {MalformedBodyError} naming the field that makes no sense
 */
export function identifyInboxHub(body: unknown, delivery: Delivery): ProviderEvent {
	const readFrame = read(frame, body, '');
	const { data, event } = readFrame;
	const origin: WhatsAppOrigin = {
		gateway: INBOX_HUB,
		session: data.sessionId ?? readFrame.sessionId ?? data.session_db_id ?? null,
		raw: body,
		rawBody: delivery.rawBody,
		receivedAt: delivery.receivedAt,
	};
	if (MESSAGE_EVENTS.has(event)) {
		const message = readMessage(readFrame, origin.session, delivery.receivedAt);
		const edited = event === 'message.edited' && message.kind !== 'reaction';
		return edited ? editedEvent(origin, message) : messageEvent(origin, message);
	}
	return STATUS_EVENTS.has(event) ? readStatus(origin, readFrame) : readState(origin, readFrame);
}

function readStatus(origin: WhatsAppOrigin, frame: Frame): ProviderEvent {
	const status = read(messageStatus, frame.data, 'data');
	return statusEvent(origin, frame.event, {
		messageId: status.messageId,
		status: statusWord(frame.event, status.ack ?? null, status.status ?? null),
		ack: status.ack ?? null,
		chatId: status.chatId ?? status.to ?? null,
		participant: status.participant ?? null,
		error: status.error,
		time: readTime(status.timestamp) ?? readTime(frame.timestamp),
	});
}

function statusWord(eventName: string, ack: number | null, status: string | null): string {
	if (eventName !== 'message.ack' && eventName !== 'message_status') {
		return eventName.slice('message.'.length);
	}
	if (ack !== null) return ACK_NAMES[ack] ?? `ack-${ack}`;
	return status?.toLowerCase() ?? 'unknown';
}

/** Sessions, and everything that has no word yet. */
function readState(origin: WhatsAppOrigin, frame: Frame): ProviderEvent {
	const state = read(sessionState, frame.data, 'data');
	const name =
		frame.event === 'session_status'
			? (SESSION_STATUS_NAMES[state.status?.toLowerCase() ?? ''] ?? frame.event)
			: frame.event;
	return sessionEvent(origin, {
		type: whatsAppTypeFor(name),
		name,
		phoneNumber: state.phoneNumber ?? null,
		reason: state.reason,
		qrCode: state.qrCode ?? null,
		expiresAt: readTime(state.expiresAt),
		time: readTime(state.timestamp) ?? readTime(frame.timestamp),
	});
}
