import { Attempt } from './attempt';
import type { Delivery, DeliveryBody, DeliveryResponse, DeliveryResult } from './delivery';
import { Breaker } from './breaker';
import { OPEN_FACTOR } from './host';
import type { Job, Lane } from './lane';
import { planRun } from './plan';
import { requestHeaders } from './requestHeaders';
import { resultOf } from './result';
import { retryWaitMs } from './retryWait';
import type { RunSettings } from './runSettings';
import { Timers } from './timers';
import { Turns } from './turns';
import { alreadyDisabled, askedToWait, CANCELLED, rateLimited } from './unsent';
import type { Verdict } from './verdict';

/** Delivers once; see `deliverAll`. Works by callbacks: no promise and no closure waits for its turn. */
export class DeliveryRun {
	private readonly results: DeliveryResult[] = [];

	private readonly turns: Turns;

	private readonly breaker: Breaker;

	private readonly timers = new Timers(() => this.pump());

	private readonly bodies = new Map<DeliveryBody, Buffer>();

	private readonly underWay = new Map<Attempt, Job>();

	private readonly startedAt: number;

	private lanes: readonly Lane[] = [];

	private remaining = 0;

	/** Requests that are not slow. */
	private active = 0;

	/** Number of the last request. */
	private requests = 0;

	private pumping = false;

	/** @param done is called once, with the results in the order of the deliveries */
	constructor(
		private readonly settings: RunSettings,
		private readonly done: (results: DeliveryResult[]) => void,
	) {
		this.startedAt = settings.now();
		this.turns = new Turns(settings.concurrencyPerHost);
		this.breaker = new Breaker(settings, this.turns, this.timers, (lane, verdict) =>
			this.close(lane, verdict),
		);
	}

	start(deliveries: Iterable<Delivery>): void {
		const { lanes, unplanned, count } = planRun(deliveries, this.settings);
		this.remaining = count;
		this.lanes = lanes;
		for (const { index, delivery, verdict } of unplanned) {
			this.record(index, { delivery, requests: 0, firstAt: 0, lastAt: 0 }, verdict);
		}
		for (const lane of lanes) this.turns.offer(lane, this.startedAt);
		this.settings.signal?.addEventListener('abort', this.cancel, { once: true });
		if (this.settings.signal?.aborted === true) this.cancel();
		else this.pump();
	}

	private readonly cancel = (): void => {
		for (const [attempt, job] of this.underWay) {
			attempt.cancel();
			this.settle(job, CANCELLED);
		}
		this.underWay.clear();
		for (const lane of this.lanes) this.close(lane, CANCELLED);
		this.endIfDone();
	};

	/** Sends as long as there is room and somebody's turn. */
	private pump(): void {
		if (this.pumping) return;
		this.pumping = true;
		const { concurrency } = this.settings;
		while (this.active < concurrency && this.underWay.size < concurrency * OPEN_FACTOR) {
			const lane = this.turns.next();
			if (lane === undefined) break;
			this.serve(lane);
		}
		this.pumping = false;
		this.endIfDone();
	}

	private serve(lane: Lane): void {
		const { now, budgetMs, rateLimits } = this.settings;
		const at = now();
		if (lane.waiting === 0) return;
		const { perSecond } = lane;
		const waitMs = perSecond === undefined ? 0 : rateLimits.take(lane.key, perSecond, at);
		if (perSecond !== undefined && waitMs > 0) return this.limit(lane, perSecond, waitMs);
		const job = lane.next();
		if (job === undefined) return;
		const tooLate = job.requests > 0 && at > job.firstAt + budgetMs;
		if (tooLate && job.verdict !== undefined) this.settle(job, job.verdict);
		else this.send(job, at);
		this.turns.offer(lane, at);
	}

	private limit(lane: Lane, perSecond: number, waitMs: number): void {
		if (this.pause(lane, waitMs)) return;
		for (const [place, job] of lane.drain().entries()) {
			this.settle(job, job.verdict ?? rateLimited(perSecond, waitMs + (place * 1000) / perSecond));
		}
	}

	/** @returns false where the wait is too long for this run */
	private pause(lane: Lane, waitMs: number): boolean {
		const at = this.settings.now();
		if (at + waitMs > this.startedAt + this.settings.budgetMs) return false;
		const until = Math.max(lane.pausedUntil, at + waitMs);
		lane.pausedUntil = until;
		this.timers.after(until - at, () => {
			if (lane.pausedUntil === until) lane.pausedUntil = 0;
			this.turns.offer(lane, this.settings.now());
		});
		return true;
	}

	private send(job: Job, at: number): void {
		const { lane, target, delivery } = job;
		const { host } = lane;
		const isProbe = this.breaker.sending(host);
		this.requests += 1;
		const number = this.requests;
		job.requests += 1;
		job.firstAt ||= at;
		job.lastAt = at;
		lane.inFlight += 1;
		host.open += 1;
		host.active += 1;
		this.active += 1;
		let counts = true;
		const uncount = () => {
			if (!counts) return;
			counts = false;
			host.active -= 1;
			this.active -= 1;
		};
		const attempt = new Attempt(target, this.settings, {
			onSlow: () => {
				uncount();
				this.turns.offerHost(host);
				this.pump();
			},
			onEnd: (verdict, response) => {
				uncount();
				host.open -= 1;
				lane.inFlight -= 1;
				this.underWay.delete(attempt);
				this.ended(job, verdict, response);
				this.breaker.answered(lane, verdict, { number, last: this.requests, isProbe });
				this.turns.offer(lane, this.settings.now());
				this.pump();
			},
		});
		this.underWay.set(attempt, job);
		const body = this.bytes(delivery.body);
		attempt.start(
			this.settings.dispatcher,
			requestHeaders(delivery, target, body, new Date(at)),
			body,
		);
	}

	private ended(job: Job, verdict: Verdict, response: DeliveryResponse | undefined): void {
		const { lane } = job;
		job.verdict = verdict;
		job.response = response;
		if (verdict.disables !== undefined) {
			this.close(lane, alreadyDisabled(lane.host.origin, verdict));
		}
		if (!this.rest(job, verdict)) this.settle(job, verdict);
		if (verdict.slowsDown && verdict.retryAfterMs !== undefined) {
			if (this.pause(lane, verdict.retryAfterMs)) return;
			this.close(lane, askedToWait(lane.host.origin, verdict.retryAfterMs));
		}
	}

	/** @returns whether it is tried again in this run */
	private rest(job: Job, verdict: Verdict): boolean {
		const { now, random, budgetMs } = this.settings;
		const { lane, firstAt, requests } = job;
		if (verdict.retry !== 'inRun' || verdict.delivered || lane.closedBy !== undefined) return false;
		const waitMs = retryWaitMs(requests, random, verdict.retryAfterMs);
		if (now() + waitMs > firstAt + budgetMs) return false;
		const timer = this.timers.after(waitMs, () => {
			lane.resting.delete(job);
			lane.due.push(job);
			this.turns.offer(lane, now());
		});
		lane.resting.set(job, timer);
		return true;
	}

	/** Sends nothing more to a subscriber; what has failed before keeps what it failed with. */
	private close(lane: Lane, verdict: Verdict): void {
		lane.closedBy ??= verdict;
		const { retryAfterMs } = verdict;
		for (const job of lane.drain()) {
			const own = verdict.retry === 'never' ? verdict : (job.verdict ?? verdict);
			const later = Math.max(retryAfterMs ?? 0, own.retryAfterMs ?? 0);
			this.settle(job, later > 0 ? { ...own, retryAfterMs: later } : own);
		}
	}

	private settle(job: Job, verdict: Verdict): void {
		this.record(job.index, job, verdict);
	}

	private record(index: number, known: Omit<Job, 'index' | 'target' | 'lane'>, verdict: Verdict) {
		const { schedule, now, random } = this.settings;
		this.results[index] = resultOf({ ...known, verdict }, schedule, now(), random);
		this.remaining -= 1;
	}

	private bytes(body: DeliveryBody): Buffer {
		const known = this.bodies.get(body);
		if (known !== undefined) return known;
		const bytes = Buffer.from(body.text);
		this.bodies.set(body, bytes);
		return bytes;
	}

	private endIfDone(): void {
		if (this.remaining > 0) return;
		this.timers.clear();
		this.settings.signal?.removeEventListener('abort', this.cancel);
		this.done(this.results);
	}
}
