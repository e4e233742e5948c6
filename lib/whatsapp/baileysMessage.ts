import { PART_MEANINGS, withoutVersion, type PartMeaning } from './baileysParts';
import { isControlPart, readableText } from './controlParts';
import {
	at,
	fieldsOf,
	firstText,
	idOf,
	isEmpty,
	linkOf,
	numberOf,
	textOf,
	type Fields,
} from './fields';
import { messageKind, type MessageKind, type MessageMedia } from './message';

/** What a Baileys message holds, in the words of this package. */
export interface BaileysContent {
	readonly kind: MessageKind;
	readonly text: string | null;
	readonly media: MessageMedia | null;
	/** The message that this one answers or reacts to. */
	readonly quotedMessageId: string | null;
	/** When a reaction was made, in milliseconds since 1970. */
	readonly reactedAtMs: number | undefined;
	/** It is no message of its own but changes an earlier one. */
	readonly change: BaileysChange | undefined;
	/** It is the new content of the message whose id it has. */
	readonly isEdited: boolean;
	/** Nobody wrote it. */
	readonly control: ControlContent | undefined;
}

/** What came like a message and is none. */
export interface ControlContent {
	/** WhatsApp's name for it; null: there was nothing in it, as before a message is decrypted. */
	readonly name: string | null;
}

/** `protocolMessage`: an edit, a deletion, or something between devices that nobody reads. */
export interface BaileysChange {
	readonly what: 'edited' | 'deleted' | 'other';
	/** What it is, in WhatsApp's word, as far as it is told. */
	readonly name: string;
	/** Key of the message that is changed; read it with `readBaileysKey`. */
	readonly key: unknown;
	/** The new content, of an edit. */
	readonly content: unknown;
	/** Milliseconds since 1970; undefined: not told. */
	readonly atMs: number | undefined;
}

/** WhatsApp nests two or three; more is somebody playing. */
const MOST_WRAPPERS = 8;

/** `protocolMessage.type`: REVOKE and MESSAGE_EDIT of WhatsApp's protocol buffers. */
const REVOKE = new Set(['0', 'REVOKE']);
const EDIT = new Set(['14', 'MESSAGE_EDIT']);

/** A type that is 0 is left out where a server writes protocol buffers as JSON. */
const ABSENT = '';

const TEXT_NAME = /^(?:text|caption|body|message)$|Message$/;

/** What gateways put beside the parts: a copy in their own store, a transcript. */
interface Beside {
	readonly mediaUrl: string | null;
	readonly transcript: string | null;
	readonly hasFile: boolean;
}

/** A message without its wrappers. */
interface Opened extends Beside {
	readonly inner: Fields;
	/** The message that a wrapper refers to, such as the one that is commented. */
	readonly target: string | null;
	readonly isEdited: boolean;
}

/**
 * Reads the `message` of a Baileys message (`WAMessage.message`), as gateways pass it on. Never
 * throws; what it does not know is of kind `other`.
 *
 * @param messageType the gateway's name for the kind, where it tells one
 */
export function readBaileysContent(
	message: unknown,
	messageType: string | null = null,
): BaileysContent {
	const opened = open(message);
	const { inner, isEdited } = opened;
	const change = readChange(inner.protocolMessage);
	const common = { ...NOTHING, quotedMessageId: opened.target, change, isEdited };
	const text = textOf(at(inner, 'conversation'));
	if (text) return { ...common, kind: 'text', text };
	for (const [name, part] of Object.entries(inner)) {
		const meaning = meaningOf(name, part);
		if (meaning === undefined || saysNothing(meaning, part)) continue;
		return { ...common, ...readPart(meaning, part, opened) };
	}
	return { ...common, ...readUnknown(opened, change, messageType) };
}

const NOTHING: Omit<BaileysContent, 'kind' | 'change' | 'isEdited'> = {
	text: null,
	media: null,
	quotedMessageId: null,
	reactedAtMs: undefined,
	control: undefined,
};

/**
 * Reads a `protocolMessage`, which some gateways also send alone.
 *
 * @returns undefined where it is none
 */
export function readChange(protocolMessage: unknown): BaileysChange | undefined {
	const fields = fieldsOf(protocolMessage);
	if (fields === undefined) return undefined;
	const type = (textOf(fields.type) ?? ABSENT).toUpperCase();
	const { key } = fields;
	const content = at(fields, 'editedMessage');
	const isEdit =
		fieldsOf(content) !== undefined && !isEmpty(content) && (type === ABSENT || EDIT.has(type));
	const isRevoke = fieldsOf(key) !== undefined && REVOKE.has(type);
	return {
		what: isEdit ? 'edited' : isRevoke ? 'deleted' : 'other',
		name: /^[A-Z_]{3,60}$/.test(type) ? type : 'protocolMessage',
		key,
		content,
		atMs: numberOf(at(fields, 'timestampMs')) ?? undefined,
	};
}

/** What a message holds, without the wrappers around it. */
export function innerMessage(message: unknown): Fields {
	return open(message).inner;
}

/** Takes off whatever is a message around a message: `{<name>: {message: {…}}}`, known or not. */
function open(message: unknown): Opened {
	let inner = fieldsOf(message) ?? alone(message);
	let beside = readBeside(inner);
	let target: string | null = null;
	let isEdited = false;
	for (let depth = 0; depth < MOST_WRAPPERS && !isContent(inner); depth += 1) {
		const [name, part] = Object.entries(inner).find(([each, value]) => within(each, value)) ?? [];
		const next = name === undefined ? undefined : within(name, part);
		if (next === undefined) break;
		target ??= idOf(at(part, 'targetMessageKey.id'));
		isEdited ||= name === 'editedMessage';
		inner = next;
		const further = readBeside(inner);
		beside = {
			mediaUrl: beside.mediaUrl ?? further.mediaUrl,
			transcript: beside.transcript ?? further.transcript,
			hasFile: beside.hasFile || further.hasFile,
		};
	}
	return { ...beside, inner, target, isEdited };
}

/** Some gateways hand on a text in place of the message that holds it. */
function alone(message: unknown): Fields {
	return typeof message === 'string' && message !== '' ? { conversation: message } : {};
}

/** What a wrapper wraps, which may itself have lost its name. */
function within(name: string, part: unknown): Fields | undefined {
	return fieldsOf(at(part, 'message')) ?? (name === 'message' ? fieldsOf(part) : undefined);
}

function readBeside(message: Fields): Beside {
	const mediaUrl = firstText(message, 'mediaUrl');
	return {
		mediaUrl,
		transcript: firstText(message, 'speechToText'),
		hasFile: mediaUrl !== null || firstText(message, 'base64') !== null,
	};
}

/** Whether a message holds what needs no further opening. */
function isContent(message: Fields): boolean {
	if (textOf(at(message, 'conversation'))) return true;
	if (fieldsOf(at(message, 'protocolMessage')) !== undefined) return true;
	return Object.entries(message).some(([name, part]) => meaningOf(name, part) !== undefined);
}

/** Newer versions of a part may have the older one inside, like a wrapper. */
function meaningOf(name: string, part: unknown): PartMeaning | undefined {
	const meaning = PART_MEANINGS.get(withoutVersion(name));
	if (meaning === undefined || fieldsOf(part) === undefined) return undefined;
	return fieldsOf(at(part, 'message')) === undefined ? meaning : undefined;
}

/** Kinds of which the name says something, although the part itself may be empty. */
const TOLD_BY_NAME: ReadonlySet<MessageKind> = new Set([
	'image',
	'audio',
	'video',
	'document',
	'sticker',
	'location',
	'contact',
]);

/** What has no word in it has not come yet, as where it is not decrypted. */
function saysNothing({ kind, isWords, text }: PartMeaning, part: unknown): boolean {
	if (TOLD_BY_NAME.has(kind)) return false;
	return (isWords === true || isEmpty(part)) && !text(part);
}

function readPart(
	meaning: PartMeaning,
	part: unknown,
	{ mediaUrl, transcript, target }: Opened,
): Partial<BaileysContent> & Pick<BaileysContent, 'kind'> {
	const refersTo = meaning.kind === 'reaction' ? 'key.id' : 'contextInfo.stanzaId';
	return {
		kind: meaning.kind,
		text: meaning.text(part) ?? transcript,
		media: meaning.isMedia === true ? readMedia(part, mediaUrl) : null,
		quotedMessageId: idOf(at(part, refersTo)) ?? target,
		reactedAtMs: numberOf(at(part, 'senderTimestampMs')) ?? undefined,
	};
}

/** What has no meaning here: something new that a person sent, or what nobody wrote. */
function readUnknown(
	{ inner, mediaUrl, hasFile }: Opened,
	change: BaileysChange | undefined,
	messageType: string | null,
): Partial<BaileysContent> & Pick<BaileysContent, 'kind'> {
	const parts = Object.entries(inner).filter(([name, part]) => isPart(name, part));
	const [name, part] = parts.find(([each, value]) => !isControlPart(each, value)) ?? [];
	if (name !== undefined && change === undefined) {
		const text = typeof part === 'string' ? part : readableText(part);
		const kind = messageKind(name, null);
		return { kind, text, media: hasFile ? readMedia(part, mediaUrl) : null };
	}
	const told = messageType === null ? undefined : PART_MEANINGS.get(withoutVersion(messageType));
	if (hasFile || (told !== undefined && told.kind !== 'text')) {
		const media = hasFile || told?.isMedia === true ? readMedia({}, mediaUrl) : null;
		return { kind: told?.kind ?? 'other', media };
	}
	const control = change?.name ?? parts.find(([each]) => each !== 'messageContextInfo')?.[0];
	const hinted = messageType !== null && isControlPart(messageType, {}) ? messageType : null;
	return { kind: 'other', control: { name: control ?? hinted } };
}

/**
 * A part is an object that holds something, be it a name that says enough; a text of its own is not
 * known to WhatsApp, but would be somebody's.
 */
function isPart(name: string, part: unknown): boolean {
	const meaning = meaningOf(name, part);
	if (meaning !== undefined && saysNothing(meaning, part)) return false;
	if (fieldsOf(part) !== undefined) return !isEmpty(part) || isControlPart(name, part);
	return typeof part === 'string' && part !== '' && TEXT_NAME.test(name);
}

function readMedia(part: unknown, mediaUrl: string | null): MessageMedia {
	return {
		// WhatsApp's own URL holds the file encrypted; a gateway's copy can be read.
		url: mediaUrl ?? linkOf(at(part, 'url')),
		mimeType: firstText(part, 'mimetype'),
		fileName: firstText(part, 'fileName', 'title'),
		fileSize: numberOf(at(part, 'fileLength')),
	};
}
