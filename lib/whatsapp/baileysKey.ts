import { at, fieldsOf, flagOf, idOf } from './fields';
import { addressOf, isGroupJid, isHiddenJid } from './jid';
import type { WhatsAppMessage } from './message';

/**
 * Baileys' message key, with the names that its forks gave to the phone behind a hidden address. Null:
 * not told.
 */
export interface BaileysKey {
	readonly id: string;
	readonly remoteJid: string | null;
	readonly remoteJidAlt: string | null;
	readonly senderPn: string | null;
	readonly fromMe: boolean | null;
	readonly participant: string | null;
	readonly participantAlt: string | null;
	readonly participantPn: string | null;
}

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
	const fields = fieldsOf(key);
	const id = idOf(at(fields, 'id'));
	if (id === null) return undefined;
	const address = (name: string) => addressOf(at(fields, name));
	return {
		id,
		remoteJid: address('remoteJid'),
		remoteJidAlt: address('remoteJidAlt'),
		senderPn: address('senderPn'),
		fromMe: flagOf(at(fields, 'fromMe')),
		participant: address('participant'),
		participantAlt: address('participantAlt'),
		participantPn: address('participantPn'),
	};
}

/**
 * The addresses of a message. `chatId` is where to answer, hidden (`@lid`) or not; `from` and `to`
 * show the phone where the gateway tells it.
 *
 * @param own addresses that the session itself has, the phone's first, as far as they are told
 */
export function baileysAddresses(key: BaileysKey, own: readonly string[]): BaileysAddresses {
	const { remoteJid: chatId, participant } = key;
	const isGroup = chatId !== null && isGroupJid(chatId);
	const writers = [participant, key.participantAlt, key.participantPn];
	// Gateways that know themselves by one address only take what they wrote under the other for somebody's.
	const fromMe = key.fromMe === true || (isGroup && writers.some((one) => isOwn(one, own)));
	const [self = null] = own;
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

/**
 * The key as it is seen from here. Whoever changes a message writes its key from their own point of
 * view: a contact's key says `fromMe` and names our number as the chat.
 */
export function fromOurSide(key: BaileysKey, own: readonly string[]): BaileysKey {
	if (key.fromMe !== true || !isOwn(key.remoteJid, own)) return key;
	return {
		...key,
		// Where it was written is not told.
		remoteJid: null,
		remoteJidAlt: null,
		fromMe: false,
		participant: null,
		participantAlt: null,
		participantPn: null,
	};
}

function isOwn(address: string | null, own: readonly string[]): boolean {
	return address !== null && own.includes(address);
}

/** The first address that shows a phone, else the one that hides it. */
function withPhone(hidden: string | null, ...others: ReadonlyArray<string | null>): string | null {
	if (hidden === null || !isHiddenJid(hidden)) return hidden;
	return others.find((other) => other !== null && !isHiddenJid(other)) ?? hidden;
}
