import type { ProviderEvent } from '../../lib/event/envelope';
import { type BaileysOrigin, baileysEditEvent } from '../../lib/whatsapp/baileysEvents';
import { readBaileysKey, type BaileysKey } from '../../lib/whatsapp/baileysKey';
import {
	digest,
	sessionEvent,
	type SessionState,
	statusEvent,
} from '../../lib/whatsapp/whatsappEvents';
import {
	at,
	firstText,
	textOf,
	fieldsOf,
	idOf,
	isEmpty,
	momentOf,
} from '../../lib/whatsapp/fields';
import { otherWhatsAppType } from '../../lib/whatsapp/vocabulary';

const STATE_TYPES: ReadonlyMap<string, string> = new Map([
	['open', 'whatsapp.session.connected'],
	['connecting', 'whatsapp.session.connecting'],
	['close', 'whatsapp.session.disconnected'],
	['refused', 'whatsapp.session.disconnected'],
]);

const LONGEST_QR_CODE = 100_000;

/**
 * The event of `connection.update`, `qrcode.updated`, and of everything that has no word yet.
 *
 * @param isUnique whether no two bodies are ever the same, since each tells when it was made
 */
export function stateEvent(origin: BaileysOrigin, data: unknown, isUnique: boolean): ProviderEvent {
	const { name } = origin;
	const content = digest(origin.rawBody);
	return sessionEvent(origin, {
		name,
		time: undefined,
		...(isUnique ? { id: `${name}/${content}` } : {}),
		...(knownState(name, data) ?? { type: otherWhatsAppType(name) }),
	});
}

function knownState(
	name: string,
	data: unknown,
): Pick<SessionState, 'type' | 'phoneNumber' | 'reason' | 'qrCode'> | undefined {
	if (name === 'connection.update') {
		const type = STATE_TYPES.get(textOf(at(data, 'state'))?.toLowerCase() ?? '');
		if (type === undefined) return undefined;
		const isUp = type === 'whatsapp.session.connected';
		return {
			type,
			phoneNumber: textOf(at(data, 'wuid'))?.replace(/[:@].*$/s, '') || null,
			// While connected the server tells 200, which is no reason for anything.
			reason: isUp ? null : at(data, 'statusReason'),
		};
	}
	if (name === 'qrcode.updated') {
		// At the limit of attempts there is a message instead, followed by the state `refused`.
		const qrCode = firstText(data, 'qrcode.base64', 'qrcode.code');
		if (!qrCode || qrCode.length > LONGEST_QR_CODE) return undefined;
		return { type: 'whatsapp.session.qr', qrCode };
	}
	return undefined;
}

/** `WAMessageStatus` of WhatsApp's protocol buffers, by number. */
const STATUS_NAMES = ['ERROR', 'PENDING', 'SERVER_ACK', 'DELIVERY_ACK', 'READ', 'PLAYED'] as const;

/** In the words of this package; the second half is what the WhatsApp Cloud API says. */
const STATUS_WORDS: ReadonlyMap<string, string> = new Map([
	['ERROR', 'failed'],
	['SERVER_ACK', 'sent'],
	['DELIVERY_ACK', 'delivered'],
	['READ', 'read'],
	['PLAYED', 'read'],
	['SENT', 'sent'],
	['DELIVERED', 'delivered'],
	['FAILED', 'failed'],
]);

/** What an update tells, in the server's words. */
interface Update {
	readonly key: BaileysKey;
	readonly status: string | undefined;
	readonly time: Date | undefined;
}

/**
 * The event of `messages.update` or `messages.delete`.
 *
 * What an update without a status of its own says depends on the version. Up to 2.3.4 it is called
 * `DELETED`, from 2.3.7 on `SERVER_ACK`, and both are said of votes in a poll and of edits; since 2.3.7
 * the new content of an edit is there. What is really gone comes as `messages.delete`.
 *
 * @returns undefined where it names no message, or nothing that has a word
 */
export function messageUpdate(origin: BaileysOrigin, told: unknown): ProviderEvent | undefined {
	// As Baileys has it: the key, and what changed in an object of its own.
	const data = { ...fieldsOf(at(told, 'update')), ...fieldsOf(told) };
	const update = readUpdate(data);
	if (update === undefined) return undefined;
	if (origin.name === 'messages.delete') return statusOf(origin, update, 'deleted');
	if (!isEmpty(at(data, 'pollUpdates'))) return undefined;
	const { status, key } = update;
	const message = at(data, 'message');
	if (!isEmpty(message) && (status === undefined || status === 'SERVER_ACK' || isEdit(message))) {
		return baileysEditEvent(origin, key, message);
	}
	const isDefault = status === 'DELETED' || (status === 'SERVER_ACK' && key.fromMe === false);
	if (status === undefined || isDefault) return undefined;
	return statusOf(origin, update, STATUS_WORDS.get(status) ?? status.toLowerCase());
}

function isEdit(message: unknown): boolean {
	return at(message, 'editedMessage') !== undefined;
}

function readUpdate(data: unknown): Update | undefined {
	// `messageId` is a number of the server's own database.
	const id = ['keyId', 'key.id', 'keys.id', 'id', 'messageId']
		.map((path) => idOf(at(data, path)))
		.find((found) => found !== null);
	const key = readBaileysKey({
		id,
		...Object.fromEntries(
			['remoteJid', 'remoteJidAlt', 'fromMe', 'participant', 'participantAlt'].map((name) => [
				name,
				at(data, name, `key.${name}`, `keys.${name}`),
			]),
		),
	});
	if (key === undefined) return undefined;
	return {
		key,
		status: statusName(textOf(at(data, 'status'))),
		// 1.x: milliseconds. WhatsApp Cloud API: seconds.
		time: momentOf(at(data, 'datetime')) ?? momentOf(at(data, 'timestamp')),
	};
}

function statusOf(origin: BaileysOrigin, { key, time, status: name }: Update, status: string) {
	const { id: messageId, remoteJid: chatId, participant } = key;
	const ack = STATUS_NAMES.indexOf(name as (typeof STATUS_NAMES)[number]);
	return statusEvent(origin, origin.name, {
		messageId,
		status,
		ack: ack < 0 ? null : ack,
		chatId,
		// Some versions repeat the chat here. Who deleted is told by one of several events only.
		participant: participant === chatId || status === 'deleted' ? null : participant,
		time,
	});
}

function statusName(status: string | null): string | undefined {
	if (status === null || status === '') return undefined;
	return STATUS_NAMES[Number(status)] ?? status.toUpperCase();
}
