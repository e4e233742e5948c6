import { z } from 'zod';
import { messagePart, PART_MEANINGS, type MessagePart, type PartMeaning } from './baileysParts';
import { messageKind, type MessageKind, type MessageMedia } from './message';
import { readProtobufNumber } from './protobufNumber';

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
}

/** `protocolMessage`: an edit, a deletion, or something between devices that nobody reads. */
export interface BaileysChange {
	readonly what: 'edited' | 'deleted' | 'other';
	/** Key of the message that is changed; read it with `readBaileysKey`. */
	readonly key: unknown;
	/** The new content, of an edit. */
	readonly content: unknown;
	/** Milliseconds since 1970; undefined: not told. */
	readonly atMs: number | undefined;
}

type Message = Readonly<Record<string, unknown>>;

/** Envelopes around a message: `{<name>: {message: {…}}}`. */
const WRAPPERS = [
	'ephemeralMessage',
	'viewOnceMessage',
	'viewOnceMessageV2',
	'viewOnceMessageV2Extension',
	'documentWithCaptionMessage',
	'editedMessage',
	'deviceSentMessage',
	'groupMentionedMessage',
	'groupStatusMessageV2',
	'lottieStickerMessage',
	'associatedChildMessage',
	'botInvokeMessage',
] as const;

/** WhatsApp nests two or three; more is somebody playing. */
const MOST_WRAPPERS = 8;

/** `protocolMessage.type`: REVOKE and MESSAGE_EDIT of WhatsApp's protocol buffers. */
const REVOKE = new Set<unknown>([0, '0', 'REVOKE']);
const EDIT = new Set<unknown>([14, '14', 'MESSAGE_EDIT']);

/** What gateways put beside the parts: a copy in their own store, a transcript. */
const beside = z.object({
	mediaUrl: z.string().nullish().catch(null),
	speechToText: z.string().nullish().catch(null),
});

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
	const { inner, mediaUrl, transcript } = unwrap(message);
	const change = readChange(inner.protocolMessage);
	if (typeof inner.conversation === 'string') {
		return { ...NOTHING, kind: 'text', text: inner.conversation, change };
	}
	const found = PART_MEANINGS.find(([name]) => isObject(inner[name]));
	if (found === undefined) {
		const first = Object.keys(inner).find((name) => /message/i.test(name) && isObject(inner[name]));
		const name = messageType ?? first ?? null;
		return { ...NOTHING, kind: name === null ? 'other' : messageKind(name, null), change };
	}
	const [name, meaning] = found;
	const part = messagePart.parse(inner[name]);
	return {
		kind: meaning.kind,
		text: meaning.text(part) ?? transcript,
		media: readMedia(meaning, part, mediaUrl),
		quotedMessageId:
			(meaning.kind === 'reaction' ? part.key?.id : part.contextInfo?.stanzaId) || null,
		reactedAtMs: part.senderTimestampMs,
		change,
	};
}

const NOTHING: Omit<BaileysContent, 'kind' | 'change'> = {
	text: null,
	media: null,
	quotedMessageId: null,
	reactedAtMs: undefined,
};

/**
 * Reads a `protocolMessage`, which some gateways also send alone.
 *
 * @returns undefined where it is none
 */
export function readChange(protocolMessage: unknown): BaileysChange | undefined {
	if (!isObject(protocolMessage)) return undefined;
	const { type, key, editedMessage, timestampMs } = protocolMessage;
	const isEdit = isObject(editedMessage) && (type === undefined || type === null || EDIT.has(type));
	const isRevoke = isObject(key) && REVOKE.has(type);
	return {
		what: isEdit ? 'edited' : isRevoke ? 'deleted' : 'other',
		key,
		content: editedMessage,
		atMs: readProtobufNumber(timestampMs),
	};
}

function unwrap(message: unknown): {
	readonly inner: Message;
	readonly mediaUrl: string | null;
	readonly transcript: string | null;
} {
	let inner = isObject(message) ? message : {};
	let { mediaUrl, speechToText } = beside.parse(inner);
	for (let depth = 0; depth < MOST_WRAPPERS; depth += 1) {
		const wrapped = WRAPPERS.map((name) => inner[name]).find(isObject)?.message;
		if (!isObject(wrapped)) break;
		inner = wrapped;
		const found = beside.parse(inner);
		mediaUrl ??= found.mediaUrl;
		speechToText ??= found.speechToText;
	}
	return { inner, mediaUrl: mediaUrl ?? null, transcript: speechToText ?? null };
}

function readMedia(
	{ isMedia }: PartMeaning,
	part: MessagePart,
	mediaUrl: string | null,
): MessageMedia | null {
	if (isMedia !== true) return null;
	return {
		// WhatsApp's own URL holds the file encrypted; a gateway's copy can be read.
		url: mediaUrl ?? part.url ?? null,
		mimeType: part.mimetype ?? null,
		fileName: part.fileName ?? part.title ?? null,
		fileSize: part.fileLength ?? null,
	};
}

function isObject(value: unknown): value is Message {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
