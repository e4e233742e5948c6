import { type ProviderEvent, carriedEnvelope } from '../event/envelope';
import { valueAtPath } from '../event/json';
import { matchesPattern, readPatterns, selectsType } from '../event/pattern';
import { RealtimeFailure } from '../net/failure';
import type { RealtimeMessage } from './source';

/** `data` of an event of a realtime server; each protocol has more of its own. */
export interface RealtimeEventData {
	readonly event: string;
	readonly channel?: string | null;
	/** Of Socket.IO. */
	readonly namespace?: string;
	readonly payload: unknown;
}

/** What a transport knows of an event that arrived. */
interface ReceivedEvent extends Pick<ProviderEvent, 'raw' | 'source' | 'subject' | 'type'> {
	readonly data: RealtimeEventData & Readonly<Record<string, unknown>>;
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
	const value = valueAtPath(payload, path);
	if (typeof value === 'string') return value === '' ? undefined : value;
	return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

/** Whether a type such as `pusher.order.created` is one that the user wants. */
export type EventSelector = (type: string) => boolean;

/** Where Laravel's events live, and what Laravel Echo puts in front of a name unless told otherwise. */
const NAMESPACE = 'App\\Events\\';

/**
 * Reads which events are listened to. Beside names of types, with or without their first part, and `*`
 * for any text, it takes names as they stand in a call of Laravel Echo's `listen`:
 * `.notification.created` is the name behind the dot as it is, so is `\App\Events\OrderShipped`, and
 * `OrderShipped` or `Orders.Shipped` are classes in `App\Events` too.
 *
 * @param events a list of names, or one text with commas or line breaks between them
 * @throws {RealtimeFailure} a permanent one where it names nothing
 * @see https://github.com/laravel/echo/blob/master/packages/laravel-echo/src/util/event-formatter.ts
 */
export function eventSelector(events: unknown): EventSelector {
	const patterns = isReadable(events) ? readPatterns(events) : [];
	if (patterns.length === 0) throw namesNothing(events);
	if (patterns.includes('*')) return () => true;
	const inEcho = [...new Set(patterns.flatMap(asInEcho))];
	return (type) => {
		if (selectsType(patterns, type)) return true;
		const name = type.slice(type.indexOf('.') + 1);
		return inEcho.some((pattern) => matchesPattern(pattern, name));
	};
}

/** The names on the wire that a name means in Echo, beside itself. */
function asInEcho(pattern: string): string[] {
	// In JavaScript and PHP a backslash is written twice; PHP also names a class by `::class`.
	const name = pattern.replace(/\\{2,}/g, '\\').replace(/::class$/, '');
	if (/^[.\\]/.test(name)) return [name.slice(1)];
	const path = name.replace(/\./g, '\\');
	return [name, path, NAMESPACE + path];
}

function isReadable(events: unknown): boolean {
	if (Array.isArray(events)) return events.every(isReadable);
	return typeof events === 'string' || typeof events === 'number';
}

function namesNothing(events: unknown): RealtimeFailure {
	const isEmpty =
		events === undefined ||
		events === null ||
		(Array.isArray(events) && events.length === 0) ||
		(isReadable(events) && readPatterns(events).length === 0);
	return new RealtimeFailure(
		isEmpty ? "'Events' is empty" : "'Events' is not a text or a list of texts",
		{
			permanent: true,
			description:
				'Enter * for every event, or names such as order.*, notification.created. If it is an expression, check its result.',
		},
	);
}
