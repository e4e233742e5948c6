import type { DeliveryResult } from '../deliver/delivery';
import type { NotSent, Planned } from './plan';

/** An output item of a delivery, on any of the three outputs. No secret is in it. */
export interface DeliveryItem {
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
	reason?: string;
	message?: string;
	response?: { status: number; durationMs: number; body: string; truncated: boolean };
	event?: Record<string, unknown>;
	item?: Record<string, unknown>;
}

/** The item of a delivery that was attempted, or was to be. */
export function deliveryItem(
	{ delivery, event, item }: Planned,
	result: DeliveryResult,
): DeliveryItem {
	const { outcome, attempt, requests, firstAttemptAt, lastAttemptAt, response } = result;
	return {
		outcome,
		webhookId: delivery.webhookId,
		subscriberId: delivery.subscriber.id,
		url: withoutQuery(delivery.subscriber.url),
		attempt,
		requests,
		firstAttemptAt,
		lastAttemptAt,
		...(result.nextAttemptAt === undefined ? {} : { nextAttemptAt: result.nextAttemptAt }),
		...(result.reason === undefined ? {} : { reason: result.reason }),
		...(result.message === undefined ? {} : { message: result.message }),
		...(response === undefined ? {} : { response: { ...response } }),
		event: { ...event },
		// Needed where it comes back, or is resent.
		...(item === undefined || outcome === 'delivered' ? {} : { item: { ...item } }),
	};
}

/** The item of something that nothing could be sent for. */
export function notSentItem({ event, reason, message, of }: NotSent): DeliveryItem {
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

/** A query may hold a token. */
function withoutQuery(url: string): string {
	return url.replace(/[?#].*$/s, '');
}
