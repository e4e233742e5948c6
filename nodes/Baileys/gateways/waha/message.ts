import { baileysAddresses } from '../../../../lib/whatsapp/baileysKey';
import { readBaileysContent, type BaileysContent } from '../../../../lib/whatsapp/baileysMessage';
import {
	messageKind,
	type MessageKind,
	type MessageMedia,
	type WhatsAppMessage,
} from '../../../../lib/whatsapp/message';
import { readProtobufNumber } from '../../../../lib/whatsapp/protobufNumber';
import { parseMessageId, type WahaMessageId } from './messageId';
import type { Message } from './schema';

/** A chat with one person, where some engines repeat that person as participant. */
const PERSON = /@(?:c\.us|s\.whatsapp\.net|lid)$/;

/** What is known of a message from around it. */
export interface MessageFrame {
	readonly session: string | null;
	/** The session's own number. */
	readonly own: string | null;
	readonly time: Date;
}

/** A message of WAHA, of whichever engine, in the words of this package. */
export function readMessage(message: Message, frame: MessageFrame): WhatsAppMessage {
	const parsed = parseMessageId(message.id);
	const content = engineContent(message);
	const kind = content?.kind ?? kindWithoutContent(message);
	return {
		messageId: parsed.id,
		session: frame.session,
		...addresses(message, parsed, frame.own),
		pushName: pushName(message),
		kind,
		text: readText(message, kind, content),
		media: readMedia(message, content),
		quotedMessageId: message.replyTo?.id
			? parseMessageId(message.replyTo.id).id
			: (content?.quotedMessageId ?? null),
		timestamp: frame.time.toISOString(),
	};
}

/** NOWEB and GOWS hand on WhatsApp's own message; of an edit, its new content counts. */
function engineContent({ _data: data }: Message): BaileysContent | undefined {
	const raw = data?.message ?? data?.Message;
	if (typeof raw !== 'object' || raw === null) return undefined;
	const content = readBaileysContent(raw);
	return content.change?.what === 'edited' ? readBaileysContent(content.change.content) : content;
}

function kindWithoutContent({ _data, media, location, vCards, hasMedia }: Message): MessageKind {
	if (location) return 'location';
	if (vCards && vCards.length > 0) return 'contact';
	const name = _data?.type ?? null;
	const mimeType = media?.mimetype ?? null;
	return name === null && mimeType === null && hasMedia === true
		? 'other'
		: messageKind(name, mimeType);
}

/** The engines disagree on `from` and `to`; the id holds the chat at all of them. */
function addresses(message: Message, parsed: WahaMessageId, own: string | null) {
	const { key, Info } = message._data ?? {};
	const fromMe = message.fromMe ?? parsed.fromMe ?? false;
	const chat = parsed.chat ?? (fromMe ? message.to : message.from);
	const isPerson = PERSON.test(chat ?? '');
	return baileysAddresses(
		{
			id: parsed.id,
			remoteJid: chat,
			remoteJidAlt: key?.remoteJidAlt ?? (fromMe ? Info?.RecipientAlt : Info?.SenderAlt),
			senderPn: key?.senderPn,
			fromMe,
			participant: isPerson ? null : (message.participant ?? message.author ?? parsed.participant),
			participantAlt: key?.participantAlt ?? Info?.SenderAlt,
			participantPn: key?.participantPn,
		},
		own,
	);
}

function pushName({ _data: data }: Message): string | null {
	return data?.pushName ?? data?.notifyName ?? data?.Info?.PushName ?? null;
}

/** WEBJS puts the thumbnail of a map into the body of a location. */
function readText(
	{ body, location }: Message,
	kind: MessageKind,
	content: BaileysContent | undefined,
): string | null {
	if (kind === 'location') {
		return location?.name || location?.description || location?.address || content?.text || null;
	}
	if (kind === 'reaction') return content?.text ?? '';
	return body || content?.text || null;
}

/** WAHA's copy of a file. WhatsApp's own URL is never shown: it holds the file encrypted. */
function readMedia(
	{ media, mediaUrl, hasMedia, _data }: Message,
	content: BaileysContent | undefined,
): MessageMedia | null {
	const known = content?.media;
	if (!media && !mediaUrl && !known && hasMedia !== true) return null;
	const size = readProtobufNumber(media?.filesize) ?? known?.fileSize;
	return {
		url: media?.url ?? mediaUrl ?? null,
		mimeType: media?.mimetype ?? known?.mimeType ?? null,
		fileName: media?.filename ?? known?.fileName ?? null,
		fileSize: size ?? readProtobufNumber(_data?.size) ?? null,
	};
}
