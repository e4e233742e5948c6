import type { Delivery, DeliveryResponse, DeliveryResult } from './delivery';
import { nextDelayMs, type RetrySchedule } from './schedule';
import type { Verdict } from './verdict';

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
		: (verdict.retryAfterMs ?? 0);
	if (delayMs === undefined) return { outcome: 'gaveUp', ...failed };
	return { outcome: 'retryLater', ...failed, nextAttemptAt: instant(now + delayMs) };
}

/** Several deliveries of a run begin in the same millisecond: it is written down once for them. */
let known = { at: 0, text: new Date(0).toISOString() };

function instant(at: number): string {
	if (known.at !== at) known = { at, text: new Date(at).toISOString() };
	return known.text;
}
