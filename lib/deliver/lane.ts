import { Circuit } from './circuit';
import type { Delivery, DeliveryResponse } from './delivery';
import type { Host } from './host';
import { Queue } from './queue';
import type { DeliveryTarget } from './target';
import type { Verdict } from './verdict';

/** A delivery in this run. */
export interface Job {
	/** Its place among the deliveries. */
	readonly index: number;
	readonly delivery: Delivery;
	readonly target: DeliveryTarget;
	readonly lane: Lane;
	requests: number;
	/** Milliseconds since 1970 of the first and the last request; 0 before there was one. */
	firstAt: number;
	lastAt: number;
	/** What the last request came to. */
	verdict?: Verdict;
	response?: DeliveryResponse;
}

/** The deliveries to one subscriber. */
export class Lane {
	readonly fresh = new Queue<Job>();

	/** Those that are due again. */
	readonly due = new Queue<Job>();

	/** Those that wait for their next try, and what ends the wait. */
	readonly resting = new Map<Job, NodeJS.Timeout>();

	readonly circuit: Circuit;

	inFlight = 0;

	/** Milliseconds since 1970 until which nothing is sent: a rate limit, or the receiver asked so. */
	pausedUntil = 0;

	/** Whether it waits for its turn at its host. */
	queued = false;

	/** Why nothing more is sent to it in this run. */
	closedBy?: Verdict;

	constructor(
		/** The subscriber and its address. */
		readonly key: string,
		readonly host: Host,
		/** Requests a second at most; undefined: no limit. */
		readonly perSecond: number | undefined,
		threshold: number,
	) {
		this.circuit = new Circuit(threshold);
	}

	get waiting(): number {
		return this.due.size + this.fresh.size;
	}

	next(): Job | undefined {
		return this.due.shift() ?? this.fresh.shift();
	}

	/** Takes all that is not under way. */
	drain(): Job[] {
		const resting = [...this.resting];
		this.resting.clear();
		for (const [, timer] of resting) clearTimeout(timer);
		return [...this.due.drain(), ...resting.map(([job]) => job), ...this.fresh.drain()];
	}
}
