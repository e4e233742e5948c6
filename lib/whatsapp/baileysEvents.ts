import { z } from 'zod';
import type { ProviderEvent } from '../event/envelope';
import { readTime } from '../event/time';
import { baileysAddresses, readBaileysKey, type BaileysKey } from './baileysKey';
import { readBaileysContent, readChange, type BaileysChange } from './baileysMessage';
import { editedEvent, messageEvent, statusEvent, type WhatsAppOrigin } from './events';
import type { WhatsAppMessage } from './message';
import { readProtobufNumber } from './protobufNumber';

/** Where a Baileys message came from. */
export interface BaileysOrigin extends WhatsAppOrigin {
	/** The number that the session is connected with; null: not told. */
	readonly own: string | null;
	/** The gateway's name of the event. */
	readonly name: string;
}

const optionalText = z.string().nullish().catch(null);

/** Baileys' `WAMessage`, with what gateways put beside it. */
const waMessage = z.object({
	key: z.unknown(),
	message: z.unknown(),
	messageType: optionalText,
	messageTimestamp: z.unknown(),
	pushName: optionalText,
	contextInfo: z.object({ stanzaId: optionalText }).nullish().catch(null),
});

/**
 * The event of a Baileys message: one that came or went, a reaction, an edit or a deletion.
 *
 * @param message `WAMessage` as JSON
 * @returns undefined where it has no key or is something between devices
 */
export function baileysEvent(origin: BaileysOrigin, message: unknown): ProviderEvent | undefined {
	const read = waMessage.safeParse(message).data;
	const key = readBaileysKey(read?.key);
	if (read === undefined || key === undefined) return undefined;
	const sentAt = baileysTime(read.messageTimestamp);
	const content = readBaileysContent(read.message, read.messageType ?? null);
	if (content.change !== undefined) return changeEvent(origin, content.change, key, sentAt);
	// A reaction is a message of its own and says when it was made.
	const time = readTime(content.reactedAtMs) ?? sentAt ?? origin.receivedAt;
	return messageEvent(origin, {
		messageId: key.id,
		session: origin.session,
		...baileysAddresses(key, origin.own),
		pushName: read.pushName ?? null,
		kind: content.kind,
		text: content.text,
		media: content.media,
		quotedMessageId: content.quotedMessageId ?? (read.contextInfo?.stanzaId || null),
		timestamp: time.toISOString(),
	});
}

/**
 * The event of a `protocolMessage` that a gateway sends alone.
 *
 * @returns undefined where it neither edits nor deletes a message
 */
export function baileysChangeEvent(
	origin: BaileysOrigin,
	protocolMessage: unknown,
): ProviderEvent | undefined {
	const change = readChange(protocolMessage);
	const key = readBaileysKey(change?.key);
	if (change === undefined || key === undefined) return undefined;
	return changeEvent(origin, change, key, undefined);
}

/** `messageTimestamp`: seconds since 1970, in one of the forms of a 64 bit number. */
export function baileysTime(value: unknown): Date | undefined {
	return readTime(readProtobufNumber(value));
}

/** @param key whose addresses count; the change's own are written from its sender's point of view */
function changeEvent(
	origin: BaileysOrigin,
	change: BaileysChange,
	key: BaileysKey,
	sentAt: Date | undefined,
): ProviderEvent | undefined {
	const messageId = readBaileysKey(change.key)?.id;
	if (messageId === undefined || change.what === 'other') return undefined;
	const time = readTime(change.atMs) ?? sentAt;
	const addresses = baileysAddresses(key, origin.own);
	if (change.what === 'deleted') {
		const { chatId } = addresses;
		return statusEvent(origin, origin.name, { messageId, status: 'deleted', chatId, time });
	}
	const { kind, text, media, quotedMessageId } = readBaileysContent(change.content);
	const edited: WhatsAppMessage = {
		messageId,
		session: origin.session,
		...addresses,
		pushName: null,
		kind,
		text,
		media,
		quotedMessageId,
		timestamp: (time ?? origin.receivedAt).toISOString(),
	};
	// A gateway may tell one edit by two events; what it says and when it was made identify it.
	const identity = Buffer.from(JSON.stringify([kind, text, media, change.atMs]));
	return editedEvent(change.atMs === undefined ? origin : { ...origin, rawBody: identity }, edited);
}
