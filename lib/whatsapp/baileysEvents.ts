import type { ProviderEvent } from '../event/envelope';
import { readTime } from '../event/time';
import { baileysAddresses, fromOurSide, readBaileysKey, type BaileysKey } from './baileysKey';
import { innerMessage, readBaileysContent, readChange, type BaileysChange } from './baileysMessage';
import {
	controlEvent,
	editedEvent,
	messageEvent,
	statusEvent,
	type WhatsAppOrigin,
} from './whatsappEvents';
import { at, fieldsOf, idOf, momentOf, textOf } from './fields';
import type { WhatsAppMessage } from './message';

/** Where a Baileys message came from. */
export interface BaileysOrigin extends WhatsAppOrigin {
	/** The session's own addresses, as far as they are told, the phone's first. */
	readonly own: readonly string[];
	/** The gateway's name of the event. */
	readonly name: string;
}

/** `messageStubType` of a message that was deleted, of Baileys' `WAMessageStubType`. */
export const REVOKE = 'REVOKE';
const REVOKED = new Set(['1', REVOKE]);

/** Of a message that cannot be read yet; it comes again. */
const NOT_DECRYPTED = new Set(['2', 'CIPHERTEXT']);

/**
 * The event of a Baileys message: one that came or went, a reaction, an edit or a deletion, or what
 * phones and servers tell each other in the same way.
 *
 * @param message `WAMessage` as JSON
 * @returns undefined where it has no key
 */
export function baileysEvent(origin: BaileysOrigin, message: unknown): ProviderEvent | undefined {
	const told = fieldsOf(message);
	const key = readBaileysKey(at(told, 'key'));
	if (told === undefined || key === undefined) return undefined;
	const sentAt = momentOf(at(told, 'messageTimestamp'));
	const content = readBaileysContent(at(told, 'message'), textOf(at(told, 'messageType')));
	if (content.change !== undefined && content.change.what !== 'other') {
		const changed = changeEvent(origin, content.change, key, sentAt);
		if (changed !== undefined) return changed;
	}
	if (content.isEdited && content.control === undefined) {
		return contentEdited(origin, key, at(told, 'message'), sentAt);
	}
	const addresses = baileysAddresses(key, origin.own);
	const { control } = content;
	if (control !== undefined) {
		const stub = stubName(at(told, 'messageStubType'));
		if (control.name === null && stub === REVOKE) return deletedEvent(origin, key, sentAt);
		const { chatId, from, fromMe, author } = addresses;
		return controlEvent(origin, origin.name, {
			messageId: key.id,
			chatId,
			from,
			fromMe,
			author,
			content: control.name ?? stub,
			time: sentAt ?? origin.receivedAt,
		});
	}
	// A reaction is a message of its own and says when it was made.
	const time = readTime(content.reactedAtMs) ?? sentAt ?? origin.receivedAt;
	return messageEvent(origin, {
		messageId: key.id,
		session: origin.session,
		...addresses,
		pushName: textOf(at(told, 'pushName')),
		kind: content.kind,
		text: content.text,
		media: content.media,
		quotedMessageId: content.quotedMessageId ?? idOf(at(told, 'contextInfo.stanzaId')),
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
	return changeEvent(origin, change, fromOurSide(key, origin.own), undefined);
}

/**
 * The event of a message's new content, or of a reaction that came like one.
 *
 * @param key of the message that was edited
 * @param message the content as WhatsApp writes it, with or without `editedMessage` around it
 * @returns undefined where nobody would read anything in it
 */
export function baileysEditEvent(
	origin: BaileysOrigin,
	key: BaileysKey,
	message: unknown,
): ProviderEvent | undefined {
	const content = readBaileysContent(message);
	if (content.change?.what === 'edited') return changeEvent(origin, content.change, key, undefined);
	if (content.control !== undefined) return undefined;
	return content.kind === 'reaction'
		? baileysEvent(origin, { key, message })
		: contentEdited(origin, key, message, undefined);
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
	if (change.what === 'edited') {
		return contentEdited(origin, { ...key, id: messageId }, change.content, time);
	}
	return deletedEvent(origin, { ...key, id: messageId }, time);
}

function deletedEvent(origin: BaileysOrigin, key: BaileysKey, time: Date | undefined) {
	const { chatId } = baileysAddresses(key, origin.own);
	return statusEvent(origin, origin.name, { messageId: key.id, status: 'deleted', chatId, time });
}

/**
 * Gateways tell one edit by two events, of which only one says when it was made; so what it says is
 * what identifies it.
 */
function contentEdited(
	origin: BaileysOrigin,
	key: BaileysKey,
	message: unknown,
	time: Date | undefined,
): ProviderEvent {
	const { kind, text, media, quotedMessageId } = readBaileysContent(message);
	const edited: WhatsAppMessage = {
		messageId: key.id,
		session: origin.session,
		...baileysAddresses(key, origin.own),
		pushName: null,
		kind,
		text,
		media,
		quotedMessageId,
		timestamp: (time ?? origin.receivedAt).toISOString(),
	};
	return editedEvent(origin, edited, JSON.stringify([kind, text ?? innerMessage(message)]));
}

/** What a notice in a chat is about; null: it is none, or stands for a message that comes later. */
export function stubName(stubType: unknown): string | null {
	const type = textOf(stubType)?.toUpperCase() ?? '0';
	if (type === '0' || type === 'UNKNOWN' || NOT_DECRYPTED.has(type)) return null;
	if (REVOKED.has(type)) return REVOKE;
	return /^[A-Z_]{3,60}$/.test(type) ? type : 'messageStub';
}
