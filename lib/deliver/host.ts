import type { DeliveryResponse } from './delivery';
import type { DeliveryTarget } from './target';
import type { Ended, Verdict } from './verdict';

/** So many times the limit may be open while slow ones wait for their answers. */
export const OPEN_FACTOR = 10;

/** A request that takes so many times as long as usual is slow. */
const SLOW_FACTOR = 10;

/** Whoever answers in less is not slow. */
const LEAST_SLOW_MS = 250;

/** One host of a run: its subscribers in turn, and how much it takes at a time. */
export class Host {
	/** Subscribers with something to send, in turn. */
	readonly turns = new Queue<Lane>();

	readonly lanes: Lane[] = [];

	readonly circuit: Circuit;

	/** Requests that count against the limit: those that are not slow. */
	active = 0;

	/** All requests under way. */
	open = 0;

	/** Whether it waits for its turn in the run. */
	queued = false;

	private limit: number;

	/** Number of the run's last request when the limit was lowered. */
	private loweredAt = 0;

	constructor(
		readonly origin: string,
		private readonly highest: number,
		threshold: number,
	) {
		this.limit = highest;
		this.circuit = new Circuit(threshold);
	}

	/** Whether a request may go out now. */
	get hasRoom(): boolean {
		const { state } = this.circuit;
		if (state === 'probing') return true;
		if (state !== 'closed') return false;
		return this.active < Math.floor(this.limit) && this.open < this.highest * OPEN_FACTOR;
	}

	/** Milliseconds that answers take, those of the last ones counting most; undefined before the first. */
	private usualMs: number | undefined;

	/**
	 * Milliseconds after which a request to this host counts as slow: earlier where the others are
	 * answered at once.
	 *
	 * @param longestMs where nothing is known
	 */
	slowAfterMs(longestMs: number): number {
		if (this.usualMs === undefined) return longestMs;
		return Math.min(longestMs, Math.max(LEAST_SLOW_MS, this.usualMs * SLOW_FACTOR));
	}

	/** @param durationMs of an answer */
	took(durationMs: number): void {
		this.usualMs = ((this.usualMs ?? durationMs) * 7 + durationMs) / 8;
	}

	/** One more at a time after as many successes as there are at a time now. */
	raise(): void {
		this.limit = Math.min(this.highest, this.limit + 1 / this.limit);
	}

	/**
	 * Half as many at a time, once for all that were under way.
	 *
	 * @param request number of the request that was answered so
	 * @param last number of the run's last request
	 */
	lower(request: number, last: number): void {
		if (request <= this.loweredAt) return;
		this.loweredAt = last;
		this.limit = Math.max(1, this.limit / 2);
	}

	/** Another subscriber first, so that not the same ones are asked whether the host is back. */
	rotate(turns: number): void {
		for (let turn = 0; turn < turns; turn += 1) {
			const lane = this.turns.shift();
			if (lane !== undefined) this.turns.push(lane);
		}
	}
}

/** A delivery in this run. */
export interface Job extends Ended {
	readonly target: DeliveryTarget;
	readonly lane: Lane;
	requests: number;
	firstAt: number;
	lastAt: number;
	/** What the last request came to. */
	verdict: Verdict | undefined;
	response: DeliveryResponse | undefined;
	/** Place of its last request among all of the run. */
	number: number;
	/** Whether that one asks if the host is back. */
	isProbe: boolean;
	/** Whether that one is under way and not slow. */
	counts: boolean;
}

/** A time in which only this run sends to a subscriber. */
export interface Block {
	/** Milliseconds since 1970. */
	readonly from: number;
	readonly until: number;
	/** Requests that are left of it. */
	left: number;
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

	/** Under its rate limit, where several processes share it. */
	block: Block | undefined;

	/** Whether it only failed elsewhere: then one request at a time, until one is taken. */
	isOnTrial = false;

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

/** Behind so many taken places the array is cut: often enough to be small, seldom enough to be cheap. */
const CUT_AFTER = 1_024;

/** First in, first out, in constant time: `shift` of a long array moves all of it. */
export class Queue<T> {
	private entries: T[] = [];

	private first = 0;

	get size(): number {
		return this.entries.length - this.first;
	}

	push(entry: T): void {
		this.entries.push(entry);
	}

	shift(): T | undefined {
		if (this.size === 0) return undefined;
		const entry = this.entries[this.first];
		this.first += 1;
		if (this.size === 0 || this.first === CUT_AFTER) {
			this.entries = this.entries.slice(this.first);
			this.first = 0;
		}
		return entry;
	}

	/** Takes everything. */
	drain(): T[] {
		const rest = this.entries.slice(this.first);
		this.entries = [];
		this.first = 0;
		return rest;
	}
}

/**
 * `closed`: requests go out. `open`: none do. `probing`: one may, to see whether the host is back.
 * `givenUp`: nothing more in this run.
 */
type CircuitState = 'closed' | 'open' | 'probing' | 'givenUp';

/** Counts failures in a row of one host, or of one subscriber. */
export class Circuit {
	state: CircuitState = 'closed';

	/** Requests that asked whether the host is back, since the circuit opened. */
	probes = 0;

	/** Milliseconds since 1970. */
	openedAt = 0;

	/** Whether another process found it open. */
	isFromElsewhere = false;

	private failures = 0;

	/** Number of the last request, in the order of sending, that succeeded. */
	private lastGood = 0;

	constructor(private readonly threshold: number) {}

	/** Another process has seen failures enough: this one begins as if they were its own. */
	foundOpen(now: number): void {
		this.state = 'open';
		this.openedAt = now;
		this.isFromElsewhere = true;
	}

	/** The same, where one request is to show whether it still fails. */
	onTrial(): void {
		this.failures = this.threshold - 1;
	}

	/**
	 * The host works.
	 *
	 * @param request number of the request, in the order of sending
	 */
	succeeded(request: number): void {
		this.lastGood = Math.max(this.lastGood, request);
		this.failures = 0;
		if (this.state !== 'givenUp') this.state = 'closed';
	}

	/**
	 * A failure counts where nothing that was sent after it has succeeded: those that hang all fail
	 * together, long after others have shown that the host works.
	 *
	 * @returns whether the circuit is to open now
	 */
	failed(request: number, now: number): boolean {
		if (request < this.lastGood) return false;
		this.failures += 1;
		if (this.state !== 'closed' || this.failures < this.threshold) return false;
		this.state = 'open';
		this.openedAt = now;
		this.probes = 0;
		return true;
	}
}
