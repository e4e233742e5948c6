import { NoEnvelope, readEnvelope } from '../event/envelope';
import { isObject, isText } from '../event/json';
import { readTime } from '../event/time';
import type { DisabledReason, Subscriber } from '../subscriber/subscriber';
import type { DeliveryBody } from './delivery';

/** An event that can be delivered: CloudEvents 1.0 in its JSON format, extension attributes kept. */
export interface DeliverableEvent {
	readonly specversion: '1.0';
	readonly id: string;
	readonly source: string;
	readonly type: string;
	readonly subject?: string;
	/** RFC 3339. */
	readonly time: string;
	readonly datacontenttype?: string;
	readonly data?: unknown;
	readonly [attribute: string]: unknown;
}

/** What an item that is no complete event gets instead. */
interface EventDefaults {
	/** Must be the same when the same item comes again, or the receiver cannot recognise a repeat. */
	readonly id: string;
	readonly source: string;
	readonly time: Date;
}

/** An item that is no event; the message says what is missing. */
export class UndeliverableError extends Error {
	override readonly name = 'UndeliverableError';
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the event of an item: an envelope of this package or any CloudEvents 1.0, one that is kept in
 * `event` (as histories do), or an object with `type` (or `event`) and `data` (or `payload`).
 *
 * @throws {UndeliverableError}
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function readDeliverable(item: unknown, defaults: EventDefaults): DeliverableEvent {
	if (!isObject(item)) throw new UndeliverableError('The item is not an object');
	if ('specversion' in item) return cloudEvent(item, defaults);
	if (isObject(item.event) && 'specversion' in item.event) return cloudEvent(item.event, defaults);
	return plainEvent(item, defaults);
}

function cloudEvent(item: Fields, defaults: EventDefaults): DeliverableEvent {
	const read = readEnvelope(item);
	if (read instanceof NoEnvelope) throw undeliverable(item, read);
	const { id, source, type, time = defaults.time.toISOString() } = read;
	const hasType = isText(item.datacontenttype) || !('data' in item);
	const contentType = hasType ? {} : { datacontenttype: 'application/json' };
	const noSubject = read.subject === undefined && 'subject' in item ? { subject: undefined } : {};
	return { ...item, specversion: '1.0', id, source, type, time, ...contentType, ...noSubject };
}

function undeliverable({ specversion }: Fields, { lacks }: NoEnvelope): UndeliverableError {
	return new UndeliverableError(
		lacks.includes('specversion')
			? `The event's 'specversion' is ${JSON.stringify(specversion)}; only "1.0" can be delivered`
			: `The CloudEvent has no ${lacks.map(quoted).join(' and no ')}`,
	);
}

function plainEvent(item: Fields, defaults: EventDefaults): DeliverableEvent {
	const type = [item.type, item.event].find(isText);
	if (type === undefined) {
		throw new UndeliverableError(
			"The item has no 'type' (or 'event') with the name of the event as text",
		);
	}
	const name = ['data', 'payload'].find((candidate) => item[candidate] !== undefined);
	if (name === undefined) {
		throw new UndeliverableError(`The item of type "${type}" has no 'data' (or 'payload')`);
	}
	return {
		specversion: '1.0',
		id: isText(item.id) || typeof item.id === 'number' ? String(item.id) : defaults.id,
		source: isText(item.source) ? item.source : defaults.source,
		type,
		...(isText(item.subject) ? { subject: item.subject } : {}),
		time: (readTime(item.time ?? item.timestamp) ?? defaults.time).toISOString(),
		datacontenttype: 'application/json',
		data: item[name],
	};
}

function quoted(name: string): string {
	return `'${name}'`;
}

/** Type of the event that says that a subscriber gets nothing more. */
const SUBSCRIBER_DISABLED = 'webhook.subscriber.disabled';

/** Where it comes from. */
const SOURCE = '/webhook-notifier';

/**
 * The event of a subscriber that was disabled, to tell its owner. Holds no secret, and of the address
 * neither query nor user info: both may be one.
 */
export function disabledEvent(
	{ id, url, failingSince }: Subscriber,
	reason: DisabledReason,
	now: Date,
): DeliverableEvent {
	return {
		specversion: '1.0',
		id: `${id}.${now.getTime()}`,
		source: SOURCE,
		type: SUBSCRIBER_DISABLED,
		subject: id,
		time: now.toISOString(),
		datacontenttype: 'application/json',
		data: {
			subscriberId: id,
			url: withoutSecrets(url),
			reason,
			...(failingSince === undefined ? {} : { failingSince: failingSince.toISOString() }),
			disabledAt: now.toISOString(),
		},
	};
}

function withoutSecrets(url: string): string {
	if (!URL.canParse(url)) return '';
	const { origin, pathname } = new URL(url);
	return `${origin}${pathname}`;
}

/**
 * What subscribers get. `cloudEvent`: the event as structured JSON. `eventAndPayload`: its type and
 * data as `{"event": …, "payload": …}`. `item`: the item as it is.
 */
export const BODY_FORMS = ['cloudEvent', 'eventAndPayload', 'item'] as const;

export type BodyForm = (typeof BODY_FORMS)[number];

const CLOUD_EVENT = 'application/cloudevents+json';

/** What a subscriber gets a body as: only a CloudEvent has more than one name. */
export function contentTypeFor(
	{ contentType }: DeliveryBody,
	subscriber: Pick<Subscriber, 'contentType'>,
): string {
	return contentType === CLOUD_EVENT ? (subscriber.contentType ?? contentType) : contentType;
}

/**
 * Writes the body of an event, once for all its subscribers.
 *
 * @param item what the event was read from
 * @throws {UndeliverableError} where it cannot be written as JSON
 */
export function deliveryBody(form: BodyForm, event: DeliverableEvent, item: unknown): DeliveryBody {
	if (form === 'cloudEvent') {
		return { contentType: CLOUD_EVENT, text: json(event) };
	}
	const content =
		form === 'item'
			? item
			: { event: event.type, payload: event.data ?? event.data_base64 ?? null };
	return { contentType: 'application/json', text: json(content) };
}

function json(value: unknown): string {
	try {
		return JSON.stringify(value);
	} catch {
		throw notJson();
	}
}

function notJson(): UndeliverableError {
	return new UndeliverableError(
		"The event can't be converted to JSON: it contains a circular reference or a value that JSON does not support",
	);
}
