import type { ProviderEvent } from '../../../../lib/event/envelope';
import { readTime } from '../../../../lib/event/time';
import { headerValues, type Delivery } from '../../../../lib/receive/delivery';
import { MalformedBodyError } from '../../../../lib/receive/provider';
import { read } from '../../../../lib/receive/readSchema';
import {
	editedEvent,
	messageEvent,
	sessionEvent,
	statusEvent,
	type WhatsAppOrigin,
} from '../../../../lib/whatsapp/events';
import { otherWhatsAppType, whatsAppTypeFor } from '../../../../lib/whatsapp/vocabulary';
import { readMessage } from './message';
import { parseMessageId } from './messageId';
import {
	acknowledgement,
	edit,
	frame,
	message,
	reaction,
	revocation,
	sessionStatus,
	type Frame,
} from './schema';

/** First part of every event's `source`. */
export const WAHA = 'waha';

/** One delivery of WAHA, its frame read. */
interface Arrival {
	readonly origin: WhatsAppOrigin;
	readonly frame: Frame;
	/** When WAHA made the event, else when it came. */
	readonly time: Date;
	/** The same, but undefined where nothing but that tells the event from an equal one. */
	readonly ownTime: Date | undefined;
	/** The event's own id, else that of the delivery, which its retries share. */
	readonly id: string | null;
}

const READERS: Readonly<Record<string, (arrival: Arrival) => ProviderEvent>> = {
	message: readMessageEvent,
	'message.any': readMessageEvent,
	'message.reaction': readReaction,
	'message.edited': readEdit,
	'message.revoked': readRevocation,
	'message.ack': readAcknowledgement,
	'message.ack.group': readAcknowledgement,
	'session.status': readSessionStatus,
};

/** Numbers and names of `ack`; playing has no word in the vocabulary. */
const ACK_WORDS: Readonly<Record<string, string>> = {
	'-1': 'failed',
	'0': 'pending',
	'1': 'sent',
	'2': 'delivered',
	'3': 'read',
	'4': 'played',
	ERROR: 'failed',
	PENDING: 'pending',
	SERVER: 'sent',
	DEVICE: 'delivered',
	READ: 'read',
	PLAYED: 'played',
};

const SESSION_WORDS: Readonly<Record<string, string>> = {
	STARTING: 'session.connecting',
	SCAN_QR_CODE: 'session.qr',
	WORKING: 'session.connected',
	STOPPED: 'session.disconnected',
	FAILED: 'session.disconnected',
};

/**
 * Turns a body of WAHA into an event of the common WhatsApp vocabulary. `message` and `message.any`,
 * of which WAHA sends both for one message, become the same event.
 *
 * @throws {MalformedBodyError} naming the field that makes no sense
 */
export function identifyWaha(body: unknown, delivery: Delivery): ProviderEvent {
	const readFrame = read(frame, body, '');
	const header = (name: string) => headerValues(delivery.headers, name)[0] ?? null;
	const told = readTime(readFrame.timestamp);
	const time = told ?? readTime(header('x-webhook-timestamp')) ?? delivery.receivedAt;
	const id = readFrame.id ?? header('x-webhook-request-id');
	const arrival: Arrival = {
		origin: {
			gateway: WAHA,
			session: readFrame.session ?? null,
			raw: body,
			rawBody: delivery.rawBody,
			receivedAt: delivery.receivedAt,
		},
		frame: readFrame,
		time,
		ownTime: id === null ? told : time,
		id,
	};
	const reader = Object.hasOwn(READERS, readFrame.event) ? READERS[readFrame.event] : undefined;
	return (reader ?? readOther)(arrival);
}

function readMessageEvent(arrival: Arrival): ProviderEvent {
	return messageEvent(arrival.origin, toMessage(arrival));
}

function readReaction(arrival: Arrival): ProviderEvent {
	const { reaction: made } = read(reaction, arrival.frame.payload, 'payload');
	return messageEvent(arrival.origin, {
		...toMessage(arrival),
		kind: 'reaction',
		text: made.text ?? '',
		media: null,
		quotedMessageId: parseMessageId(made.messageId).id,
	});
}

/** An edit is a message of its own, at WEBJS under the id of the one that it changes. */
function readEdit(arrival: Arrival): ProviderEvent {
	const { origin, frame } = arrival;
	const edited = toMessage(arrival);
	const { editedMessageId } = read(edit, frame.payload, 'payload');
	const messageId = editedMessageId ? parseMessageId(editedMessageId).id : edited.messageId;
	const hasOwnId = messageId !== edited.messageId;
	return editedEvent(
		// Two webhooks of one session tell the same edit under two event ids.
		hasOwnId ? { ...origin, rawBody: Buffer.from(edited.messageId) } : origin,
		{ ...edited, messageId },
	);
}

function readRevocation({ origin, frame, time }: Arrival): ProviderEvent {
	const { revokedMessageId, before, after } = read(revocation, frame.payload, 'payload');
	const told = after ?? before;
	const id = revokedMessageId ?? before?.id ?? after?.id;
	if (!id) throw new MalformedBodyError('payload.revokedMessageId', 'Required');
	return statusEvent(origin, frame.event, {
		messageId: parseMessageId(id).id,
		status: 'deleted',
		chatId: told ? (parseMessageId(told.id).chat ?? told.from ?? null) : parseMessageId(id).chat,
		participant: told?.participant ?? told?.author ?? null,
		time,
	});
}

function readAcknowledgement({ origin, frame, time }: Arrival): ProviderEvent {
	const told = read(acknowledgement, frame.payload, 'payload');
	const parsed = parseMessageId(told.id);
	const receipt = told._data?.receipt;
	return statusEvent(origin, frame.event, {
		messageId: parsed.id,
		status: ACK_WORDS[told.ackName ?? ''] ?? ACK_WORDS[String(told.ack)] ?? 'unknown',
		ack: told.ack ?? null,
		chatId: parsed.chat ?? told.from ?? null,
		participant: receipt?.userJid ?? told.participant ?? null,
		time:
			readTime(receipt?.playedTimestamp) ??
			readTime(receipt?.readTimestamp) ??
			readTime(told.timestamp) ??
			time,
	});
}

function readSessionStatus({ origin, frame, ownTime, id }: Arrival): ProviderEvent {
	const { status, statuses } = read(sessionStatus, frame.payload, 'payload');
	const name = Object.hasOwn(SESSION_WORDS, status) ? SESSION_WORDS[status] : undefined;
	const since = statuses?.findLast((one) => one.status === status)?.timestamp;
	return sessionEvent(origin, {
		type: whatsAppTypeFor(name ?? frame.event),
		name: frame.event,
		id,
		phoneNumber: /^(\d+)(?::\d+)?@(?:c\.us|s\.whatsapp\.net)$/.exec(frame.me?.id ?? '')?.[1],
		reason: name === 'session.disconnected' ? status : null,
		time: readTime(since) ?? ownTime,
	});
}

/** Calls, groups, polls, labels, presences and whatever is new. */
function readOther({ origin, frame, ownTime, id }: Arrival): ProviderEvent {
	const { event } = frame;
	return sessionEvent(origin, { type: otherWhatsAppType(event), name: event, id, time: ownTime });
}

function toMessage({ origin, frame, time }: Arrival) {
	const told = read(message, frame.payload, 'payload');
	return readMessage(told, {
		session: origin.session,
		own: frame.me?.id ?? null,
		time: readTime(told.timestamp) ?? time,
	});
}
