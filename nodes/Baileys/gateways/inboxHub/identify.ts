import { createHash } from 'node:crypto';
import type { ProviderEvent } from '../../../../lib/event/envelope';
import { readTime } from '../../../../lib/event/time';
import type { Delivery } from '../../../../lib/receive/delivery';
import { normalizeJid } from '../../../../lib/whatsapp/jid';
import { otherWhatsAppType, whatsAppTypeFor } from '../../../../lib/whatsapp/vocabulary';
import { readMessage } from './message';
import { frame, messageStatus, read, sessionState, type Frame } from './schema';

/** First part of every event's `source`. */
export const INBOX_HUB = 'inbox-hub';

/** What each way to tell of an event has in common. */
interface Context {
	readonly body: unknown;
	readonly frame: Frame;
	readonly session: string | null;
	readonly delivery: Delivery;
}

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

const MESSAGE_STATUS_TYPES = new Set(['sent', 'delivered', 'read', 'failed', 'deleted']);

const SESSION_STATUS_NAMES: Readonly<Record<string, string>> = {
	connected: 'session.connected',
	connecting: 'session.connecting',
	disconnected: 'session.disconnected',
	qr: 'session.qr',
	qr_code: 'session.qr',
};

/**
 * Two equal bodies without id and time are one event when they come this close together: Inbox
 * Hub's own retries come after 1 s, a session that reconnects needs longer.
 */
const MOMENTARY_WINDOW_MS = 10_000;

/**
 * Turns a body of Inbox Hub into an event of the common WhatsApp vocabulary.
 *
 * @throws {MalformedBodyError} naming the field that makes no sense
 */
export function identifyInboxHub(body: unknown, delivery: Delivery): ProviderEvent {
	const readFrame = read(frame, body, '');
	const { data } = readFrame;
	const session = data.sessionId ?? readFrame.sessionId ?? data.session_db_id ?? null;
	const context: Context = { body, frame: readFrame, session, delivery };
	if (MESSAGE_EVENTS.has(readFrame.event)) return messageEvent(context);
	if (STATUS_EVENTS.has(readFrame.event)) return statusEvent(context);
	return stateEvent(context);
}

function messageEvent(context: Context): ProviderEvent {
	const { frame, session, delivery } = context;
	const { message, time } = readMessage(frame, session, delivery.receivedAt);
	const subject = message.chatId ?? undefined;
	if (message.kind === 'reaction') {
		// One person reacts again and again to one message; without an id of its own, time tells them apart.
		const own = message.messageId === message.quotedMessageId;
		const id = own ? `${message.messageId}/reaction/${time.getTime()}` : message.messageId;
		return event(context, { type: 'whatsapp.message.reaction', id, subject, time, data: message });
	}
	if (frame.event === 'message.edited') {
		const id = `${message.messageId}/edited/${digest(delivery.rawBody)}`;
		return event(context, { type: 'whatsapp.message.edited', id, subject, time, data: message });
	}
	const type = message.fromMe ? 'whatsapp.message.sent' : 'whatsapp.message.received';
	return event(context, { type, id: message.messageId, subject, time, data: message });
}

function statusEvent(context: Context): ProviderEvent {
	const { frame, session, delivery } = context;
	const status = read(messageStatus, frame.data, 'data');
	const word = statusWord(frame.event, status.ack ?? null, status.status ?? null);
	const time = readTime(status.timestamp) ?? readTime(frame.timestamp) ?? delivery.receivedAt;
	const chatId = status.chatId ?? status.to ?? null;
	const participant = status.participant ?? null;
	// The same fact told twice (`message.ack` 2 and `message.delivered`) has one id; each reader of a
	// group has another.
	const id = [status.messageId, word, participant].filter((part) => part !== null).join('/');
	return event(context, {
		type: MESSAGE_STATUS_TYPES.has(word)
			? `whatsapp.message.${word}`
			: otherWhatsAppType(frame.event),
		id,
		subject: chatId === null ? undefined : normalizeJid(chatId),
		time,
		data: {
			messageId: status.messageId,
			session,
			chatId: chatId === null ? null : normalizeJid(chatId),
			status: word,
			ack: status.ack ?? null,
			participant: participant === null ? null : normalizeJid(participant),
			error: status.error ?? null,
			timestamp: time.toISOString(),
		},
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
function stateEvent(context: Context): ProviderEvent {
	const { frame, session, delivery } = context;
	const state = read(sessionState, frame.data, 'data');
	const ownTime = readTime(state.timestamp) ?? readTime(frame.timestamp);
	const time = ownTime ?? delivery.receivedAt;
	const name =
		frame.event === 'session_status'
			? (SESSION_STATUS_NAMES[state.status?.toLowerCase() ?? ''] ?? frame.event)
			: frame.event;
	const type = whatsAppTypeFor(name);
	const isSession = type.startsWith('whatsapp.session.');
	const content = digest(delivery.rawBody);
	// A QR code is new each time, so its content is identity enough.
	const lasting = ownTime !== undefined || Boolean(state.qrCode);
	const known = event(context, {
		type,
		id: `${name}/${content}${lasting ? '' : `@${time.getTime()}`}`,
		subject: session ?? undefined,
		time,
		data: isSession
			? {
					session,
					status: type.slice('whatsapp.session.'.length),
					phoneNumber: state.phoneNumber ?? null,
					reason: state.reason ?? null,
					qrCode: state.qrCode ?? null,
					expiresAt: readTime(state.expiresAt)?.toISOString() ?? null,
					timestamp: time.toISOString(),
				}
			: { session, name: frame.event, timestamp: time.toISOString() },
	});
	if (lasting) return known;
	return { ...known, momentary: { key: `${type}|${content}`, windowMs: MOMENTARY_WINDOW_MS } };
}

function event(
	{ body, session }: Context,
	parts: Pick<ProviderEvent, 'type' | 'id' | 'time'> & {
		readonly subject: string | undefined;
		readonly data: object;
	},
): ProviderEvent {
	return {
		id: parts.id,
		source: session === null ? `/${INBOX_HUB}` : `/${INBOX_HUB}/${encodeURIComponent(session)}`,
		type: parts.type,
		...(parts.subject === undefined ? {} : { subject: parts.subject }),
		time: parts.time,
		dedupeKey: `${session ?? ''}|${parts.type}|${parts.id}`,
		data: { ...parts.data },
		raw: body,
	};
}

/** Short enough to read, long enough (64 bits) that no two bodies of one session share it. */
function digest(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
