import { Attempt } from './attempt';
import type { Delivery, DeliveryResponse, DeliveryResult, DeliveryBody } from './delivery';
import { OPEN_FACTOR, type Job, type Lane, Turns } from './host';
import { type RunSettings, type DeliverOptions, runSettings } from './runOptions';
import { planRun } from './plan';
import { Breaker, Ledger, Timers, Waits } from './scheduler';
import { requestHeaders } from './target';
import { alreadyDisabled, askedToWait, CANCELLED, type Verdict } from './verdict';

/** A retry that was in time may wait so long for its turn. */
const TURN_MS = 500;

/** Delivers once; see `deliverAll`. Works by callbacks: no promise and no closure waits for its turn. */
class DeliveryRun {
	private readonly ledger: Ledger;

	private readonly turns: Turns;

	private readonly breaker: Breaker;

	private readonly waits: Waits;

	private readonly timers = new Timers(() => this.pump());

	private readonly bodies = new BodyBytes();

	private readonly underWay = new Map<Attempt, Job>();

	private lanes: readonly Lane[] = [];

	private count = 0;

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
		this.turns = new Turns(settings.concurrencyPerHost);
		this.ledger = new Ledger(settings);
		this.waits = new Waits(settings, this.turns, this.timers, this.ledger);
		this.breaker = new Breaker(settings, this.turns, this.timers, this.ledger);
	}

	start(deliveries: Iterable<Delivery>): void {
		const { lanes, unplanned, count } = planRun(deliveries, this.settings);
		this.count = count;
		this.lanes = lanes;
		for (const { index, delivery, verdict } of unplanned) {
			this.ledger.settle({ index, delivery, requests: 0, firstAt: 0, lastAt: 0 }, verdict);
		}
		for (const lane of lanes) this.turns.offer(lane, this.settings.now());
		this.settings.signal?.addEventListener('abort', this.cancel, { once: true });
		if (this.settings.signal?.aborted === true) this.cancel();
		else this.pump();
	}

	private readonly cancel = (): void => {
		for (const [attempt, job] of this.underWay) {
			attempt.cancel();
			this.ledger.settle(job, CANCELLED);
		}
		this.underWay.clear();
		for (const lane of this.lanes) this.ledger.close(lane, CANCELLED);
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
		if (perSecond !== undefined && waitMs > 0) return this.waits.limit(lane, perSecond, waitMs);
		const job = lane.next();
		if (job === undefined) return;
		const tooLate = job.requests > 0 && at > job.firstAt + budgetMs + TURN_MS;
		if (tooLate && job.verdict !== undefined) this.ledger.settle(job, job.verdict);
		else this.send(job, at);
		this.turns.offer(lane, at);
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
		const { limitMs, slowAfterMs } = this.settings;
		const limits = { limitMs, slowAfterMs: host.slowAfterMs(slowAfterMs) };
		const attempt = new Attempt(target, limits, {
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
				if (response !== undefined) host.took(response.durationMs);
				this.ended(job, verdict, response);
				this.breaker.answered(lane, verdict, { number, last: this.requests, isProbe });
				this.turns.offer(lane, this.settings.now());
				this.pump();
			},
		});
		this.underWay.set(attempt, job);
		const body = this.bodies.of(delivery.body);
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
			this.ledger.close(lane, alreadyDisabled(lane.host.origin, verdict));
		}
		if (!this.waits.rest(job, verdict)) this.ledger.settle(job, verdict);
		if (verdict.slowsDown && verdict.retryAfterMs !== undefined) {
			if (this.waits.pause(lane, verdict.retryAfterMs)) return;
			this.ledger.close(lane, askedToWait(lane.host.origin, verdict.retryAfterMs));
		}
	}

	private endIfDone(): void {
		if (this.ledger.count < this.count) return;
		this.timers.clear();
		this.settings.signal?.removeEventListener('abort', this.cancel);
		this.done(this.ledger.results);
	}
}

/**
 * Delivers to all subscribers, each in its turn: a slow one, or one that fails, holds back nobody else.
 * Short faults are tried again within the budget; the rest is told to come later, or is given up.
 *
 * @param deliveries are all read at the start
 * @returns what became of each, in the order of the deliveries; a delivery that fails is a result, too
 */
export async function deliverAll(
	deliveries: Iterable<Delivery>,
	options: DeliverOptions,
): Promise<DeliveryResult[]> {
	return await new Promise((resolve) => {
		new DeliveryRun(runSettings(options), resolve).start(deliveries);
	});
}

/** The bytes of bodies, made once for all subscribers of an event. */
class BodyBytes {
	private readonly known = new Map<DeliveryBody, Buffer>();

	of(body: DeliveryBody): Buffer {
		const known = this.known.get(body);
		if (known !== undefined) return known;
		const bytes = Buffer.from(body.text);
		this.known.set(body, bytes);
		return bytes;
	}
}
