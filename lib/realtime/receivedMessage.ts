import type { ProviderEvent } from '../event/envelope';
import { carriedEnvelope } from '../event/carriedEnvelope';
import type { RealtimeMessage } from './source';

/** What a transport knows of an event that arrived. */
export interface ReceivedEvent
	extends Pick<ProviderEvent, 'data' | 'raw' | 'source' | 'subject' | 'type'> {
	/** What the server's users sent: looked at for an envelope and for the user's own identity field. */
	readonly payload: unknown;
	/** The identity that the server gave the event, the same for every copy of it. */
	readonly serverId?: string;
	/** Identity where there is no other, such as `<connection id>/<sequence>`. */
	readonly fallbackId: string;
	/** The option 'Event ID Field': dotted path of the identity in the payload, empty for none. */
	readonly eventIdField: string;
	readonly receivedAt: Date;
	readonly cursor?: string;
}

/**
 * The message for an event that arrived. Copies are told by what certainly identifies the event: an
 * envelope that it carries, the field that the user named, or the server's own identity; without any
 * of them each message is an event of its own.
 */
export function receivedMessage(received: ReceivedEvent): RealtimeMessage {
	const { payload, eventIdField, receivedAt, cursor } = received;
	const carried = carriedEnvelope(payload, receivedAt);
	if (carried !== undefined) {
		return { event: carried, dedupeKey: carried.dedupeKey, ...(cursor ? { cursor } : {}) };
	}
	const { source, type, subject, data, raw } = received;
	const named = eventIdAt(payload, eventIdField);
	// With the event's name, since several events may tell of the same order, for example.
	const own = named === undefined ? undefined : `${type.slice(type.indexOf('.') + 1)}/${named}`;
	const known = own ?? received.serverId;
	const id = known ?? received.fallbackId;
	// As of an envelope that is carried: so the event is known again when it comes back as one.
	const dedupeKey = `${source}|${id}`;
	return {
		event: {
			id,
			source,
			type,
			...(subject === undefined ? {} : { subject }),
			time: receivedAt,
			dedupeKey,
			data,
			raw,
		},
		...(known === undefined ? {} : { dedupeKey }),
		...(cursor === undefined ? {} : { cursor }),
	};
}

/**
 * The identity that a payload holds at a path such as `order.id` or `items.0.id`; a field whose own
 * name is the whole path comes first.
 *
 * @returns undefined where there is no text or number
 */
export function eventIdAt(payload: unknown, path: string): string | undefined {
	if (path === '') return undefined;
	const value = own(payload, path) ?? path.split('.').reduce<unknown>(own, payload);
	if (typeof value === 'string') return value === '' ? undefined : value;
	return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

function own(value: unknown, key: string): unknown {
	return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
		? Reflect.get(value, key)
		: undefined;
}
