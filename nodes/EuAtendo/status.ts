import type { ProviderEvent } from '../../lib/event/envelope';
import { readTime } from '../../lib/event/time';
import type { BaileysOrigin } from '../../lib/whatsapp/baileysEvents';
import { statusEvent } from '../../lib/whatsapp/events';
import { messageUpdate } from './schema';

/** `WAMessageStatus` of WhatsApp's protocol buffers, by number. */
const STATUS_NAMES = ['ERROR', 'PENDING', 'SERVER_ACK', 'DELIVERY_ACK', 'READ', 'PLAYED'] as const;

/** In the words of this package; the second half is what the WhatsApp Cloud API says. */
const STATUS_WORDS: Readonly<Record<string, string>> = {
	ERROR: 'failed',
	SERVER_ACK: 'sent',
	DELIVERY_ACK: 'delivered',
	READ: 'read',
	PLAYED: 'read',
	DELETED: 'deleted',
	SENT: 'sent',
	DELIVERED: 'delivered',
	FAILED: 'failed',
};

/**
 * The event of `messages.update` or `messages.delete`.
 *
 * @returns undefined where it names no message or no status, as votes in a poll do
 */
export function statusUpdate(origin: BaileysOrigin, data: unknown): ProviderEvent | undefined {
	const update = messageUpdate.safeParse(data).data;
	if (update === undefined) return undefined;
	const messageId = update.keyId || update.key?.id || update.id || update.messageId;
	const name = statusName(origin.name === 'messages.delete' ? 'DELETED' : update.status);
	if (!messageId || name === undefined) return undefined;
	const chatId = update.remoteJid ?? update.key?.remoteJid ?? null;
	const status = STATUS_WORDS[name] ?? name.toLowerCase();
	const ack = STATUS_NAMES.indexOf(name as (typeof STATUS_NAMES)[number]);
	const participant = update.participant ?? update.key?.participant ?? null;
	return statusEvent(origin, origin.name, {
		messageId,
		status,
		ack: ack < 0 ? null : ack,
		chatId,
		// Some versions repeat the chat here. Who deleted is told by one of several events only.
		participant: participant === chatId || status === 'deleted' ? null : participant,
		time: readTime(update.datetime) ?? readTime(update.timestamp),
	});
}

function statusName(status: string | number | null | undefined): string | undefined {
	if (status === null || status === undefined || status === '') return undefined;
	return STATUS_NAMES[Number(status)] ?? String(status).toUpperCase();
}
