import { withoutQuery } from '../net/redact';
import { webhookId } from '../standardWebhooks/sign';
import type { UnreadableSubscriber } from '../subscriber/listed';
import type { HealthChange, Subscriber } from '../subscriber/subscriber';
import {
	type Fields,
	type Incoming,
	type NotSent,
	type NotSentReason,
	planDeliveries,
	type Planned,
	readIncoming,
} from './audience';
import {
	type BodyForm,
	type DeliverableEvent,
	deliveryBody,
	disabledEvent,
	UndeliverableError,
} from './deliverable';
import type {
	DeliverOptions,
	DeliveryResponse,
	DeliveryResult,
	UndeliveredReason,
} from './delivery';
import { healthChanges } from './health';
import { deliverAll } from './run';
import { parseSchedule } from './schedule';

/** Who may get the events of a run. */
export interface Subscribers {
	/** Those of an input item: the same list for all items that have the same. */
	of(itemIndex: number): readonly Subscriber[];
	/** Entries that cannot be read: they get nothing, and somebody has to know. */
	readonly unreadable: readonly UnreadableSubscriber[];
}

export interface NotifyOptions extends DeliverOptions {
	/** What is POSTed. */
	readonly form: BodyForm;
	/** Ids of the subscribers that get each event, as if they wanted it; undefined: who wants it. */
	readonly chosen?: readonly string[];
	/** Of events that do not say it themselves. */
	readonly source: string;
	/** Names the run: events without an id are numbered in it. */
	readonly runId: string;
	/** Milliseconds of nothing but failures after which a subscriber is to be disabled. */
	readonly failingLimitMs?: number;
	/** Whether an item that is no event is told like what was given up, instead of ending all. */
	readonly keepsUnreadable: boolean;
}

/** What became of a run's items. */
export interface Notified {
	readonly delivered: readonly OutputItem[];
	readonly retryLater: readonly OutputItem[];
	/** Also what nothing could be sent for, and subscribers that cannot be read. */
	readonly gaveUp: readonly OutputItem[];
	/** Types of the events that no active subscriber wants, one for each. */
	readonly unwanted: readonly string[];
	/** What the deliveries told of subscribers; nobody has written it down yet. */
	readonly health: readonly HealthChange[];
}

export interface OutputItem {
	readonly json: Fields;
	/** The input item that it came from; undefined where it came from none. */
	readonly itemIndex?: number;
}

/** An input item that is no event; nothing was sent. */
export class UnreadableItemError extends Error {
	override readonly name = 'UnreadableItemError';

	readonly description =
		"Use an event from a trigger of this package, a CloudEvent, or an object with 'type' and 'data'.";

	constructor(
		readonly itemIndex: number,
		error: unknown,
	) {
		const why = error instanceof UndeliverableError ? error.message : "The item can't be read";
		super(`${why} [item ${itemIndex}]`);
	}
}

/**
 * Delivers events to all who want them, and the deliveries among the items that come back after their
 * wait.
 *
 * @param load gives the subscribers, once the items are known to be events
 * @throws {UnreadableItemError}
 */
export async function notify(
	items: readonly Fields[],
	load: () => Promise<Subscribers>,
	options: NotifyOptions,
): Promise<Notified> {
	const gaveUp: OutputItem[] = [];
	const incoming = readItems(items, options, gaveUp);
	const subscribers = await load();
	const { planned, notSent } = planDeliveries(incoming, (index) => subscribers.of(index), options);
	const unwanted: string[] = [];
	// Nothing is left out in silence.
	for (const one of notSent) {
		if (one.reason === 'no_subscriber') unwanted.push(String(one.event.type));
		else gaveUp.push({ json: notSentItem(one), itemIndex: one.itemIndex });
	}
	for (const { id, message } of subscribers.unreadable) {
		const whose = id === undefined ? {} : { subscriberId: id };
		const json = { outcome: 'gaveUp', reason: 'subscriber_unreadable', ...whose, message };
		gaveUp.push({ json });
	}
	const outputs = { delivered: [] as OutputItem[], retryLater: [] as OutputItem[], gaveUp };
	if (planned.length === 0) return { ...outputs, unwanted, health: [] };
	const deliveries = planned.map(({ delivery }) => delivery);
	const results = await deliverAll(deliveries, options);
	const now = new Date();
	for (const [index, one] of planned.entries()) {
		const result = results[index];
		if (result === undefined) continue;
		const json = deliveryItem(one, result, now);
		outputs[result.outcome].push({ json, itemIndex: one.itemIndex });
	}
	const health = healthChanges(deliveries, results, now, options.failingLimitMs);
	return { ...outputs, unwanted, health };
}

/** An event for each subscriber that was disabled, once that is known to hold. */
export function disabledItems(health: readonly HealthChange[]): OutputItem[] {
	const now = new Date();
	return health.flatMap(({ subscriber, disable }) =>
		disable === undefined ? [] : [{ json: disabledEvent(subscriber, disable, now) }],
	);
}

/**
 * Delivers one event to one subscriber, whatever it wants, as a CloudEvent: a test, or a replay. What
 * fails is for the caller to send again.
 */
export async function deliverEvent(
	event: DeliverableEvent,
	subscriber: Subscriber,
	options: Omit<DeliverOptions, 'schedule'>,
): Promise<{ readonly webhookId: string; readonly result: DeliveryResult }> {
	const id = webhookId(event.source, event.id, subscriber.id);
	const body = deliveryBody('cloudEvent', event, event);
	const delivery = { webhookId: id, subscriber, body, earlierAttempts: 0 };
	const [result] = await deliverAll([delivery], { ...options, schedule: parseSchedule('') });
	if (result === undefined) throw new Error('The delivery has no outcome');
	return { webhookId: id, result };
}

function readItems(
	items: readonly Fields[],
	{ source, runId, keepsUnreadable }: NotifyOptions,
	gaveUp: OutputItem[],
): Incoming[] {
	const time = new Date();
	return items.flatMap((item, itemIndex) => {
		try {
			return [readIncoming(item, itemIndex, { id: `${runId}/${itemIndex}`, source, time })];
		} catch (error) {
			const failure = new UnreadableItemError(itemIndex, error);
			if (!keepsUnreadable) throw failure;
			const { message, description } = failure;
			const told = { outcome: 'gaveUp', reason: 'event_unreadable', message, description };
			gaveUp.push({ json: { ...told, item }, itemIndex });
			return [];
		}
	});
}

/** Why an item stands on the output Gave Up or Retry Later, in one word for programs. */
export type DeliveryReason =
	| UndeliveredReason
	| NotSentReason
	| 'subscriber_unreadable'
	| 'event_unreadable';

/** An output item of a delivery, on any of the three outputs. No secret is in it. */
export interface DeliveryItem extends Fields {
	outcome: DeliveryResult['outcome'];
	/** The same over all retries. */
	webhookId?: string;
	subscriberId?: string;
	url?: string;
	attempt?: number;
	/** Requests of this run. */
	requests?: number;
	/** RFC 3339, like all times here. */
	firstAttemptAt?: string;
	lastAttemptAt?: string;
	nextAttemptAt?: string;
	reason?: DeliveryReason;
	message?: string;
	response?: DeliveryResponse;
	event?: Record<string, unknown>;
	item?: Record<string, unknown>;
}

/**
 * Milliseconds that a delivery which leaves by Retry Later waits at least. n8n's Wait node keeps what
 * is due within 65 seconds in memory only, where a shutdown of n8n loses it (`waitValue < 65000` in
 * packages/nodes-base/nodes/Wait/Wait.node.ts of n8n 2.41.1); what it writes to its database goes on.
 * The rest is for the way from here to the Wait node.
 */
const SHORTEST_WAIT_MS = 75_000;

/**
 * The item of a delivery that was attempted, or was to be.
 *
 * @param now when the items leave the node
 */
function deliveryItem(
	{ delivery, event, item }: Planned,
	result: DeliveryResult,
	now: Date,
): DeliveryItem {
	const { outcome, nextAttemptAt, reason, message, response } = result;
	const told: DeliveryItem = {
		outcome,
		webhookId: delivery.webhookId,
		subscriberId: delivery.subscriber.id,
		url: withoutQuery(delivery.subscriber.url),
		attempt: result.attempt,
		requests: result.requests,
		firstAttemptAt: result.firstAttemptAt,
		lastAttemptAt: result.lastAttemptAt,
	};
	if (nextAttemptAt !== undefined) told.nextAttemptAt = storedWait(result, nextAttemptAt, now);
	if (reason !== undefined) told.reason = reason;
	if (message !== undefined) told.message = message;
	if (response !== undefined) told.response = response;
	told.event = { ...event };
	// Needed where it comes back, or is resent.
	if (item !== undefined && outcome !== 'delivered') told.item = { ...item };
	return told;
}

/** When a delivery comes back: never before n8n keeps the wait in its database. */
function storedWait({ reason }: DeliveryResult, dueAt: string, now: Date): string {
	const earliest = now.getTime() + SHORTEST_WAIT_MS;
	const due = Date.parse(dueAt);
	if (due >= earliest) return dueAt;
	// Those behind a rate limit stay one after the other, instead of coming back all at once.
	const behind = reason === 'rate_limited' ? Math.max(0, due - now.getTime()) : 0;
	return new Date(earliest + behind).toISOString();
}

/** The item of something that nothing could be sent for. */
function notSentItem({ event, reason, message, of }: NotSent): DeliveryItem {
	return {
		outcome: 'gaveUp',
		...(of === undefined ? {} : { subscriberId: of.subscriberId }),
		...(of !== undefined && 'webhookId' in of
			? { webhookId: of.webhookId, attempt: of.attempt }
			: {}),
		reason,
		message,
		event: { ...event },
	};
}
