import { REVOKE, stubName } from '../../../../lib/whatsapp/baileysEvents';
import {
	readBaileysContent,
	readChange,
	type BaileysContent,
} from '../../../../lib/whatsapp/baileysMessage';
import { isControlPart } from '../../../../lib/whatsapp/controlParts';
import {
	at,
	fieldsOf,
	firstText,
	flagOf,
	idOf,
	isEmpty,
	linkOf,
	momentOf,
	numberOf,
	textOf,
	type Fields,
} from '../../../../lib/whatsapp/fields';
import { addressOf, isGroupJid, isHiddenJid } from '../../../../lib/whatsapp/jid';
import {
	messageKind,
	type MessageMedia,
	type WhatsAppMessage,
} from '../../../../lib/whatsapp/message';
import { isNoticeType, isRevokedType } from '../../../../lib/whatsapp/noticeTypes';

/**
 * The messages of Inbox Hub. Its documents and its own client show three shapes, all alive. Source:
 * github.com/Xappiens/xappiens_whatsapp, docs/ and api/webhook.py.
 */

/** A message, and what it is besides. */
export interface InboxHubMessage {
	readonly message: WhatsAppMessage;
	/** It tells of an earlier message, by this id where it is told. */
	readonly change: { readonly what: 'edited' | 'deleted'; readonly id: string | null } | undefined;
	/** What came as a message although nobody wrote it; null: nothing is in it. */
	readonly control: string | null | undefined;
}

/** What is known of a message from around it. */
export interface MessageFrame {
	readonly event: string;
	readonly data: Fields;
	readonly session: string | null;
	/** When the event was made; undefined: not told. */
	readonly told: Date | undefined;
	readonly receivedAt: Date;
}

/** A message as one of the three shapes tells it, its values as they came. */
interface RawMessage {
	readonly id: string | null;
	readonly chat: unknown;
	readonly from: unknown;
	/** The phone's address where `from` or the chat hides it. */
	readonly phone: unknown;
	readonly to: unknown;
	readonly fromMe: unknown;
	readonly author: unknown;
	readonly name: unknown;
	readonly kindName: unknown;
	/** Undefined: the field is not there; null: it is empty. */
	readonly text: unknown;
	/** Whether it says that there is a file. */
	readonly hasMedia: unknown;
	readonly media: unknown;
	readonly quoted: unknown;
	readonly timestamp: unknown;
	readonly reaction: unknown;
	/** WhatsApp's own content, where the gateway hands it on. */
	readonly content: unknown;
	/** What a notice in a chat is about, in WhatsApp's word; null: it is none. */
	readonly stub: string | null;
}

/**
 * Reads the message of an event in whichever of the three shapes it comes.
 *
 * @returns undefined where it has no id, without which it is none
 */
export function readMessage(frame: MessageFrame): InboxHubMessage | undefined {
	const raw = readShape(frame.data);
	const reaction = fieldsOf(raw.reaction);
	const target = idOf(at(reaction, 'key.id'));
	const messageId = raw.id ?? target;
	if (messageId === null) return undefined;
	const content = readContent(raw, frame.data);
	const kindName = textOf(raw.kindName);
	const media = fieldsOf(raw.media);
	const kind =
		reaction !== undefined
			? 'reaction'
			: kindName === null && content !== undefined && content.control === undefined
				? content.kind
				: messageKind(kindName, firstText(media, 'mimetype'));
	const time =
		momentOf(raw.timestamp) ??
		momentOf(at(reaction, 'senderTimestampMs')) ??
		momentOf(at(frame.data, 'timestamp')) ??
		frame.told ??
		frame.receivedAt;
	const message: WhatsAppMessage = {
		messageId,
		session: frame.session,
		...addresses(raw, frame.event === 'message.sent'),
		pushName: textOf(raw.name),
		kind,
		text:
			reaction === undefined
				? (textOf(raw.text) ?? content?.text ?? null)
				: (textOf(at(reaction, 'text')) ?? ''),
		media: media === undefined ? (content?.media ?? null) : toMedia(media),
		quotedMessageId: target ?? idOf(raw.quoted) ?? content?.quotedMessageId ?? null,
		timestamp: time.toISOString(),
	};
	return {
		message,
		change: changeIn(raw, content, kindName),
		control: reaction === undefined ? controlIn(raw, content, kindName) : undefined,
	};
}

function changeIn(
	{ content: told, id, stub }: RawMessage,
	content: BaileysContent | undefined,
	kindName: string | null,
): InboxHubMessage['change'] {
	const change = content?.change;
	if (change !== undefined && change.what !== 'other') {
		return { what: change.what, id: idOf(at(change.key, 'id')) };
	}
	if (content?.isEdited && content.control === undefined) return { what: 'edited', id: null };
	if (stub !== REVOKE && !isRevokedType(kindName)) return undefined;
	return { what: 'deleted', id: idOf(at(told, 'protocolMessageKey.id')) ?? id };
}

/** Also of an edit, whose new content counts. */
function readContent(raw: RawMessage, data: Fields): BaileysContent | undefined {
	const told = fieldsOf(raw.content);
	const alone = readChange(at(told, 'protocolMessage') ?? at(data, 'protocolMessage'));
	if (told === undefined && alone === undefined) return undefined;
	const content = readBaileysContent(told ?? { protocolMessage: at(data, 'protocolMessage') });
	if (content.change?.what !== 'edited') return content;
	return { ...readBaileysContent(content.change.content), change: content.change };
}

function controlIn(
	raw: RawMessage,
	content: BaileysContent | undefined,
	kindName: string | null,
): string | null | undefined {
	if (kindName !== null && isNoticeType(kindName)) return kindName;
	// An object in place of a text may be content, and that of what nobody wrote.
	const text = content?.control?.name ? textOf(raw.text) : raw.text;
	if (!isEmpty(text) || !isEmpty(raw.media) || flagOf(raw.hasMedia) === true) return undefined;
	if (content !== undefined && content.control === undefined) return undefined;
	const name = content?.control?.name ?? raw.stub;
	if (name !== null) return name;
	// What says neither what it is nor what it holds may be a form of tomorrow.
	if (kindName === null) return raw.text === undefined && content === undefined ? undefined : null;
	if (kindName === 'unknown') return null;
	const kind = messageKind(kindName, null);
	// A reaction to nothing would read like one that was taken back.
	if (kind === 'reaction' || isControlPart(kindName, {})) return kindName;
	return kind === 'text' ? null : undefined;
}

function addresses(raw: RawMessage, isSent: boolean) {
	const fromMe = flagOf(raw.fromMe) ?? isSent;
	const from = addressOf(raw.from);
	const to = addressOf(raw.to);
	const chatId = addressOf(raw.chat) ?? (fromMe ? to : from);
	const isGroup = chatId !== null && isGroupJid(chatId);
	return {
		chatId,
		from: from !== null && !isHiddenJid(from) ? from : (addressOf(raw.phone) ?? from),
		to,
		fromMe,
		isGroup,
		author: isGroup ? addressOf(raw.author) : null,
	};
}

function readShape(data: Fields): RawMessage {
	const message = fieldsOf(at(data, 'message'));
	if (message !== undefined) return readShapeA(data, message);
	return fieldsOf(at(data, 'id')) === undefined ? readShapeC(data) : readShapeB(data);
}

/** Shape A: what the server sends today; newer ones with Baileys' own key. */
function readShapeA(data: Fields, message: Fields): RawMessage {
	const key = at(message, 'key') ?? at(data, 'key');
	const isContent = at(message, 'whatsappMessageId', 'messageId', 'id', 'key') === undefined;
	return {
		id:
			firstId(message, 'whatsappMessageId', 'messageId') ??
			firstId(key, 'id') ??
			firstId(message, 'id') ??
			firstId(data, 'whatsappMessageId', 'messageId'),
		chat: at(message, 'chatId') ?? at(key, 'remoteJid') ?? at(data, 'chatId'),
		from: at(message, 'from') ?? at(key, 'participant', 'remoteJid') ?? at(data, 'from'),
		phone: at(key, 'participantAlt', 'remoteJidAlt', 'senderPn'),
		to: at(message, 'to') ?? at(data, 'to'),
		fromMe: at(message, 'fromMe') ?? at(key, 'fromMe') ?? at(data, 'fromMe'),
		author: at(message, 'author', 'participant') ?? at(key, 'participant'),
		name: at(message, 'pushName', 'senderName') ?? at(data, 'pushName'),
		kindName: at(message, 'type'),
		text: Object.hasOwn(message, 'content') ? message.content : undefined,
		hasMedia: at(message, 'has_attachment'),
		media: at(message, 'media'),
		quoted: at(message, 'quotedMessageId'),
		timestamp: at(message, 'timestamp', 'messageTimestamp') ?? at(data, 'messageTimestamp'),
		reaction: at(message, 'reactionMessage') ?? at(data, 'reactionMessage'),
		content: isContent
			? message
			: (fieldsOf(at(message, 'message')) ??
				partsBeside(message) ??
				at(message, 'content') ??
				// Baileys' own form without what it is there for.
				(fieldsOf(at(message, 'key')) === undefined ? undefined : {})),
		stub: stubName(at(message, 'messageStubType') ?? at(data, 'messageStubType')),
	};
}

/** Parts of WhatsApp's own content among the gateway's fields, as it puts reactions there. */
function partsBeside(message: Fields): Fields | undefined {
	const parts = Object.entries(message).filter(
		([name, part]) =>
			/[a-z]Message(?:V\d)?$/.test(name) &&
			name !== 'reactionMessage' &&
			fieldsOf(part) !== undefined,
	);
	return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

/** Shape B: in the words of whatsapp-web.js. */
function readShapeB(data: Fields): RawMessage {
	const id = at(data, 'id');
	const hasMedia = flagOf(at(data, 'hasMedia')) === true;
	return {
		id: firstId(id, 'id') ?? serializedId(at(id, '_serialized', '$1')),
		chat: at(id, 'remote'),
		from: at(data, 'from'),
		phone: undefined,
		to: at(data, 'to'),
		fromMe: at(id, 'fromMe'),
		author: at(data, 'author') ?? at(id, 'participant'),
		name: at(data, 'notifyName'),
		kindName: at(data, 'type'),
		text: Object.hasOwn(data, 'body') ? data.body : undefined,
		hasMedia,
		media: hasMedia
			? {
					mimetype: at(data, 'mimetype'),
					filename: at(data, 'filename'),
					url: at(data, 'mediaUrl'),
				}
			: null,
		quoted: at(data, 'quotedMsgId'),
		timestamp: at(data, 'timestamp'),
		reaction: at(data, 'reactionMessage'),
		content: undefined,
		stub: null,
	};
}

/** Shape C: flat. */
function readShapeC(data: Fields): RawMessage {
	return {
		id: firstId(data, 'messageId', 'whatsappMessageId', 'id', 'key.id'),
		chat: at(data, 'chatId', 'key.remoteJid'),
		from: at(data, 'from'),
		phone: undefined,
		to: at(data, 'to'),
		fromMe: at(data, 'fromMe', 'key.fromMe'),
		author: undefined,
		name: at(data, 'contact.name'),
		kindName: at(data, 'type'),
		text: Object.hasOwn(data, 'message') ? data.message : undefined,
		hasMedia: at(data, 'has_attachment', 'hasMedia'),
		media: at(data, 'media'),
		quoted: at(data, 'quotedMessageId'),
		timestamp: at(data, 'timestamp'),
		reaction: at(data, 'reactionMessage'),
		content: undefined,
		stub: stubName(at(data, 'messageStubType')),
	};
}

function firstId(value: unknown, ...paths: readonly string[]): string | null {
	for (const path of paths) {
		const id = idOf(at(value, path));
		if (id !== null) return id;
	}
	return null;
}

/** whatsapp-web.js writes `<fromMe>_<chat>_<id>`, in groups with `_<author>` behind. */
function serializedId(value: unknown): string | null {
	const serialized = idOf(value);
	if (serialized === null) return null;
	return /^(?:true|false)_[^_]+_([^_]+)/.exec(serialized)?.[1] ?? serialized;
}

function toMedia(media: Fields): MessageMedia {
	return {
		url: linkOf(at(media, 'url')),
		mimeType: textOf(at(media, 'mimetype')),
		fileName: textOf(at(media, 'filename')),
		fileSize: numberOf(at(media, 'filesize')),
	};
}
