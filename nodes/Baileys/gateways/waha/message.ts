import { stubName } from '../../../../lib/whatsapp/baileysEvents';
import { baileysAddresses } from '../../../../lib/whatsapp/baileysKey';
import { readBaileysContent, type BaileysContent } from '../../../../lib/whatsapp/baileysMessage';
import {
	at,
	fieldsOf,
	firstText,
	flagOf,
	isEmpty,
	linkOf,
	numberOf,
	textOf,
} from '../../../../lib/whatsapp/fields';
import { addressOf } from '../../../../lib/whatsapp/jid';
import {
	messageKind,
	type MessageKind,
	type MessageMedia,
	type WhatsAppMessage,
} from '../../../../lib/whatsapp/message';
import { isNoticeType } from '../../../../lib/whatsapp/noticeTypes';
import { parseMessageId, type WahaMessageId } from './messageId';

/** A chat with one person, where some engines repeat that person as participant. */
const PERSON = /@(?:c\.us|s\.whatsapp\.net|lid)$/;

/** The chat of all stories. */
const STORIES = 'status@broadcast';

/** What is known of a message from around it. */
export interface MessageFrame {
	readonly session: string | null;
	/** The session's own addresses, the phone's first. */
	readonly own: readonly string[];
	readonly time: Date;
}

/**
 * A message of WAHA, of whichever engine, in the words of this package.
 *
 * @param message `payload` of an event
 * @param content what `engineContent` found in it; of an edit, its new content
 */
export function readMessage(
	message: unknown,
	id: WahaMessageId,
	content: BaileysContent | undefined,
	frame: MessageFrame,
): WhatsAppMessage {
	const kind =
		content === undefined || content.control !== undefined
			? kindWithoutContent(message)
			: content.kind;
	return {
		messageId: id.id,
		session: frame.session,
		...addresses(message, id, frame.own),
		pushName: firstText(message, '_data.pushName', '_data.notifyName', '_data.Info.PushName'),
		kind,
		text: readText(message, kind, content),
		media: readMedia(message, content),
		quotedMessageId:
			parseMessageId(at(message, 'replyTo.id'))?.id ?? content?.quotedMessageId ?? null,
		timestamp: frame.time.toISOString(),
	};
}

/** NOWEB and GOWS hand on WhatsApp's own message; undefined: this engine does not, or not yet. */
export function engineContent(message: unknown): BaileysContent | undefined {
	const raw = fieldsOf(at(message, '_data.message', '_data.Message'));
	return raw === undefined ? undefined : readBaileysContent(raw);
}

/**
 * What came as a message although nobody wrote it, in the engine's word; null: nothing is in it, as
 * before it is decrypted.
 *
 * @returns undefined where somebody did
 */
export function controlIn(
	message: unknown,
	content: BaileysContent | undefined,
): string | null | undefined {
	const type = firstText(message, '_data.type');
	// The text of such a notice is at times the new name of a group.
	if (type !== null && isNoticeType(type)) return type;
	if (hasSomething(message)) return undefined;
	if (content !== undefined) {
		return content.control === undefined ? undefined : (content.control.name ?? stubOf(message));
	}
	const kind = type === null ? 'text' : messageKind(type, null);
	// A reaction to nothing would read like one that was taken back.
	if (kind === 'reaction') return type;
	return kind === 'text' || type === 'unknown' ? stubOf(message) : undefined;
}

const CONTENTS = ['body', 'media', 'mediaUrl', 'location', 'vCards'] as const;

/** Whether WAHA itself tells a text, a file, a place or a contact. */
function hasSomething(message: unknown): boolean {
	return (
		flagOf(at(message, 'hasMedia')) === true || CONTENTS.some((name) => !isEmpty(at(message, name)))
	);
}

/** What a notice of the engine NOWEB is about; null: it is none, or stands for what comes later. */
function stubOf(message: unknown): string | null {
	return stubName(at(message, '_data.messageStubType'));
}

function kindWithoutContent(message: unknown): MessageKind {
	if (fieldsOf(at(message, 'location')) !== undefined) return 'location';
	if (Array.isArray(at(message, 'vCards')) && !isEmpty(at(message, 'vCards'))) return 'contact';
	const name = firstText(message, '_data.type');
	const mimeType = firstText(message, 'media.mimetype');
	return name === null && mimeType === null && flagOf(at(message, 'hasMedia')) === true
		? 'other'
		: messageKind(name, mimeType);
}

/** The engines disagree on `from` and `to`; the id holds the chat at all of them. */
function addresses(message: unknown, id: WahaMessageId, own: readonly string[]) {
	const fromMe = flagOf(at(message, 'fromMe')) ?? id.fromMe ?? false;
	const key = at(message, '_data.key');
	const info = at(message, '_data.Info');
	// The engine says so also where WAHA shows who posted in place of the chat.
	const isStory =
		flagOf(at(message, '_data.isStatusV3')) === true ||
		(at(key, 'remoteJid') ?? at(info, 'Chat')) === STORIES;
	const chat = isStory ? STORIES : (id.chat ?? textOf(at(message, fromMe ? 'to' : 'from')));
	const isPerson = PERSON.test(chat ?? '');
	return baileysAddresses(
		{
			id: id.id,
			remoteJid: addressOf(chat),
			remoteJidAlt: addressOf(
				at(key, 'remoteJidAlt') ?? at(info, fromMe ? 'RecipientAlt' : 'SenderAlt'),
			),
			senderPn: addressOf(at(key, 'senderPn')),
			fromMe,
			participant: isPerson
				? null
				: (addressOf(at(message, 'participant', 'author')) ?? addressOf(id.participant)),
			participantAlt: addressOf(at(key, 'participantAlt') ?? at(info, 'SenderAlt')),
			participantPn: addressOf(at(key, 'participantPn')),
		},
		own,
	);
}

/** WEBJS puts the thumbnail of a map into the body of a location. */
function readText(
	message: unknown,
	kind: MessageKind,
	content: BaileysContent | undefined,
): string | null {
	if (kind === 'location') {
		const told = firstText(message, 'location.name', 'location.description', 'location.address');
		return told ?? content?.text ?? null;
	}
	if (kind === 'reaction') return content?.text ?? '';
	return (
		firstText(message, 'body') ??
		(content?.text || null) ??
		firstText(message, '_data.caption', '_data.pollName', '_data.eventName', '_data.title')
	);
}

/** WAHA's copy of a file. WhatsApp's own URL is never shown: it holds the file encrypted. */
function readMedia(message: unknown, content: BaileysContent | undefined): MessageMedia | null {
	const media = fieldsOf(at(message, 'media'));
	const mediaUrl = firstText(message, 'mediaUrl');
	const known = content?.media;
	const hasMedia = flagOf(at(message, 'hasMedia')) === true;
	if (media === undefined && mediaUrl === null && !known && !hasMedia) return null;
	return {
		url: linkOf(at(media, 'url')) ?? mediaUrl,
		mimeType: firstText(media, 'mimetype') ?? known?.mimeType ?? null,
		fileName: firstText(media, 'filename') ?? known?.fileName ?? null,
		fileSize:
			numberOf(at(media, 'filesize')) ??
			known?.fileSize ??
			numberOf(at(message, '_data.size')) ??
			null,
	};
}
