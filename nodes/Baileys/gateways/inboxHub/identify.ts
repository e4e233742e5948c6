import type { ProviderEvent } from '../../../../lib/event/envelope';
import { type Delivery, readObject } from '../../../../lib/receive/provider';
import {
	controlEvent,
	editedEvent,
	messageEvent,
	sessionEvent,
	statusEvent,
	type WhatsAppOrigin,
} from '../../../../lib/whatsapp/whatsappEvents';
import {
	at,
	eventName,
	fieldsOf,
	idOf,
	momentOf,
	numberOf,
	textOf,
	type Fields,
} from '../../../../lib/whatsapp/fields';
import { addressOf } from '../../../../lib/whatsapp/jid';
import { otherWhatsAppType, whatsAppTypeFor } from '../../../../lib/whatsapp/vocabulary';
import { readMessage } from './message';

/** First part of every event's `source`. */
export const INBOX_HUB = 'inbox-hub';

/** One delivery of Inbox Hub, its frame read. */
interface Arrival {
	readonly origin: WhatsAppOrigin;
	readonly event: string;
	readonly data: Fields;
	/** When the event was made; undefined: not told. */
	readonly told: Date | undefined;
}

const REACTION_EVENT = 'message.reaction';

const MESSAGE_EVENTS = new Set([
	'message',
	'message.received',
	'message.sent',
	'message.edited',
	REACTION_EVENT,
]);

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

const SESSION_STATUS_NAMES: ReadonlyMap<string, string> = new Map([
	['connected', 'session.connected'],
	['connecting', 'session.connecting'],
	['disconnected', 'session.disconnected'],
	['qr', 'session.qr'],
	['qr_code', 'session.qr'],
]);

/** Where the id of a message stands that something happened to, in the three shapes. */
const STATUS_IDS = [
	// Of a deletion, whose notice has an id of its own.
	'protocolMessage.key.id',
	'message.protocolMessage.key.id',
	'message.message.protocolMessage.key.id',
	'revokedMessageId',
	'messageId',
	'whatsappMessageId',
	'message.whatsappMessageId',
	'message.messageId',
	'message.key.id',
	'key.id',
	'keys.id',
	'id.id',
	'id',
	'message.id',
] as const;

/**
 * Turns a body of Inbox Hub into an event of the common WhatsApp vocabulary. What has no word, and
 * what does not look as it should, becomes `whatsapp.other.<event>` with all of it in `raw`.
 *
 * @throws {MalformedBodyError} where the body is no JSON object
 */
export function identifyInboxHub(body: unknown, delivery: Delivery): ProviderEvent {
	const frame = readObject(body);
	const data = fieldsOf(at(frame, 'data')) ?? {};
	const event = eventName(at(frame, 'event'));
	const arrival: Arrival = {
		origin: {
			gateway: INBOX_HUB,
			session:
				idOf(at(data, 'sessionId')) ??
				idOf(at(frame, 'sessionId')) ??
				idOf(at(data, 'session_db_id')),
			raw: body,
			rawBody: delivery.rawBody,
			receivedAt: delivery.receivedAt,
		},
		event,
		data,
		told: momentOf(at(frame, 'timestamp')),
	};
	const known = MESSAGE_EVENTS.has(event)
		? readMessageEvent(arrival)
		: STATUS_EVENTS.has(event)
			? readStatus(arrival)
			: undefined;
	return known ?? readState(arrival);
}

function readMessageEvent({ origin, event, data, told }: Arrival): ProviderEvent | undefined {
	const { session, receivedAt, rawBody } = origin;
	const read = readMessage({ event, data, session, told, receivedAt });
	if (read === undefined) return undefined;
	const { message, change, control } = read;
	if (event === REACTION_EVENT && message.kind !== 'reaction') return undefined;
	const { messageId, chatId, from, fromMe, author } = message;
	const time = new Date(message.timestamp);
	if (change?.what === 'deleted') {
		const id = change.id ?? messageId;
		return statusEvent(origin, event, { messageId: id, status: 'deleted', chatId, time });
	}
	if (change?.what === 'edited') {
		const edited = { ...message, messageId: change.id ?? messageId };
		return editedEvent(origin, edited, JSON.stringify([message.kind, message.text]));
	}
	if (control !== undefined) {
		const about = { messageId, chatId, from, fromMe, author };
		return controlEvent(origin, event, { ...about, content: control, time });
	}
	const isEdit = event === 'message.edited' && message.kind !== 'reaction';
	return isEdit ? editedEvent(origin, message, rawBody) : messageEvent(origin, message);
}

function readStatus({ origin, event, data, told }: Arrival): ProviderEvent | undefined {
	const [messageId] = STATUS_IDS.map((path) => idOf(at(data, path))).filter((id) => id !== null);
	if (messageId === undefined) return undefined;
	const ack = numberOf(at(data, 'ack'));
	return statusEvent(origin, event, {
		messageId,
		status: statusWord(event, ack, textOf(at(data, 'status', 'ack'))),
		ack,
		chatId: addressOf(at(data, 'chatId', 'to')),
		participant: textOf(at(data, 'participant')),
		error: at(data, 'error'),
		time: momentOf(at(data, 'timestamp')) ?? told,
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
function readState({ origin, event, data, told }: Arrival): ProviderEvent {
	const status = textOf(at(data, 'status'))?.toLowerCase() ?? '';
	const name = event === 'session_status' ? (SESSION_STATUS_NAMES.get(status) ?? event) : event;
	return sessionEvent(origin, {
		type: name.startsWith('session.') ? whatsAppTypeFor(name) : otherWhatsAppType(name),
		name,
		phoneNumber: idOf(at(data, 'phoneNumber')),
		reason: at(data, 'reason'),
		qrCode: textOf(at(data, 'qrCode')),
		expiresAt: momentOf(at(data, 'expiresAt')),
		time: momentOf(at(data, 'timestamp')) ?? told,
	});
}
