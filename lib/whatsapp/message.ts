/** What a message holds; `other` for what has no word yet. */
export type MessageKind =
	| 'text'
	| 'image'
	| 'audio'
	| 'video'
	| 'document'
	| 'sticker'
	| 'location'
	| 'contact'
	| 'reaction'
	| 'other';

/** A file that came with a message. The gateway's URL expires. */
export interface MessageMedia {
	readonly url: string | null;
	readonly mimeType: string | null;
	readonly fileName: string | null;
	/** Bytes. */
	readonly fileSize: number | null;
}

/** `data` of every WhatsApp event about a message, whatever the gateway; null: not told. */
export interface WhatsAppMessage {
	readonly messageId: string;
	readonly session: string | null;
	/** Where to answer: the person, or the group. */
	readonly chatId: string | null;
	readonly from: string | null;
	readonly to: string | null;
	readonly fromMe: boolean;
	readonly isGroup: boolean;
	/** Who wrote in a group. */
	readonly author: string | null;
	readonly pushName: string | null;
	readonly kind: MessageKind;
	/** Text, caption, or the emoji of a reaction; an empty reaction took an earlier one back. */
	readonly text: string | null;
	readonly media: MessageMedia | null;
	/** The message that this one answers or reacts to. */
	readonly quotedMessageId: string | null;
	/** RFC 3339, UTC. */
	readonly timestamp: string;
}

/** Names that Baileys, whatsapp-web.js and their gateways give to the kinds. */
const KIND_NAMES: ReadonlyArray<readonly [MessageKind, RegExp]> = [
	['reaction', /^reaction/],
	['text', /^(chat|text|conversation|extendedtext)/],
	['sticker', /^sticker/],
	['image', /^(image|photo)/],
	['audio', /^(audio|ptt|voice)/],
	['video', /^(video|ptv|gif(?!t))/],
	['document', /^(document|file)/],
	['location', /^(location|livelocation)/],
	['contact', /^(contact|vcard|multi_vcard)/],
];

/**
 * The kind for a gateway's name of it, such as `imageMessage`, `ptt` or `chat`.
 *
 * @param mimeType tells the kind where the name does not, such as `application/pdf`
 */
export function messageKind(name: string | null, mimeType: string | null): MessageKind {
	const lower = name?.toLowerCase() ?? '';
	const known = KIND_NAMES.find(([, pattern]) => pattern.test(lower))?.[0];
	if (known !== undefined && (known !== 'text' || mimeType === null)) return known;
	const family = mimeType?.split('/')[0];
	if (family === 'image' || family === 'audio' || family === 'video') return family;
	if (mimeType !== null) return 'document';
	return known ?? (lower === '' ? 'text' : 'other');
}
