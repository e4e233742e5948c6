import { createHash } from 'node:crypto';
import type { ProviderEvent } from '../../lib/event/envelope';
import { readTime } from '../../lib/event/time';
import type { Delivery } from '../../lib/receive/provider';
import { readEvent } from './readEvent';
import type { KometiaEvent } from './schema';

/** First part of every event's `source` and `type`. */
export const KOMETIA = 'kometia';

/** Far longer than any name; CloudEvents asks for short ones. */
const LONGEST_TYPE = 200;

/** What CloudEvents allows in no text (1.0.2, "Type System"): control characters and half characters. */
const NOT_ALLOWED = /[\p{Cc}\p{Cs}]/gu;

/**
 * Turns a fetched event into the common envelope's parts.
 *
 * @param body what Kometia's API gave, or, where the user accepts that, what was posted
 * @param storeOfUrl the store that the credential's address names, for events that name none
 * @throws {MalformedBodyError} where the body is no JSON object
 */
export function identifyKometia(
	body: unknown,
	{ receivedAt, rawBody }: Pick<Delivery, 'receivedAt' | 'rawBody'>,
	storeOfUrl: string | null,
): ProviderEvent {
	const event = readEvent(body);
	// Only where the user accepts what nobody can be asked for: the body stands for its identity.
	const id = event.id ?? createHash('sha256').update(rawBody).digest('hex').slice(0, 16);
	const type = event.type ?? event.event ?? event.name ?? event.topic ?? null;
	const store = event.store ?? event.store_id ?? event.shop ?? event.shop_id ?? storeOfUrl;
	const object = objectOf(event);
	const subject = subjectOf(object);
	const createdAt = readTime(event.created_at) ?? readTime(event.created);
	const fullType = `${KOMETIA}.${typeName(type)}`;
	return {
		id,
		source: store === null ? `/${KOMETIA}` : `/${KOMETIA}/${uriPart(store)}`,
		type: fullType,
		...(subject === undefined ? {} : { subject }),
		time: createdAt ?? receivedAt,
		dedupeKey: `${store ?? KOMETIA}|${fullType}|${id}`,
		data: {
			eventId: event.id,
			type,
			object,
			createdAt: createdAt?.toISOString() ?? null,
			store,
		},
		raw: body,
	};
}

function typeName(type: string | null): string {
	return type === null ? 'event' : type.replace(NOT_ALLOWED, '_').slice(0, LONGEST_TYPE);
}

/** What the event is about; Stripe, whose words Kometia's guide uses, has it in `data.object`. */
function objectOf({ data, object, payload }: KometiaEvent): unknown {
	const found = data ?? object ?? payload ?? null;
	if (found === null || Array.isArray(found)) return found;
	const inner = found.object;
	return typeof inner === 'object' && inner !== null ? inner : found;
}

function subjectOf(object: unknown): string | undefined {
	if (typeof object !== 'object' || object === null || !('id' in object)) return undefined;
	const { id } = object;
	if (typeof id !== 'string' && typeof id !== 'number') return undefined;
	return String(id).trim() || undefined;
}

/** One segment of a URI reference. Half characters have no place in one. */
function uriPart(text: string): string {
	return encodeURIComponent(text.replace(NOT_ALLOWED, '_'));
}
