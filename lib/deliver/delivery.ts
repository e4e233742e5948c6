import type { Subscriber } from '../subscriber/subscriber';
import { nextDelayMs, type RetrySchedule } from './schedule';
import type { Verdict } from './verdict';

/** One event on its way to one subscriber. */
export interface Delivery {
	/** `webhook-id`: the same for this event and subscriber over all retries and resends. */
	readonly webhookId: string;
	readonly subscriber: Subscriber;
	/** The bytes to send, made once for all subscribers of an event. */
	readonly body: DeliveryBody;
	/** Attempts of the schedule that were made before this run; 0 at first. */
	readonly earlierAttempts: number;
	/** RFC 3339; undefined where this is the first attempt. */
	readonly firstAttemptAt?: string;
}

export interface DeliveryBody {
	readonly contentType: string;
	readonly text: string;
}

/** What became of a delivery in this run. */
export interface DeliveryResult {
	readonly outcome: 'delivered' | 'retryLater' | 'gaveUp';
	/** Attempts of the schedule so far, this one included (an attempt may be several requests). */
	readonly attempt: number;
	/** HTTP requests of this run; 0 where none was made (circuit open, address refused). */
	readonly requests: number;
	readonly firstAttemptAt: string;
	readonly lastAttemptAt: string;
	/** Where `retryLater`: when the next attempt is due, RFC 3339. */
	readonly nextAttemptAt?: string;
	/** Where not delivered: one word for programs, such as `status_503`, `timeout`. */
	readonly reason?: string;
	/** Where not delivered: what happened and what to do, in words. */
	readonly message?: string;
	/** The last answer; undefined where there was none. */
	readonly response?: DeliveryResponse;
	/** Where the subscriber is to get nothing more, and why. */
	readonly disables?: 'gone' | 'asked';
}

/** The beginning of an answer. */
export interface DeliveryResponse {
	readonly status: number;
	/** Milliseconds from the request to the answer's head. */
	readonly durationMs: number;
	/** First 2 KB as text. */
	readonly body: string;
	/** Whether the answer was longer than what is kept. */
	readonly truncated: boolean;
}

/** What a run knows about a delivery at its end. */
export interface EndedDelivery {
	readonly delivery: Delivery;
	readonly requests: number;
	/** Milliseconds since 1970; 0 where there was no request. */
	readonly firstAt: number;
	readonly lastAt: number;
	readonly verdict: Verdict;
	readonly response?: DeliveryResponse;
}

/** Neither the receiver nor its host had a part in it: it costs no attempt of the schedule. */
const NOT_COUNTED: ReadonlySet<string | undefined> = new Set(['cancelled', 'rate_limited']);

/**
 * What became of a delivery. Where none of its attempts is left it is given up, with the last reason.
 *
 * @param now milliseconds since 1970
 * @param random 0 to 1
 */
export function resultOf(
	{ delivery, requests, firstAt, lastAt, verdict, response }: EndedDelivery,
	schedule: RetrySchedule,
	now: number,
	random: () => number,
): DeliveryResult {
	const { earlierAttempts, firstAttemptAt } = delivery;
	const counted = !NOT_COUNTED.has(verdict.reason);
	const attempt = earlierAttempts + (counted ? 1 : 0);
	const last = instant(lastAt === 0 ? now : lastAt);
	const done = {
		attempt,
		requests,
		firstAttemptAt: firstAttemptAt ?? (firstAt === lastAt ? last : instant(firstAt)),
		lastAttemptAt: last,
		...(response === undefined ? {} : { response }),
		...(verdict.disables === undefined ? {} : { disables: verdict.disables }),
	};
	if (verdict.delivered) return { outcome: 'delivered', ...done };
	const failed = { ...done, reason: verdict.reason, message: verdict.message };
	if (verdict.retry === 'never') return { outcome: 'gaveUp', ...failed };
	const delayMs = counted
		? nextDelayMs(schedule, attempt, verdict.retryAfterMs, random)
		: // Not beyond what a date can say, and what was wrong may be corrected meanwhile.
			Math.min(verdict.retryAfterMs ?? 0, schedule.longestAskedMs);
	if (delayMs === undefined) return { outcome: 'gaveUp', ...failed };
	return { outcome: 'retryLater', ...failed, nextAttemptAt: instant(now + delayMs) };
}

/** Several deliveries of a run begin in the same millisecond: it is written down once for them. */
let known = { at: 0, text: new Date(0).toISOString() };

function instant(at: number): string {
	if (known.at !== at) known = { at, text: new Date(at).toISOString() };
	return known.text;
}
