import type { HealthChange, Subscriber } from '../subscriber/subscriber';
import type { Delivery, DeliveryResult, UndeliveredReason } from './delivery';

/** The same as Svix's: long enough for a weekend with a holiday. */
const FAILING_LIMIT_MS = 5 * 24 * 3_600_000;

/** Nothing was sent, or the receiver itself said that this delivery is to be left out. */
const TELLS_NOTHING: ReadonlySet<UndeliveredReason | undefined> = new Set([
	'aborted_by_receiver',
	'asked_to_wait',
	'cancelled',
	'circuit_open',
	'rate_limited',
]);

/**
 * What to write about each subscriber after a run; nothing where nothing changed.
 *
 * @param results of the same order as the deliveries
 * @param failingLimitMs a subscriber that only failed for so long is disabled
 */
export function healthChanges(
	deliveries: readonly Delivery[],
	results: readonly DeliveryResult[],
	now: Date,
	failingLimitMs = FAILING_LIMIT_MS,
): HealthChange[] {
	const bySubscriber = new Map<string, { subscriber: Subscriber; results: DeliveryResult[] }>();
	for (const [index, { subscriber }] of deliveries.entries()) {
		const result = results[index];
		if (result === undefined) continue;
		const known = bySubscriber.get(subscriber.id);
		if (known === undefined) bySubscriber.set(subscriber.id, { subscriber, results: [result] });
		else known.results.push(result);
	}
	return [...bySubscriber.values()].flatMap((entry) => {
		const change = changeOf(entry.subscriber, entry.results, now, failingLimitMs);
		return change === undefined ? [] : [{ subscriber: entry.subscriber, ...change }];
	});
}

function changeOf(
	{ failingSince }: Subscriber,
	results: readonly DeliveryResult[],
	now: Date,
	limitMs: number,
): Omit<HealthChange, 'subscriber'> | undefined {
	const asked = results.find((result) => result.disables !== undefined)?.disables;
	const telling = results.filter(({ reason }) => !TELLS_NOTHING.has(reason));
	if (telling.length === 0 && asked === undefined) return undefined;
	if (telling.some(({ outcome }) => outcome === 'delivered')) {
		if (failingSince === undefined && asked === undefined) return undefined;
		return {
			...(failingSince === undefined ? {} : { failingSince: null }),
			...(asked === undefined ? {} : { disable: asked }),
		};
	}
	const since = failingSince === undefined ? { failingSince: now } : {};
	if (asked !== undefined) return { ...since, disable: asked };
	if (failingSince === undefined) return since;
	return now.getTime() - failingSince.getTime() >= limitMs ? { disable: 'failing' } : undefined;
}
