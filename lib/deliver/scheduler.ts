import { shuffle } from '../flow/sequence';
import type { Subscriber } from '../subscriber/subscriber';
import { Circuits } from './circuits';
import type {
	Delivery,
	DeliveryResponse,
	DeliveryResult,
	RunSettings,
	SharedLimits,
} from './delivery';
import { Host, type Job, Lane, OPEN_FACTOR, Queue } from './host';
import { RateTurns } from './rateTurns';
import { retryWaitMs } from './retryWait';
import type { DeliveryTarget } from './target';
import {
	alreadyDisabled,
	askedToWait,
	CANCELLED,
	type Ended,
	rateLimited,
	resultOf,
	type Verdict,
} from './verdict';

/** A retry that was in time may wait so long for its turn. */
const TURN_MS = 500;

/**
 * Says which delivery of a run is sent when, and what becomes of each; sends nothing itself. One host
 * is served after the other, and within a host one subscriber after the other, as far as the limits
 * allow. What fails in passing is tried again, what only fails is left alone: a host gets a few single
 * requests before the rest of its deliveries is put off.
 */
export class Scheduler {
	/** What became of the deliveries, in their order. */
	readonly results: DeliveryResult[] = [];

	private readonly hosts = new Map<string, Host>();

	private readonly lanes = new Map<string, Lane>();

	/** Hosts with a subscriber in line, and room. */
	private readonly turns = new Queue<Host>();

	/** None outlives the run. */
	private readonly timers = new Set<NodeJS.Timeout>();

	private readonly startedAt: number;

	private readonly rates: RateTurns;

	private readonly circuits: Circuits;

	/** Deliveries, and how many of them are settled. */
	private count = 0;

	private settled = 0;

	/** Number of the last request. */
	private requests = 0;

	/** Requests under way, and those of them that are not slow. */
	private open = 0;

	private active = 0;

	/** @param wake is called where something may be sent, or have ended, because time has passed */
	constructor(
		private readonly settings: RunSettings,
		private readonly wake: () => void,
	) {
		this.startedAt = settings.now();
		const { shared, now, turnWithinMs } = settings;
		this.circuits = new Circuits(settings, {
			offer: (host) => this.offerHost(host),
			close: (lane, verdict) => this.close(lane, verdict),
			after: (milliseconds, act) => void this.after(milliseconds, act),
			isDone: () => this.isDone,
			wake,
		});
		this.rates = new RateTurns({
			shared,
			now,
			endsAt: this.startedAt + turnWithinMs,
			onAnswer: (lane, perSecond, waitMs) => {
				if (this.isDone) return;
				if (waitMs === undefined) this.offer(lane, now());
				else this.limit(lane, perSecond, waitMs);
				this.wake();
			},
		});
	}

	/** The line of a subscriber's deliveries to an address. */
	laneOf({ id, rateLimit }: Subscriber, { origin, path }: DeliveryTarget): Lane {
		const key = JSON.stringify([id, origin, path]);
		const known = this.lanes.get(key);
		if (known !== undefined) return known;
		const { concurrencyPerHost, circuitThreshold } = this.settings;
		const host = this.hosts.get(origin) ?? new Host(origin, concurrencyPerHost, circuitThreshold);
		this.hosts.set(origin, host);
		const perSecond = rateLimit !== undefined && rateLimit > 0 ? rateLimit : undefined;
		const lane = new Lane(key, host, perSecond, circuitThreshold);
		host.lanes.push(lane);
		this.lanes.set(key, lane);
		return lane;
	}

	add(delivery: Delivery, target: DeliveryTarget, lane: Lane): void {
		lane.fresh.push({
			index: this.count,
			delivery,
			target,
			lane,
			requests: 0,
			firstAt: 0,
			lastAt: 0,
			verdict: undefined,
			response: undefined,
			number: 0,
			isProbe: false,
			counts: false,
		});
		this.count += 1;
	}

	/** Adds a delivery that cannot be sent at all. */
	refuse(delivery: Delivery, verdict: Verdict): void {
		const index = this.count;
		this.count += 1;
		this.settle(
			{ index, delivery, requests: 0, firstAt: 0, lastAt: 0, response: undefined },
			verdict,
		);
	}

	/** Once all are added. */
	start(): void {
		const { shared } = this.settings;
		if (shared === undefined) this.offerAll();
		else void this.startTogether(shared);
	}

	/** Begins where the other processes are. */
	private async startTogether(shared: SharedLimits): Promise<void> {
		const hosts = [...this.hosts.values()];
		const lanes = [...this.lanes.values()];
		const names = [...hosts.map(({ origin }) => origin), ...lanes.map(({ key }) => key)];
		const states = (await shared.askCircuits(names)) ?? [];
		if (this.isDone) return;
		this.circuits.take(hosts, states.slice(0, hosts.length));
		this.circuits.takeLanes(lanes, states.slice(hosts.length));
		this.offerAll();
		this.wake();
	}

	private offerAll(): void {
		const now = this.settings.now();
		// Many that fail may stand together, such as the oldest: they are no sign that their host is down.
		for (const lane of shuffle(this.lanes.values(), this.settings.random)) this.offer(lane, now);
	}

	/** The delivery whose request is to be sent now; undefined where none may be. */
	next(): Job | undefined {
		const { concurrency } = this.settings;
		while (this.active < concurrency && this.open < concurrency * OPEN_FACTOR) {
			const lane = this.nextLane();
			if (lane === undefined) return undefined;
			const job = this.serve(lane);
			if (job !== undefined) return job;
		}
		return undefined;
	}

	/** Milliseconds after which a request to a host counts as slow. */
	slowAfterMs({ lane }: Job): number {
		return lane.host.slowAfterMs(this.settings.slowAfterMs);
	}

	/** A request gives its place to another. */
	slow(job: Job): void {
		this.uncount(job);
		this.offerHost(job.lane.host);
	}

	/** A request has come to its end. */
	ended(job: Job, verdict: Verdict, response: DeliveryResponse | undefined): void {
		const { lane } = job;
		const { host } = lane;
		this.uncount(job);
		this.open -= 1;
		host.open -= 1;
		lane.inFlight -= 1;
		job.verdict = verdict;
		job.response = response;
		if (response !== undefined) host.took(response.durationMs);
		if (verdict.disables !== undefined) this.close(lane, alreadyDisabled(host.origin, verdict));
		if (!this.rest(job, verdict)) this.settle(job, verdict);
		if (verdict.slowsDown && verdict.retryAfterMs !== undefined) {
			const waits = this.pause(lane, verdict.retryAfterMs);
			if (!waits) this.close(lane, askedToWait(host.origin, verdict.retryAfterMs));
		}
		this.circuits.judge(job, verdict, this.requests);
		this.offer(lane, this.settings.now());
	}

	/** Sends nothing more. @param underWay those whose requests were given up */
	cancel(underWay: Iterable<Job>): void {
		for (const job of underWay) this.settle(job, CANCELLED);
		for (const lane of this.lanes.values()) this.close(lane, CANCELLED);
	}

	get isDone(): boolean {
		return this.settled >= this.count;
	}

	stop(): void {
		for (const timer of this.timers) clearTimeout(timer);
		this.timers.clear();
	}

	/** Puts a subscriber in line, where it has something to send and may. */
	private offer(lane: Lane, now: number): void {
		const may = lane.closedBy === undefined && lane.pausedUntil <= now;
		const most = lane.isOnTrial ? 1 : this.settings.concurrencyPerHost;
		if (!lane.queued && may && lane.waiting > 0 && lane.inFlight < most) {
			lane.queued = true;
			lane.host.turns.push(lane);
		}
		this.offerHost(lane.host);
	}

	/** Puts a host in line, where it has a subscriber in line and room. */
	private offerHost(host: Host): void {
		if (host.queued || host.turns.size === 0 || !host.hasRoom) return;
		host.queued = true;
		this.turns.push(host);
	}

	/** The next subscriber; it leaves the line. */
	private nextLane(): Lane | undefined {
		for (let host = this.turns.shift(); host !== undefined; host = this.turns.shift()) {
			host.queued = false;
			const lane = host.hasRoom ? host.turns.shift() : undefined;
			this.offerHost(host);
			if (lane === undefined) continue;
			lane.queued = false;
			return lane;
		}
		return undefined;
	}

	/** Begins the next request of a subscriber, where its rate limit allows one. */
	private serve(lane: Lane): Job | undefined {
		const at = this.settings.now();
		// It may have been paused while it was in line; the end of the pause offers it again.
		if (lane.waiting === 0 || lane.pausedUntil > at) return undefined;
		const { perSecond } = lane;
		if (perSecond !== undefined) {
			const waitMs = this.rates.take(lane, perSecond, at);
			// While others are asked, their answer offers it again.
			if (waitMs === undefined) return undefined;
			if (waitMs > 0) {
				this.limit(lane, perSecond, waitMs);
				return undefined;
			}
		}
		const job = lane.next();
		if (job === undefined) return undefined;
		const tooLate = job.requests > 0 && at > job.firstAt + this.settings.budgetMs + TURN_MS;
		const late = tooLate ? job.verdict : undefined;
		if (late === undefined) this.begin(job, at);
		else this.settle(job, late);
		this.offer(lane, at);
		return late === undefined ? job : undefined;
	}

	private begin(job: Job, at: number): void {
		const { lane } = job;
		const { circuit } = lane.host;
		job.isProbe = circuit.state === 'probing';
		if (job.isProbe) {
			circuit.state = 'open';
			circuit.probes += 1;
		}
		this.requests += 1;
		job.number = this.requests;
		job.requests += 1;
		job.firstAt ||= at;
		job.lastAt = at;
		job.counts = true;
		lane.inFlight += 1;
		lane.host.open += 1;
		lane.host.active += 1;
		this.open += 1;
		this.active += 1;
	}

	private uncount(job: Job): void {
		if (!job.counts) return;
		job.counts = false;
		job.lane.host.active -= 1;
		this.active -= 1;
	}

	/** Waits for the subscriber's rate limit; what would have to wait for too long comes later. */
	private limit(lane: Lane, perSecond: number, waitMs: number): void {
		if (this.pause(lane, waitMs)) return;
		for (const [place, job] of lane.drain().entries()) {
			const untilItsTurnMs = waitMs + (place * 1000) / perSecond;
			this.settle(job, job.verdict ?? rateLimited(perSecond, untilItsTurnMs));
		}
	}

	/**
	 * Sends nothing to a subscriber for a while.
	 *
	 * @returns false where the wait is too long for this run
	 */
	private pause(lane: Lane, waitMs: number): boolean {
		const at = this.settings.now();
		if (at + waitMs > this.startedAt + this.settings.turnWithinMs) return false;
		const until = Math.max(lane.pausedUntil, at + waitMs);
		lane.pausedUntil = until;
		this.after(until - at, () => {
			if (lane.pausedUntil === until) lane.pausedUntil = 0;
			this.offer(lane, this.settings.now());
		});
		return true;
	}

	/** @returns whether it is tried again in this run */
	private rest(job: Job, verdict: Verdict): boolean {
		const { lane, firstAt, requests } = job;
		if (verdict.retry !== 'inRun' || verdict.delivered || lane.closedBy !== undefined) return false;
		const { now, random, budgetMs } = this.settings;
		const waitMs = retryWaitMs(requests, random, verdict.retryAfterMs);
		if (now() + waitMs > firstAt + budgetMs) return false;
		const timer = this.after(waitMs, () => {
			lane.resting.delete(job);
			lane.due.push(job);
			this.offer(lane, now());
		});
		lane.resting.set(job, timer);
		return true;
	}

	/** Sends nothing more to a subscriber; what has failed before keeps what it failed with. */
	private close(lane: Lane, verdict: Verdict): void {
		lane.closedBy ??= verdict;
		for (const job of lane.drain()) {
			const own = verdict.retry === 'never' ? verdict : (job.verdict ?? verdict);
			const later = Math.max(verdict.retryAfterMs ?? 0, own.retryAfterMs ?? 0);
			this.settle(job, later > 0 ? { ...own, retryAfterMs: later } : own);
		}
	}

	/** Once for each delivery. */
	private settle(ended: Ended, verdict: Verdict): void {
		this.results[ended.index] = resultOf(ended, verdict, this.settings);
		this.settled += 1;
	}

	/** Never early: timers of Node.js may be, by up to a millisecond. */
	private after(milliseconds: number, act: () => void): NodeJS.Timeout {
		const timer = setTimeout(
			() => {
				this.timers.delete(timer);
				act();
				this.wake();
			},
			Math.ceil(milliseconds) + 1,
		);
		this.timers.add(timer);
		return timer;
	}
}
