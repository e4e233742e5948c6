import type { Delivery } from './delivery';
import { Host, Lane, type Job } from './host';
import type { RunSettings } from './runOptions';
import { readTarget, type DeliveryTarget } from './target';
import type { Verdict } from './verdict';

/** A delivery whose subscriber cannot be delivered to. */
interface Unplanned {
	readonly index: number;
	readonly delivery: Delivery;
	readonly verdict: Verdict;
}

/** The deliveries of a run, by host and subscriber. */
interface Plan {
	readonly lanes: readonly Lane[];
	readonly unplanned: readonly Unplanned[];
	readonly count: number;
}

/** Where a subscriber's deliveries go, and their line. */
interface Place {
	readonly target: DeliveryTarget;
	readonly lane: Lane;
}

type PlanSettings = Pick<
	RunSettings,
	'guard' | 'asymmetricKey' | 'concurrencyPerHost' | 'circuitThreshold' | 'random'
>;

/**
 * Reads each subscriber once and puts each delivery in the line of its subscriber; the subscribers are
 * in a random order.
 */
export function planRun(deliveries: Iterable<Delivery>, settings: PlanSettings): Plan {
	const { guard, asymmetricKey, concurrencyPerHost, circuitThreshold } = settings;
	const extraKeys = asymmetricKey === undefined ? [] : [asymmetricKey];
	const places = new Map<Delivery['subscriber'], Place | Verdict>();
	const hosts = new Map<string, Host>();
	const lanes = new Map<string, Lane>();
	const unplanned: Unplanned[] = [];
	let count = 0;
	const placeOf = (subscriber: Delivery['subscriber']): Place | Verdict => {
		const target = readTarget(subscriber, guard, extraKeys);
		if ('delivered' in target) return target;
		const { origin, path } = target;
		const host = hosts.get(origin) ?? new Host(origin, concurrencyPerHost, circuitThreshold);
		hosts.set(origin, host);
		const key = JSON.stringify([subscriber.id, origin, path]);
		const lane = lanes.get(key) ?? addLane(key, host, subscriber.rateLimit, circuitThreshold);
		lanes.set(key, lane);
		return { target, lane };
	};
	for (const delivery of deliveries) {
		const { subscriber } = delivery;
		const index = count;
		count += 1;
		const place = places.get(subscriber) ?? placeOf(subscriber);
		places.set(subscriber, place);
		if ('delivered' in place) unplanned.push({ index, delivery, verdict: place });
		else place.lane.fresh.push(createJob(index, delivery, place));
	}
	// Many that fail may stand together, such as the oldest: they are no sign that their host is down.
	return { lanes: shuffle(lanes.values(), settings.random), unplanned, count };
}

function createJob(index: number, delivery: Delivery, { target, lane }: Place): Job {
	return { index, delivery, target, lane, requests: 0, firstAt: 0, lastAt: 0 };
}

function addLane(key: string, host: Host, rateLimit: number | undefined, threshold: number): Lane {
	const perSecond = rateLimit !== undefined && rateLimit > 0 ? rateLimit : undefined;
	const lane = new Lane(key, host, perSecond, threshold);
	host.lanes.push(lane);
	return lane;
}

/**
 * Puts entries into a random order.
 *
 * @param random 0 to 1
 */
export function shuffle<T>(entries: Iterable<T>, random: () => number): T[] {
	return [...entries]
		.map((entry) => ({ entry, place: random() }))
		.sort((a, b) => a.place - b.place)
		.map(({ entry }) => entry);
}
