import type { DeliveryResult } from './delivery';
import type { NotSent, Planned } from './audience';

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

/**
 * Milliseconds that a delivery which leaves by Retry Later waits at least. n8n's Wait node keeps what
 * is due within 65 seconds in memory only, where a shutdown of n8n loses it (`waitValue < 65000` in
 * packages/nodes-base/nodes/Wait/Wait.node.ts of n8n 2.41.1); what it writes to its database goes on.
 * The rest is for the way from here to the Wait node.
 */
export const SHORTEST_WAIT_MS = 75_000;

/**
 * The item of a delivery that was attempted, or was to be.
 *
 * @param now when the items leave the node
 */
export function deliveryItem(
	{ delivery, event, item }: Planned,
	result: DeliveryResult,
	now: Date,
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
		...(result.nextAttemptAt === undefined
			? {}
			: { nextAttemptAt: storedWait(result, result.nextAttemptAt, now) }),
		...(result.reason === undefined ? {} : { reason: result.reason }),
		...(result.message === undefined ? {} : { message: result.message }),
		...(response === undefined ? {} : { response: { ...response } }),
		event: { ...event },
		// Needed where it comes back, or is resent.
		...(item === undefined || outcome === 'delivered' ? {} : { item: { ...item } }),
	};
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
