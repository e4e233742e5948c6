import { createHash } from 'node:crypto';
import { receivedMessage } from '../receivedMessage';
import type { RealtimeMessage } from '../source';
import type { CableChannel } from './channels';
import type { CableFrame } from './frame';

/** What is known about a message besides its frame. */
export interface MessageContext {
	/** `host[:port]` */
	readonly host: string;
	readonly channel: CableChannel;
	/** Identity of a message to which the server gives none. */
	readonly fallbackId: string;
	/** What identifies its place in AnyCable's history, where it has one. */
	readonly place?: string;
	readonly cursor?: string;
	/** Dotted path of the identity in the payload, empty for none. */
	readonly eventIdField: string;
	readonly receivedAt: Date;
}

/** The event of a message that has no name of its own. */
const UNNAMED = 'message';

/**
 * The event of a frame with a `message`. `data` is `{event, channel, params, payload}`: for a message
 * `{event, payload}`, its two fields; for any other, `event` is `message.event` where that is a text,
 * else `message` (`presence.<type>` for AnyCable's presence), and `payload` is the whole message.
 */
export function readMessage(frame: CableFrame, context: MessageContext): RealtimeMessage {
	const { host, channel, place, fallbackId, eventIdField, receivedAt, cursor } = context;
	const { event, payload } = readContent(frame);
	return receivedMessage({
		source: `/actioncable/${host}/${encodeURIComponent(channel.name)}`,
		type: `actioncable.${event}`,
		subject: channel.identifier,
		data: { event, channel: channel.name, params: channel.params, payload },
		raw: frame.raw,
		payload,
		// The content too: should a server number its messages anew, none is taken for another.
		...(place === undefined ? {} : { serverId: `${place}/${fingerprint(frame.message)}` }),
		fallbackId,
		eventIdField,
		receivedAt,
		...(cursor === undefined ? {} : { cursor }),
	});
}

function readContent({ type, message }: CableFrame): { event: string; payload: unknown } {
	const fields = typeof message === 'object' && message !== null ? message : {};
	if (type === 'presence') {
		const kind: unknown = Reflect.get(fields, 'type');
		return { event: `presence.${typeof kind === 'string' ? kind : UNNAMED}`, payload: message };
	}
	const event: unknown = Reflect.get(fields, 'event');
	if (typeof event !== 'string' || event === '') return { event: UNNAMED, payload: message };
	return { event, payload: 'payload' in fields ? fields.payload : message };
}

function fingerprint(message: unknown): string {
	const text = JSON.stringify(message) ?? '';
	return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
