import { z } from 'zod';
import type { MessageKind } from './message';
import { readProtobufNumber } from './protobufNumber';

/**
 * The parts of a message's content, by the names of WhatsApp's protocol buffers. Whatever does not
 * fit counts as not told: a field that changes its form must not cost the message.
 *
 * @see https://github.com/WhiskeySockets/Baileys/blob/master/WAProto/WAProto.proto
 */
const text = z.string().nullish().catch(null);
const amount = z.unknown().transform(readProtobufNumber);

const key = z.object({ id: text, remoteJid: text, fromMe: z.boolean().nullish().catch(null) });

/** All fields that are read of any part. */
export const messagePart = z.object({
	text,
	caption: text,
	conversation: text,
	name: text,
	title: text,
	address: text,
	comment: text,
	description: text,
	displayName: text,
	contentText: text,
	hydratedContentText: text,
	selectedDisplayText: text,
	selectedButtonId: text,
	selectedId: text,
	body: z
		.union([z.string(), z.object({ text }).transform((body) => body.text)])
		.nullish()
		.catch(null),
	hydratedTemplate: z.object({ hydratedContentText: text }).nullish().catch(null),
	singleSelectReply: z.object({ selectedRowId: text }).nullish().catch(null),
	url: text,
	mimetype: text,
	fileName: text,
	fileLength: amount,
	key: key.nullish().catch(null),
	senderTimestampMs: amount,
	contextInfo: z.object({ stanzaId: text }).nullish().catch(null),
});

export type MessagePart = z.infer<typeof messagePart>;

/** What a part means. */
export interface PartMeaning {
	readonly kind: MessageKind;
	/** What of it a person would read. */
	readonly text: (part: MessagePart) => string | null | undefined;
	/** It is a file. */
	readonly isMedia?: true;
}

const media = (kind: MessageKind): PartMeaning => ({
	kind,
	text: ({ caption }) => caption,
	isMedia: true,
});

const reply: PartMeaning['text'] = (part) =>
	part.selectedDisplayText ??
	part.title ??
	part.body ??
	part.selectedButtonId ??
	part.selectedId ??
	part.singleSelectReply?.selectedRowId;

const menu: PartMeaning['text'] = (part) =>
	part.contentText ??
	part.description ??
	part.body ??
	part.hydratedTemplate?.hydratedContentText ??
	part.text ??
	part.title;

const named: PartMeaning['text'] = ({ name, address, comment }) => name ?? address ?? comment;

/** Every part that has a meaning here; the first one that a message holds tells what it is. */
export const PART_MEANINGS: ReadonlyArray<readonly [name: string, meaning: PartMeaning]> = [
	['reactionMessage', { kind: 'reaction', text: (part) => part.text ?? '' }],
	['extendedTextMessage', { kind: 'text', text: (part) => part.text }],
	['imageMessage', media('image')],
	['videoMessage', media('video')],
	['ptvMessage', media('video')],
	['audioMessage', media('audio')],
	['documentMessage', media('document')],
	['stickerMessage', media('sticker')],
	['locationMessage', { kind: 'location', text: named }],
	['liveLocationMessage', { kind: 'location', text: ({ caption }) => caption }],
	['contactMessage', { kind: 'contact', text: ({ displayName }) => displayName }],
	['contactsArrayMessage', { kind: 'contact', text: ({ displayName }) => displayName }],
	['listResponseMessage', { kind: 'text', text: reply }],
	['buttonsResponseMessage', { kind: 'text', text: reply }],
	['templateButtonReplyMessage', { kind: 'text', text: reply }],
	['interactiveResponseMessage', { kind: 'text', text: reply }],
	['listMessage', { kind: 'text', text: menu }],
	['buttonsMessage', { kind: 'text', text: menu }],
	['templateMessage', { kind: 'text', text: menu }],
	['interactiveMessage', { kind: 'text', text: menu }],
	['pollCreationMessage', { kind: 'other', text: named }],
	['pollCreationMessageV2', { kind: 'other', text: named }],
	['pollCreationMessageV3', { kind: 'other', text: named }],
	['eventMessage', { kind: 'other', text: named }],
	['productMessage', { kind: 'other', text: ({ body }) => body }],
	['groupInviteMessage', { kind: 'other', text: ({ caption }) => caption }],
];
