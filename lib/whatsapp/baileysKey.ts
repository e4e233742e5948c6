import { z } from 'zod';
import { isGroupJid, isHiddenJid, normalizeJid } from './jid';
import type { WhatsAppMessage } from './message';

const address = z.string().nullish().catch(null);

/** Baileys' message key, with the names that its forks gave to the phone behind a hidden address. */
const messageKey = z.object({
	id: z.string().min(1).max(512),
	remoteJid: address,
	remoteJidAlt: address,
	senderPn: address,
	fromMe: z.boolean().nullish().catch(null),
	participant: address,
	participantAlt: address,
	participantPn: address,
});

export type BaileysKey = z.infer<typeof messageKey>;

/** Who and where, of a message. */
export type BaileysAddresses = Pick<
	WhatsAppMessage,
	'chatId' | 'from' | 'to' | 'fromMe' | 'isGroup' | 'author'
>;

/**
 * Reads a message key.
 *
 * @returns undefined where it has no id, without which it names no message
 */
export function readBaileysKey(key: unknown): BaileysKey | undefined {
	return messageKey.safeParse(key).data;
}

/**
 * The addresses of a message. `chatId` is where to answer, hidden (`@lid`) or not; `from` and `to`
 * show the phone where the gateway tells it.
 *
 * @param own the number that the session is connected with, where the gateway tells it
 */
export function baileysAddresses(key: BaileysKey, own: string | null): BaileysAddresses {
	const chatId = normalized(key.remoteJid);
	const isGroup = chatId !== null && isGroupJid(chatId);
	const fromMe = key.fromMe ?? false;
	const self = normalized(own);
	const participant = normalized(key.participant);
	const writer =
		participant === null
			? withPhone(chatId, key.remoteJidAlt, key.senderPn)
			: withPhone(participant, key.participantAlt, key.participantPn, key.senderPn);
	return {
		chatId,
		from: fromMe ? (self ?? (isGroup ? writer : null)) : writer,
		to: fromMe ? withPhone(chatId, key.remoteJidAlt, key.senderPn) : self,
		fromMe,
		isGroup,
		author: isGroup ? participant : null,
	};
}

/** The first address that shows a phone, else the one that hides it. */
function withPhone(
	hidden: string | null,
	...others: ReadonlyArray<string | null | undefined>
): string | null {
	if (hidden === null || !isHiddenJid(hidden)) return hidden;
	return others.map(normalized).find((other) => other !== null && !isHiddenJid(other)) ?? hidden;
}

function normalized(value: string | null | undefined): string | null {
	return value ? normalizeJid(value) : null;
}
