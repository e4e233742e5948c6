import { readTime } from '../../../../lib/event/time';
import { MalformedBodyError } from '../../../../lib/receive/provider';
import { read } from '../../../../lib/receive/readSchema';
import { isGroupJid, isHiddenJid, normalizeJid } from '../../../../lib/whatsapp/jid';
import {
	messageKind,
	type MessageMedia,
	type WhatsAppMessage,
} from '../../../../lib/whatsapp/message';
import { shapeA, shapeB, shapeC, type Frame, type Media, type Reaction } from './schema';

/** A message as one of the three shapes tells it, before its addresses are normalised. */
interface RawMessage {
	readonly id: string | null | undefined;
	/** The field that should have held the id, for the error. */
	readonly idField: string;
	readonly chat: string | null | undefined;
	readonly from: string | null | undefined;
	/** The phone's address where `from` or the chat hides it. */
	readonly phone: string | null | undefined;
	readonly to: string | null | undefined;
	readonly fromMe: boolean | null | undefined;
	readonly author: string | null | undefined;
	readonly name: string | null | undefined;
	readonly kindName: string | null | undefined;
	readonly text: string | null | undefined;
	readonly media: Media | null | undefined;
	readonly quoted: string | null | undefined;
	readonly timestamp: unknown;
	readonly reaction: Reaction | null | undefined;
}

/**
 * Reads the message of an event in whichever of the three shapes it comes.
 *
 * @param fallback when the body holds no time
 * @throws {MalformedBodyError} naming the field that makes no sense
 */
export function readMessage(frame: Frame, session: string | null, fallback: Date): WhatsAppMessage {
	const raw = readShape(frame);
	const messageId = raw.id ?? raw.reaction?.key.id;
	if (!messageId) throw new MalformedBodyError(raw.idField, 'Required');
	const time =
		readTime(raw.timestamp) ??
		readTime(raw.reaction?.senderTimestampMs) ??
		readTime(frame.data.timestamp) ??
		readTime(frame.timestamp) ??
		fallback;
	const fromMe = raw.fromMe ?? frame.event === 'message.sent';
	const from = address(raw.from);
	const to = address(raw.to);
	const chatId = address(raw.chat) ?? (fromMe ? to : from);
	const isGroup = chatId !== null && isGroupJid(chatId);
	const phone = address(raw.phone);
	return {
		messageId,
		session,
		chatId,
		from: from !== null && !isHiddenJid(from) ? from : (phone ?? from),
		to,
		fromMe,
		isGroup,
		author: isGroup ? (address(raw.author) ?? null) : null,
		pushName: raw.name ?? null,
		kind: raw.reaction
			? 'reaction'
			: messageKind(raw.kindName ?? null, raw.media?.mimetype ?? null),
		text: raw.reaction ? (raw.reaction.text ?? '') : (raw.text ?? null),
		media: raw.media ? toMedia(raw.media) : null,
		quotedMessageId: raw.reaction?.key.id ?? raw.quoted ?? null,
		timestamp: time.toISOString(),
	};
}

function readShape(frame: Frame): RawMessage {
	const { data } = frame;
	if (typeof data.message === 'object' && data.message !== null) return readShapeA(data);
	if (typeof data.id === 'object' && data.id !== null) return readShapeB(data);
	return readShapeC(data);
}

function readShapeA(data: Frame['data']): RawMessage {
	const { message, reactionMessage } = read(shapeA, data, 'data');
	const { key } = message;
	return {
		id: message.whatsappMessageId ?? message.messageId ?? key?.id ?? message.id,
		idField: 'data.message.whatsappMessageId',
		chat: message.chatId ?? key?.remoteJid,
		from: message.from ?? key?.participant ?? key?.remoteJid,
		phone: key?.participantAlt ?? key?.remoteJidAlt ?? key?.senderPn,
		to: message.to,
		fromMe: message.fromMe ?? key?.fromMe,
		author: message.author ?? message.participant ?? key?.participant,
		name: message.pushName ?? message.senderName,
		kindName: message.type,
		text: message.content,
		media: message.media,
		quoted: message.quotedMessageId,
		timestamp: message.timestamp,
		reaction: message.reactionMessage ?? reactionMessage,
	};
}

function readShapeB(data: Frame['data']): RawMessage {
	const message = read(shapeB, data, 'data');
	const { id } = message;
	return {
		id: id.id ?? serializedId(id._serialized),
		idField: 'data.id._serialized',
		chat: id.remote,
		from: message.from,
		phone: undefined,
		to: message.to,
		fromMe: id.fromMe,
		author: message.author ?? id.participant,
		name: message.notifyName,
		kindName: message.type,
		text: message.body,
		media: message.hasMedia
			? { mimetype: message.mimetype, filename: message.filename, url: message.mediaUrl }
			: null,
		quoted: message.quotedMsgId,
		timestamp: message.timestamp,
		reaction: message.reactionMessage,
	};
}

function readShapeC(data: Frame['data']): RawMessage {
	const message = read(shapeC, data, 'data');
	return {
		id: message.messageId,
		idField: 'data.messageId',
		chat: message.chatId,
		from: message.from,
		phone: undefined,
		to: message.to,
		fromMe: message.fromMe,
		author: undefined,
		name: message.contact?.name,
		kindName: message.type,
		text: message.message,
		media: message.media,
		quoted: message.quotedMessageId,
		timestamp: message.timestamp,
		reaction: message.reactionMessage,
	};
}

/** whatsapp-web.js writes `<fromMe>_<chat>_<id>`, in groups with `_<author>` behind. */
function serializedId(serialized: string | null | undefined): string | undefined {
	if (!serialized) return undefined;
	return /^(?:true|false)_[^_]+_([^_]+)/.exec(serialized)?.[1] ?? serialized;
}

function address(value: string | null | undefined): string | null {
	return value ? normalizeJid(value) : null;
}

function toMedia(media: Media): MessageMedia {
	return {
		url: media.url ?? null,
		mimeType: media.mimetype ?? null,
		fileName: media.filename ?? null,
		fileSize: media.filesize ?? null,
	};
}
