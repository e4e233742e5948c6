import { createHash } from 'node:crypto';
import type { ProviderEvent } from '../event/envelope';
import { wordFor } from './controlParts';
import { isChannelJid, isStatusJid, normalizeJid } from './jid';
import type { WhatsAppMessage } from './message';
import { otherWhatsAppType } from './vocabulary';

/** Where an event came from. What every gateway tells becomes an event in the same way here. */
export interface WhatsAppOrigin {
	/** First part of `source`, such as `inbox-hub`. */
	readonly gateway: string;
	/** Session or instance; null: not told. */
	readonly session: string | null;
	/** The body, without secrets. */
	readonly raw: unknown;
	readonly rawBody: Buffer;
	readonly receivedAt: Date;
}

/** What a gateway tells about a message that is known already. */
export interface MessageStatus {
	readonly messageId: string;
	/** What happened: a word of the vocabulary such as `read`, or the gateway's own. */
	readonly status: string;
	/** The gateway's number for it. */
	readonly ack?: number | null;
	readonly chatId?: string | null;
	/** Who of a group did it. */
	readonly participant?: string | null;
	readonly error?: unknown;
	/** Undefined: not told. */
	readonly time: Date | undefined;
}

/** What a gateway tells about a session. */
export interface SessionState {
	/** `whatsapp.session.…`, or `whatsapp.other.…` for what has no word. */
	readonly type: string;
	/** The gateway's name of the event. */
	readonly name: string;
	/** An id that the gateway gave it. */
	readonly id?: string | null;
	readonly phoneNumber?: string | null;
	readonly reason?: unknown;
	readonly qrCode?: string | null;
	readonly expiresAt?: Date;
	/** Undefined: not told. */
	readonly time: Date | undefined;
}

/** `data` of a session's event; null: not told. */
export interface SessionEventData {
	readonly session: string | null;
	/** The last part of the type, such as `connected`. */
	readonly status: string;
	readonly phoneNumber: string | null;
	readonly reason: unknown;
	readonly qrCode: string | null;
	readonly expiresAt: string | null;
	/** RFC 3339, UTC. */
	readonly timestamp: string;
}

const STATUS_TYPES = new Set(['sent', 'delivered', 'read', 'failed', 'deleted']);

const SESSION_PREFIX = 'whatsapp.session.';

/**
 * Two equal bodies without id and time are one event when they come this close together: a retry
 * comes after seconds, a session that reconnects needs longer.
 */
const MOMENTARY_WINDOW_MS = 10_000;

/** A message that came or went, or a reaction to one. */
export function messageEvent(origin: WhatsAppOrigin, message: WhatsAppMessage): ProviderEvent {
	const time = new Date(message.timestamp);
	if (message.kind === 'reaction') {
		// One person reacts again and again to one message; without an id of its own, time tells them apart.
		const own = message.messageId === message.quotedMessageId;
		const id = own ? `${message.messageId}/reaction/${time.getTime()}` : message.messageId;
		return messageLike(origin, 'whatsapp.message.reaction', id, message);
	}
	return messageLike(origin, messageType(message), message.messageId, message);
}

/** A story or a post in a channel is for everybody, and no message to or from the session. */
function messageType({ chatId, fromMe }: WhatsAppMessage): string {
	if (chatId !== null && isStatusJid(chatId)) return 'whatsapp.status.posted';
	if (chatId !== null && isChannelJid(chatId)) return 'whatsapp.channel.posted';
	return fromMe ? 'whatsapp.message.sent' : 'whatsapp.message.received';
}

/**
 * The new content of a message; each edit is an event of its own.
 *
 * @param identity what tells this edit from others of the message, however often it is told
 */
export function editedEvent(
	origin: WhatsAppOrigin,
	message: WhatsAppMessage,
	identity: string | Buffer,
): ProviderEvent {
	const id = `${message.messageId}/edited/${digest(identity)}`;
	return messageLike(origin, 'whatsapp.message.edited', id, message);
}

/** What comes like a message and is none: who sent what, but not what it says. */
export type ControlTraffic = Pick<
	WhatsAppMessage,
	'messageId' | 'chatId' | 'from' | 'fromMe' | 'author'
> & {
	/** What it is, in WhatsApp's word, such as `pollUpdateMessage`; null: nothing is in it. */
	readonly content: string | null;
	readonly time: Date;
};

/**
 * What comes like a message and is none. It never uses the message's id: a message that could not be
 * decrypted comes again under its id when it can, and must not be taken for a repeat then.
 *
 * @param name the gateway's name of the event, for what has no content
 */
export function controlEvent(
	origin: WhatsAppOrigin,
	name: string,
	{ content, time, ...told }: ControlTraffic,
): ProviderEvent {
	const word = content === null ? null : wordFor(content);
	const { messageId, chatId } = told;
	return event(origin, {
		type: otherWhatsAppType(word ?? name),
		id: `${messageId}/${word ?? 'empty'}`,
		subject: chatId ?? undefined,
		time,
		data: {
			session: origin.session,
			name: word ?? name,
			...told,
			timestamp: time.toISOString(),
		},
	});
}

function messageLike(
	origin: WhatsAppOrigin,
	type: string,
	id: string,
	message: WhatsAppMessage,
): ProviderEvent {
	const subject = message.chatId ?? undefined;
	return event(origin, { type, id, subject, time: new Date(message.timestamp), data: message });
}

/**
 * What happened to a message. The same fact told twice (`message.ack` 2 and `message.delivered`) has
 * one id, each reader of a group another.
 *
 * @param name the gateway's name of the event, for a status that has no word
 */
export function statusEvent(
	origin: WhatsAppOrigin,
	name: string,
	status: MessageStatus,
): ProviderEvent {
	const chatId = status.chatId ? normalizeJid(status.chatId) : null;
	const participant = status.participant ? normalizeJid(status.participant) : null;
	const id = [status.messageId, status.status, status.participant ?? null];
	const time = status.time ?? origin.receivedAt;
	return event(origin, {
		type: isWord(status.status, chatId)
			? `whatsapp.message.${status.status}`
			: otherWhatsAppType(name),
		id: id.filter((part) => part !== null).join('/'),
		subject: chatId ?? undefined,
		time,
		data: {
			messageId: status.messageId,
			session: origin.session,
			chatId,
			status: status.status,
			ack: status.ack ?? null,
			participant,
			error: status.error ?? null,
			timestamp: time.toISOString(),
		},
	});
}

/** That a story was sent is no message that was sent. */
function isWord(status: string, chatId: string | null): boolean {
	if (!STATUS_TYPES.has(status)) return false;
	const isPost = chatId !== null && (isStatusJid(chatId) || isChannelJid(chatId));
	return !isPost || status === 'deleted';
}

/** What happened to a session, and everything that has no word yet. */
export function sessionEvent(origin: WhatsAppOrigin, state: SessionState): ProviderEvent {
	const { type, name } = state;
	const { session } = origin;
	const time = state.time ?? origin.receivedAt;
	const content = digest(origin.rawBody);
	// A QR code is new each time, so its content is identity enough.
	const lasting = state.id || state.time !== undefined || Boolean(state.qrCode);
	const known = event(origin, {
		type,
		id: state.id || `${name}/${content}${lasting ? '' : `@${time.getTime()}`}`,
		subject: session ?? undefined,
		time,
		data: type.startsWith(SESSION_PREFIX)
			? ({
					session,
					status: type.slice(SESSION_PREFIX.length),
					phoneNumber: state.phoneNumber ?? null,
					reason: state.reason ?? null,
					qrCode: state.qrCode ?? null,
					expiresAt: state.expiresAt?.toISOString() ?? null,
					timestamp: time.toISOString(),
				} satisfies SessionEventData)
			: { session, name, timestamp: time.toISOString() },
	});
	if (lasting) return known;
	return { ...known, momentary: { key: `${type}|${content}`, windowMs: MOMENTARY_WINDOW_MS } };
}

function event(
	{ gateway, session, raw }: WhatsAppOrigin,
	parts: Pick<ProviderEvent, 'type' | 'id' | 'time'> & {
		readonly subject: string | undefined;
		readonly data: object;
	},
): ProviderEvent {
	return {
		id: parts.id,
		source: session === null ? `/${gateway}` : `/${gateway}/${uriPart(session)}`,
		type: parts.type,
		...(parts.subject === undefined ? {} : { subject: parts.subject }),
		time: parts.time,
		dedupeKey: `${session ?? ''}|${parts.type}|${parts.id}`,
		data: { ...parts.data },
		raw,
	};
}

/** One segment of a URI reference. Half characters have no place in one. */
function uriPart(text: string): string {
	return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
}

/** Short enough to read, long enough (64 bits) that no two bodies of one session share it. */
export function digest(bytes: Buffer | string): string {
	return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
