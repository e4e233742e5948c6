import type { ProviderEvent } from '../../../../lib/event/envelope';
import { readTime } from '../../../../lib/event/time';
import { headerValues, type Delivery, readObject } from '../../../../lib/receive/provider';
import { REVOKE } from '../../../../lib/whatsapp/baileysEvents';
import { readBaileysContent, type BaileysContent } from '../../../../lib/whatsapp/baileysMessage';
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
	firstText,
	flagOf,
	idOf,
	momentOf,
	numberOf,
	textOf,
} from '../../../../lib/whatsapp/fields';
import { addressOf } from '../../../../lib/whatsapp/jid';
import type { WhatsAppMessage } from '../../../../lib/whatsapp/message';
import { isRevokedType } from '../../../../lib/whatsapp/noticeTypes';
import { otherWhatsAppType, whatsAppTypeFor } from '../../../../lib/whatsapp/vocabulary';
import { controlIn, engineContent, readMessage } from './message';
import { messageIdOf, parseMessageId, type WahaMessageId } from './messageId';

/** First part of every event's `source`. */
export const WAHA = 'waha';

/** One delivery of WAHA, its frame read. */
interface Arrival {
	readonly origin: WhatsAppOrigin;
	/** WAHA's name of the event. */
	readonly event: string;
	readonly payload: unknown;
	/** The session's own addresses, the phone's first. */
	readonly own: readonly string[];
	/** When WAHA made the event, else when it came. */
	readonly time: Date;
	/** The same, but undefined where nothing but that tells the event from an equal one. */
	readonly ownTime: Date | undefined;
	/** The event's own id, else that of the delivery, which its retries share. */
	readonly id: string | null;
}

/** @returns undefined where the payload does not hold what the event's name says */
type Reader = (arrival: Arrival) => ProviderEvent | undefined;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
	['message', readMessageEvent],
	['message.any', readMessageEvent],
	['message.reaction', readReaction],
	['message.edited', readEdit],
	['message.revoked', readRevocation],
	['message.ack', readAcknowledgement],
	['message.ack.group', readAcknowledgement],
	['session.status', readSessionStatus],
]);

/** Numbers and names of `ack`; playing has no word in the vocabulary. */
const ACK_WORDS: ReadonlyMap<string, string> = new Map([
	['-1', 'failed'],
	['0', 'pending'],
	['1', 'sent'],
	['2', 'delivered'],
	['3', 'read'],
	['4', 'played'],
	['ERROR', 'failed'],
	['PENDING', 'pending'],
	['SERVER', 'sent'],
	['DEVICE', 'delivered'],
	['READ', 'read'],
	['PLAYED', 'played'],
]);

const SESSION_WORDS: ReadonlyMap<string, string> = new Map([
	['STARTING', 'session.connecting'],
	['SCAN_QR_CODE', 'session.qr'],
	['WORKING', 'session.connected'],
	['STOPPED', 'session.disconnected'],
	['FAILED', 'session.disconnected'],
]);

/**
 * Turns a body of WAHA into an event of the common WhatsApp vocabulary. `message` and `message.any`,
 * of which WAHA sends both for one message, become the same event. What has no word, and what does
 * not look as it should, becomes `whatsapp.other.<event>` with all of it in `raw`.
 *
 * @throws {MalformedBodyError} where the body is no JSON object
 */
export function identifyWaha(body: unknown, delivery: Delivery): ProviderEvent {
	const frame = readObject(body);
	const header = (name: string) => headerValues(delivery.headers, name)[0] ?? null;
	const told = momentOf(at(frame, 'timestamp'));
	const time = told ?? readTime(header('x-webhook-timestamp')) ?? delivery.receivedAt;
	const id = idOf(at(frame, 'id')) ?? header('x-webhook-request-id');
	const event = eventName(at(frame, 'event'));
	const arrival: Arrival = {
		origin: {
			gateway: WAHA,
			session: idOf(at(frame, 'session')) ?? idOf(at(frame, 'session.name')),
			raw: body,
			rawBody: delivery.rawBody,
			receivedAt: delivery.receivedAt,
		},
		event,
		payload: at(frame, 'payload'),
		own: ownAddresses(at(frame, 'me')),
		time,
		ownTime: id === null ? told : time,
		id,
	};
	return READERS.get(event)?.(arrival) ?? readOther(arrival);
}

/** WhatsApp knows a session by its phone and by the address that hides it. */
function ownAddresses(me: unknown): string[] {
	const told = ['id', 'jid', 'lid'].map((name) => addressOf(at(me, name)));
	return told.filter((address) => address !== null);
}

function readMessageEvent(arrival: Arrival): ProviderEvent | undefined {
	const { origin, payload, event } = arrival;
	const id = messageIdOf(payload);
	if (id === undefined) return undefined;
	const content = engineContent(payload);
	if (isRevokedType(firstText(payload, '_data.type'))) return deletion(arrival, payload, undefined);
	if (content?.change?.what === 'deleted') return deletion(arrival, payload, content);
	const control = controlIn(payload, content);
	const isEdited = content?.isEdited === true || flagOf(at(payload, '_data.IsEdit')) === true;
	if (content?.change?.what === 'edited' || (isEdited && control === undefined)) {
		return edition(arrival, id, content);
	}
	if (control === REVOKE) return deletion(arrival, payload, undefined);
	const message = toMessage(arrival, id, content);
	if (control === undefined) return messageEvent(origin, message);
	const { messageId, chatId, from, fromMe, author } = message;
	const time = new Date(message.timestamp);
	const about = { messageId, chatId, from, fromMe, author };
	return controlEvent(origin, event, { ...about, content: control, time });
}

function readReaction(arrival: Arrival): ProviderEvent | undefined {
	const { payload, origin } = arrival;
	const id = messageIdOf(payload);
	const made = at(payload, 'reaction');
	const content = engineContent(payload);
	const target = parseMessageId(at(made, 'messageId'))?.id ?? content?.quotedMessageId;
	if (id === undefined || !target) return undefined;
	return messageEvent(origin, {
		...toMessage(arrival, id, content),
		kind: 'reaction',
		text: textOf(at(made, 'text')) ?? textOf(made) ?? '',
		media: null,
		quotedMessageId: target,
	});
}

function readEdit(arrival: Arrival): ProviderEvent | undefined {
	const id = messageIdOf(arrival.payload);
	return id && edition(arrival, id, engineContent(arrival.payload));
}

/** An edit is a message of its own, at WEBJS under the id of the one that it changes. */
function edition(
	arrival: Arrival,
	id: WahaMessageId,
	told: BaileysContent | undefined,
): ProviderEvent {
	const { origin, payload } = arrival;
	const change = told?.change?.what === 'edited' ? told.change : undefined;
	const content = change === undefined ? told : readBaileysContent(change.content);
	const edited = toMessage(arrival, id, content);
	const target =
		parseMessageId(at(payload, 'editedMessageId')) ?? parseMessageId(at(change?.key, 'id'));
	const messageId = target?.id ?? id.id;
	return editedEvent(
		origin,
		{ ...edited, messageId },
		// Two events, and two webhooks of one session, tell the same edit.
		messageId === id.id ? contentIdentity(arrival, edited) : id.id,
	);
}

function contentIdentity({ origin, payload }: Arrival, { kind, text }: WhatsAppMessage) {
	if (text === null) return origin.rawBody;
	const editedAt = firstText(payload, '_data.latestEditSenderTimestampMs');
	return JSON.stringify([kind, text, editedAt]);
}

function readRevocation(arrival: Arrival): ProviderEvent | undefined {
	const { payload } = arrival;
	const told = at(payload, 'after', 'before');
	return deletion(arrival, told, told === undefined ? undefined : engineContent(told));
}

/**
 * A deletion names the message that is gone. The notice of it has an id of its own, and what WEBJS
 * calls `before` at times has the notice's too.
 *
 * @param notice what came in the message's place
 */
function deletion(
	{ origin, payload, event, time }: Arrival,
	notice: unknown,
	content: BaileysContent | undefined,
): ProviderEvent | undefined {
	const told = messageIdOf(notice);
	const id =
		parseMessageId(at(payload, 'revokedMessageId')) ??
		parseMessageId(at(notice, '_data.protocolMessageKey')) ??
		parseMessageId(at(payload, 'before._data.protocolMessageKey')) ??
		parseMessageId(at(content?.change?.key, 'id')) ??
		messageIdOf(at(payload, 'before')) ??
		told;
	if (id === undefined) return undefined;
	return statusEvent(origin, event, {
		messageId: id.id,
		status: 'deleted',
		chatId: told?.chat ?? textOf(at(notice, 'from')) ?? id.chat,
		participant: textOf(at(notice, 'participant', 'author')),
		time,
	});
}

function readAcknowledgement({ origin, event, payload, time }: Arrival): ProviderEvent | undefined {
	const id = messageIdOf(payload);
	if (id === undefined) return undefined;
	const receipt = at(payload, '_data.receipt');
	const ack = numberOf(at(payload, 'ack'));
	const name = textOf(at(payload, 'ackName'))?.toUpperCase() ?? '';
	return statusEvent(origin, event, {
		messageId: id.id,
		status: ACK_WORDS.get(name) ?? ACK_WORDS.get(String(ack)) ?? 'unknown',
		ack,
		chatId: id.chat ?? textOf(at(payload, 'from')),
		participant: textOf(at(receipt, 'userJid')) ?? textOf(at(payload, 'participant')),
		time:
			momentOf(at(receipt, 'playedTimestamp')) ??
			momentOf(at(receipt, 'readTimestamp')) ??
			momentOf(at(payload, 'timestamp')) ??
			time,
	});
}

function readSessionStatus({
	origin,
	event,
	payload,
	own,
	ownTime,
	id,
}: Arrival): ProviderEvent | undefined {
	const status = (textOf(at(payload, 'status')) ?? textOf(payload))?.trim();
	if (!status) return undefined;
	const name = SESSION_WORDS.get(status.toUpperCase());
	const statuses = [at(payload, 'statuses')].flat();
	const since = statuses.findLast((one) => textOf(at(one, 'status')) === status);
	const phone = own.find((address) => address.endsWith('@s.whatsapp.net'));
	return sessionEvent(origin, {
		type: whatsAppTypeFor(name ?? event),
		name: event,
		id,
		phoneNumber: phone?.replace(/@.*$/, '') ?? null,
		reason: name === 'session.disconnected' ? status : null,
		time: momentOf(at(since, 'timestamp')) ?? ownTime,
	});
}

/** Calls, groups, polls, labels, presences and whatever is new. */
function readOther({ origin, event, ownTime, id }: Arrival): ProviderEvent {
	return sessionEvent(origin, { type: otherWhatsAppType(event), name: event, id, time: ownTime });
}

function toMessage(
	{ origin, own, payload, time }: Arrival,
	id: WahaMessageId,
	content: BaileysContent | undefined,
): WhatsAppMessage {
	return readMessage(payload, id, content, {
		session: origin.session,
		own,
		time: momentOf(at(payload, 'timestamp')) ?? time,
	});
}
