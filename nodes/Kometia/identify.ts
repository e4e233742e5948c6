import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ProviderEvent } from '../../lib/event/envelope';
import { readTime } from '../../lib/event/time';
import { type Delivery, readObject } from '../../lib/receive/provider';

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
		} satisfies KometiaEventData,
		raw: body,
	};
}

/** `data` of an event of a store. */
export interface KometiaEventData {
	readonly eventId: string | number | null;
	/** Kometia's name of it, such as `order.created`. */
	readonly type: string | null;
	/** What it is about, as Kometia's API tells it. */
	readonly object: unknown;
	/** RFC 3339, UTC. */
	readonly createdAt: string | null;
	/** Name of the store, from the credential's Base URL. */
	readonly store: string | null;
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

/**
 * Reads the event of a body, be it posted or fetched. An object with an id inside `event` is the
 * event, since the id around it would be the delivery's; else the body itself is, where it has an
 * id; else an object with an id inside `data`.
 *
 * @throws {MalformedBodyError} where the body is no JSON object
 */
export function readEvent(body: unknown): KometiaEvent {
	const fields = readObject(body);
	if (hasId(field(fields, 'event'))) return kometiaEvent.parse(field(fields, 'event'));
	if (!hasId(fields) && hasId(field(fields, 'data'))) {
		return kometiaEvent.parse(field(fields, 'data'));
	}
	return kometiaEvent.parse(fields);
}

function hasId(value: unknown): boolean {
	return field(value, 'id') !== undefined;
}

function field(value: unknown, name: string): unknown {
	if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
	return (value as Record<string, unknown>)[name] ?? undefined;
}

/**
 * Kometia's event object. Its guide says no more than that an event has an id and comes as JSON
 * (https://kometia.com/ayuda/desarrolladores/webhooks); the names of the fields are not published.
 * So the usual ones are all read, and what does not fit is left out.
 */

/** It goes into a URL, so nothing but these passes: no slash, dot, percent sign or white space. */
const ID_FORMAT = /^[A-Za-z0-9_-]{1,100}$/;

/** Null: there is none, or one that cannot be asked for. */
const id = z
	.preprocess(
		// A number that has lost digits would be the id of another event.
		(value) => (Number.isSafeInteger(value) ? String(value) : value),
		z.string().regex(ID_FORMAT),
	)
	.nullish()
	.catch(null)
	.transform((value) => value ?? null);

const text = z.string().trim().min(1).nullish().catch(null);

const name = z
	.union([z.string().trim().min(1), z.number().transform(String)])
	.nullish()
	.catch(null);

/** Text is none: a field of this name then means something else, such as Stripe's `"object": "event"`. */
const content = z
	.union([z.record(z.unknown()), z.array(z.unknown())])
	.nullish()
	.catch(null);

const moment = z.union([z.number(), z.string()]).nullish().catch(null);

const kometiaEvent = z.object({
	id,
	type: text,
	event: text,
	name: text,
	topic: text,
	data: content,
	object: content,
	payload: content,
	created_at: moment,
	created: moment,
	store: name,
	store_id: name,
	shop: name,
	shop_id: name,
});

type KometiaEvent = z.infer<typeof kometiaEvent>;
