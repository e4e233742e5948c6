import type { Subscriber } from '../subscriber/subscriber';
import { UndeliverableError, type DeliverableEvent } from './deliverable';
import type { DeliveryBody } from './delivery';

/**
 * What subscribers get. `cloudEvent`: the event as structured JSON. `eventAndPayload`: its type and
 * data as `{"event": …, "payload": …}`. `item`: the item as it is.
 */
export type BodyForm = 'cloudEvent' | 'eventAndPayload' | 'item';

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
		'The event cannot be written as JSON: it refers to itself, or holds a value that JSON has not',
	);
}
