import { Attempt, type AttemptWaiter } from './attempt';
import {
	type Delivery,
	type DeliveryBody,
	type DeliveryResponse,
	type DeliveryResult,
	type DeliverOptions,
	type RunSettings,
	runSettings,
} from './delivery';
import type { Job, Lane } from './host';
import { Scheduler } from './scheduler';
import { type DeliveryTarget, readTarget, requestHeaders } from './target';
import type { Verdict } from './verdict';

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

/** Delivers once; see `deliverAll`. Works by callbacks: no promise and no closure waits for its turn. */
class DeliveryRun implements AttemptWaiter {
	private readonly scheduler: Scheduler;

	private readonly underWay = new Set<Attempt>();

	/** Made once for all subscribers of an event. */
	private readonly bytes = new Map<DeliveryBody, Buffer>();

	private readonly alarm = new Alarm(() => this.tellLate());

	private pumping = false;

	/** @param done is called once, with the results in the order of the deliveries */
	constructor(
		private readonly settings: RunSettings,
		private readonly done: (results: DeliveryResult[]) => void,
	) {
		this.scheduler = new Scheduler(settings, () => this.pump());
	}

	start(deliveries: Iterable<Delivery>): void {
		const { scheduler } = this;
		// Each subscriber is read once.
		const places = new Map<Delivery['subscriber'], Place | Verdict>();
		for (const delivery of deliveries) {
			const place = places.get(delivery.subscriber) ?? this.placeOf(delivery.subscriber);
			places.set(delivery.subscriber, place);
			if ('delivered' in place) scheduler.refuse(delivery, place);
			else scheduler.add(delivery, place.target, place.lane);
		}
		scheduler.start();
		const { signal } = this.settings;
		signal?.addEventListener('abort', this.cancel, { once: true });
		if (signal?.aborted === true) this.cancel();
		else this.pump();
	}

	onSlow({ job }: Attempt): void {
		this.scheduler.slow(job);
		this.pump();
	}

	onEnd(attempt: Attempt, verdict: Verdict, response: DeliveryResponse | undefined): void {
		this.underWay.delete(attempt);
		this.scheduler.ended(attempt.job, verdict, response);
		this.pump();
	}

	private placeOf(subscriber: Delivery['subscriber']): Place | Verdict {
		const { guard, asymmetricKey } = this.settings;
		const target = readTarget(
			subscriber,
			guard,
			asymmetricKey === undefined ? [] : [asymmetricKey],
		);
		if ('delivered' in target) return target;
		return { target, lane: this.scheduler.laneOf(subscriber, target) };
	}

	private readonly cancel = (): void => {
		const jobs = [...this.underWay].map((attempt) => attempt.job);
		for (const attempt of this.underWay) attempt.cancel();
		this.underWay.clear();
		this.scheduler.cancel(jobs);
		this.endIfDone();
	};

	/** Sends as long as the scheduler has something to be sent. */
	private pump(): void {
		// What fails at once ends within `send`.
		if (this.pumping) return;
		this.pumping = true;
		for (let job = this.scheduler.next(); job !== undefined; job = this.scheduler.next()) {
			this.send(job);
		}
		this.pumping = false;
		this.endIfDone();
	}

	private send(job: Job): void {
		const { dispatcher, limitMs } = this.settings;
		const { delivery, target, lastAt } = job;
		const limits = { limitMs, slowAfterMs: this.scheduler.slowAfterMs(job) };
		const attempt = new Attempt(job, limits, this);
		this.underWay.add(attempt);
		this.alarm.setFor(attempt.dueAt);
		const body = this.bytesOf(delivery.body);
		attempt.start(dispatcher, requestHeaders(delivery, target, body, new Date(lastAt)), body);
	}

	private tellLate(): void {
		const now = performance.now();
		for (const attempt of [...this.underWay]) if (attempt.dueAt <= now) attempt.late();
		for (const attempt of this.underWay) this.alarm.setFor(attempt.dueAt);
	}

	private bytesOf(body: DeliveryBody): Buffer {
		const known = this.bytes.get(body);
		if (known !== undefined) return known;
		const bytes = Buffer.from(body.text);
		this.bytes.set(body, bytes);
		return bytes;
	}

	private endIfDone(): void {
		if (!this.scheduler.isDone) return;
		this.scheduler.stop();
		this.alarm.stop();
		this.settings.signal?.removeEventListener('abort', this.cancel);
		this.done(this.scheduler.results);
	}
}

/** Where a subscriber's deliveries go, and their line. */
interface Place {
	readonly target: DeliveryTarget;
	readonly lane: Lane;
}

/** One timer for all requests under way, which nearly all end before it: one for each takes longer. */
class Alarm {
	private timer: NodeJS.Timeout | undefined;

	private at = Infinity;

	constructor(private readonly ring: () => void) {}

	/** @param at by `performance.now()`; it rings once, for the first */
	setFor(at: number): void {
		if (at >= this.at) return;
		this.stop();
		this.at = at;
		this.timer = setTimeout(
			() => {
				this.at = Infinity;
				this.ring();
			},
			Math.max(0, Math.ceil(at - performance.now())),
		);
	}

	stop(): void {
		clearTimeout(this.timer);
		this.at = Infinity;
	}
}
