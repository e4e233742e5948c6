import { isObject } from '../event/json';
import { webhookId } from '../standardWebhooks/sign';
import { type Subscriber, wantsEvent } from '../subscriber/subscriber';
import { readDeliverable, type DeliverableEvent, deliveryBody, type BodyForm } from './deliverable';
import type { Delivery } from './delivery';

/** What an input item asks for. */
export type Incoming =
	| { readonly itemIndex: number; readonly event: DeliverableEvent; readonly item: Fields }
	| { readonly itemIndex: number; readonly comingBack: ComingBack };

/** One delivery of the run and what it belongs to. */
export interface Planned {
	readonly itemIndex: number;
	readonly delivery: Delivery;
	readonly event: Fields;
	/** Where the item is sent as it came in and is not the event itself. */
	readonly item?: Fields;
}

/** Why nothing can be sent, in one word for programs. */
export type NotSentReason =
	/** A delivery that comes back, or a resend, names a subscriber that is gone. */
	| 'subscriber_not_found'
	/** It is paused or disabled. */
	| 'subscriber_inactive'
	| 'no_subscriber'
	/** A condition of its filter would take too long with this event. */
	| 'filter_too_costly';

/** Something that nothing can be sent for. */
export interface NotSent {
	readonly itemIndex: number;
	readonly event: Fields;
	readonly reason: NotSentReason;
	readonly message: string;
	/** Where a certain delivery is meant. */
	readonly of?: ComingBack | { readonly subscriberId: string };
}

interface Plan {
	readonly planned: readonly Planned[];
	readonly notSent: readonly NotSent[];
}

/**
 * Reads an input item: a delivery that comes back after its wait, or an event.
 *
 * @param defaults for items that are no complete events
 * @throws {UndeliverableError} where the item is neither
 */
export function readIncoming(
	item: Fields,
	itemIndex: number,
	defaults: { readonly id: string; readonly source: string; readonly time: Date },
): Incoming {
	const comingBack = readComingBack(item);
	if (comingBack !== undefined) return { itemIndex, comingBack };
	const own = eventOfItem(item);
	// A delivery that was given up holds the item that its event was read from.
	const original = own !== item && isObject(item.item) ? item.item : own;
	return { itemIndex, event: readDeliverable(own, defaults), item: original };
}

/**
 * Decides who gets what.
 *
 * @param subscribersOf those of an input item
 * @param chosen ids of the subscribers that events go to, as if they wanted them; undefined: those
 * that want them
 */
export function planDeliveries(
	incoming: readonly Incoming[],
	subscribersOf: (itemIndex: number) => readonly Subscriber[],
	{ form, chosen }: { readonly form: BodyForm; readonly chosen?: readonly string[] },
): Plan {
	const indexes = new Map<readonly Subscriber[], ReadonlyMap<string, Subscriber>>();
	const planned: Planned[] = [];
	const notSent: NotSent[] = [];
	for (const one of incoming) {
		const subscribers = subscribersOf(one.itemIndex);
		const byId = indexes.get(subscribers) ?? new Map(subscribers.map((each) => [each.id, each]));
		indexes.set(subscribers, byId);
		if ('comingBack' in one) {
			const next = planAgain(one.itemIndex, one.comingBack, byId, form);
			if ('delivery' in next) planned.push(next);
			else notSent.push(next);
			continue;
		}
		const { itemIndex, event, item } = one;
		const body = deliveryBody(form, event, item);
		const carried = form === 'item' && item !== event ? { item } : {};
		const plan = (subscriber: Subscriber): Planned => ({
			itemIndex,
			event,
			...carried,
			delivery: {
				webhookId: webhookId(event.source, event.id, subscriber.id),
				subscriber,
				body,
				earlierAttempts: 0,
			},
		});
		if (chosen !== undefined) {
			for (const subscriberId of chosen) {
				const subscriber = byId.get(subscriberId);
				if (subscriber?.active === true) planned.push(plan(subscriber));
				else
					notSent.push({
						itemIndex,
						event,
						of: { subscriberId },
						...why(subscriberId, subscriber),
					});
			}
			continue;
		}
		let told = 0;
		for (const subscriber of subscribers) {
			const wants = wantsEvent(subscriber, event, (path) => {
				told += 1;
				notSent.push({ itemIndex, event, ...tooCostly(subscriber.id, path) });
			});
			if (!wants) continue;
			told += 1;
			planned.push(plan(subscriber));
		}
		if (told === 0) {
			const message = `No active subscriber wants events of type '${event.type}'.`;
			notSent.push({ itemIndex, event, reason: 'no_subscriber', message });
		}
	}
	return { planned, notSent };
}

/** A delivery that waited goes to its subscriber as that is now: address and secret may have changed. */
function planAgain(
	itemIndex: number,
	comingBack: ComingBack,
	byId: ReadonlyMap<string, Subscriber>,
	form: BodyForm,
): Planned | NotSent {
	const { event, item, subscriberId, attempt, firstAttemptAt } = comingBack;
	const subscriber = byId.get(subscriberId);
	if (subscriber?.active !== true) {
		return { itemIndex, event, of: comingBack, ...why(subscriberId, subscriber) };
	}
	const complete = readDeliverable(event, { id: '', source: '', time: new Date() });
	return {
		itemIndex,
		event,
		...(item === undefined ? {} : { item }),
		delivery: {
			webhookId: comingBack.webhookId,
			subscriber,
			body: deliveryBody(form, complete, item ?? event),
			earlierAttempts: attempt,
			...(firstAttemptAt === undefined ? {} : { firstAttemptAt }),
		},
	};
}

function tooCostly(subscriberId: string, path: string): Pick<NotSent, 'reason' | 'message' | 'of'> {
	return {
		of: { subscriberId },
		reason: 'filter_too_costly',
		message: `Not sent: the condition for '${path.slice(0, 60)}' in the filter of subscriber '${subscriberId}' takes too long with this event, because its text or list is too large. Use fewer values, or values with a single * at the end.`,
	};
}

function why(
	subscriberId: string,
	subscriber: Subscriber | undefined,
): Pick<NotSent, 'reason' | 'message'> {
	if (subscriber === undefined) {
		return {
			reason: 'subscriber_not_found',
			message: `The subscriber '${subscriberId}' does not exist (anymore). If it should, check 'Subscribers From'.`,
		};
	}
	return {
		reason: 'subscriber_inactive',
		message: `The subscriber '${subscriberId}' is not active. Activate it, then resend the event.`,
	};
}

/** Any JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** A delivery that left by Retry Later and comes back after its wait. */
interface ComingBack {
	readonly webhookId: string;
	readonly subscriberId: string;
	/** Attempts that were made. */
	readonly attempt: number;
	readonly firstAttemptAt?: string;
	/** The event as it left. */
	readonly event: Fields;
	/** What the event's item was, where it is sent as it came in. */
	readonly item?: Fields;
}

/**
 * Recognises an item of the output Retry Later.
 *
 * @returns undefined for any other item, such as an event
 */
function readComingBack(json: Fields): ComingBack | undefined {
	const { outcome, webhookId, subscriberId, attempt, firstAttemptAt, event, item } = json;
	if (outcome !== 'retryLater' || !isObject(event)) return undefined;
	if (typeof webhookId !== 'string' || typeof subscriberId !== 'string') return undefined;
	if (typeof attempt !== 'number' || !Number.isInteger(attempt) || attempt < 0) return undefined;
	return {
		webhookId,
		subscriberId,
		attempt,
		...(typeof firstAttemptAt === 'string' ? { firstAttemptAt } : {}),
		event,
		...(isObject(item) ? { item } : {}),
	};
}

/**
 * The event of an item: under `event` where the history, or an earlier delivery, put it, else the
 * item itself.
 */
function eventOfItem(json: Fields): Fields {
	const { event } = json;
	return isObject(event) && typeof event.type === 'string' && !('type' in json) ? event : json;
}
