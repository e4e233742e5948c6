import { type DeliveryResult, resultOf, type EndedDelivery } from './delivery';
import type { Job, Lane, Turns, Host } from './host';
import type { RunSettings } from './runOptions';
import { rateLimited, type Verdict, circuitOpen } from './verdict';

/** What waits within a run, as long as the budget allows it. */
export class Waits {
	private readonly startedAt: number;

	constructor(
		private readonly settings: Pick<RunSettings, 'now' | 'random' | 'budgetMs'>,
		private readonly turns: Turns,
		private readonly timers: Timers,
		private readonly ledger: Ledger,
	) {
		this.startedAt = settings.now();
	}

	/** Waits for the subscriber's rate limit; what would have to wait for too long comes later. */
	limit(lane: Lane, perSecond: number, waitMs: number): void {
		if (this.pause(lane, waitMs)) return;
		for (const [place, job] of lane.drain().entries()) {
			this.ledger.settle(
				job,
				job.verdict ?? rateLimited(perSecond, waitMs + (place * 1000) / perSecond),
			);
		}
	}

	/**
	 * Sends nothing to a subscriber for a while.
	 *
	 * @returns false where the wait is too long for this run
	 */
	pause(lane: Lane, waitMs: number): boolean {
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

	/** @returns whether it is tried again in this run */
	rest(job: Job, verdict: Verdict): boolean {
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
}

/** Which request of the run it was. */
interface RequestPlace {
	readonly number: number;
	/** Number of the last request that was sent until the answer. */
	readonly last: number;
	/** Whether it asked if the host is back. */
	readonly isProbe: boolean;
}

/**
 * Slows hosts down that have too much to do, and leaves hosts and subscribers alone that only fail. A
 * host gets a few single requests before the rest of its deliveries is put off.
 */
export class Breaker {
	constructor(
		private readonly settings: Pick<RunSettings, 'now' | 'random' | 'budgetMs'>,
		private readonly turns: Turns,
		private readonly timers: Timers,
		private readonly ledger: Ledger,
	) {}

	/** @returns whether the request that goes out now is to tell if the host is back */
	sending({ circuit }: Host): boolean {
		if (circuit.state !== 'probing') return false;
		circuit.state = 'open';
		circuit.probes += 1;
		return true;
	}

	answered(lane: Lane, verdict: Verdict, { number, last, isProbe }: RequestPlace): void {
		const { host } = lane;
		const now = this.settings.now();
		if (verdict.slowsDown) host.lower(number, last);
		if (verdict.delivered) {
			host.raise();
			lane.circuit.succeeded(number);
		}
		if (!verdict.blamesHost) host.circuit.succeeded(number);
		else if (host.circuit.failed(number, now) || (isProbe && host.circuit.state === 'open')) {
			this.probeLater(host, now);
		}
		if (verdict.delivered || host.circuit.state !== 'closed') return;
		if (lane.circuit.failed(number, now)) this.ledger.close(lane, circuitOpen(host.origin));
	}

	/** Asks as long as a delivery would be tried again, and at least once. */
	private probeLater(host: Host, now: number): void {
		const { budgetMs, random } = this.settings;
		const { probes, openedAt } = host.circuit;
		const waitMs = retryWaitMs(probes + 1, random);
		if (probes === 0) this.timers.after(Math.min(waitMs, budgetMs), () => this.probe(host));
		else if (now + waitMs <= openedAt + budgetMs) this.timers.after(waitMs, () => this.probe(host));
		else this.giveUp(host);
	}

	private probe(host: Host): void {
		if (host.circuit.state !== 'open') return;
		host.circuit.state = 'probing';
		host.rotate(Math.floor(this.settings.random() * host.turns.size));
		this.turns.offerHost(host);
	}

	private giveUp(host: Host): void {
		host.circuit.state = 'givenUp';
		for (const lane of host.lanes) this.ledger.close(lane, circuitOpen(host.origin));
	}
}

/** What a run has to tell about one delivery, but for the verdict. */
type Entry = Omit<EndedDelivery, 'verdict'> & { readonly index: number };

/** What became of the deliveries of a run, in their order. */
export class Ledger {
	readonly results: DeliveryResult[] = [];

	constructor(private readonly settings: Pick<RunSettings, 'schedule' | 'now' | 'random'>) {}

	/** How many are settled. */
	count = 0;

	/** Once for each delivery. */
	settle(entry: Entry, verdict: Verdict): void {
		const { schedule, now, random } = this.settings;
		this.results[entry.index] = resultOf({ ...entry, verdict }, schedule, now(), random);
		this.count += 1;
	}

	/** Sends nothing more to a subscriber; what has failed before keeps what it failed with. */
	close(lane: Lane, verdict: Verdict): void {
		lane.closedBy ??= verdict;
		for (const job of lane.drain()) {
			const own = verdict.retry === 'never' ? verdict : (job.verdict ?? verdict);
			const later = Math.max(verdict.retryAfterMs ?? 0, own.retryAfterMs ?? 0);
			this.settle(job, later > 0 ? { ...own, retryAfterMs: later } : own);
		}
	}
}

/** The timers of a run, so that none outlives it. */
export class Timers {
	private readonly running = new Set<NodeJS.Timeout>();

	/** @param afterEach is called after each of them */
	constructor(private readonly afterEach: () => void) {}

	/** Never early: timers of Node.js may be, by up to a millisecond. */
	after(milliseconds: number, act: () => void): NodeJS.Timeout {
		const timer = setTimeout(
			() => {
				this.running.delete(timer);
				act();
				this.afterEach();
			},
			Math.ceil(milliseconds) + 1,
		);
		this.running.add(timer);
		return timer;
	}

	clear(): void {
		for (const timer of this.running) clearTimeout(timer);
		this.running.clear();
	}
}

/** Waits within a run: 0.5, 1, 2, … seconds. */
const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Up to a fifth shorter or longer, so that failures at the same time do not come back together. */
const JITTER = 0.2;

/**
 * How long to wait before a delivery is tried again in the same run.
 *
 * @param failures so far, at least 1
 * @param random 0 to 1
 * @param askedMs what `Retry-After` asked for
 */
function retryWaitMs(failures: number, random: () => number, askedMs = 0): number {
	const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
	return Math.max(full * (1 + JITTER * (2 * random() - 1)), askedMs);
}
