import type { Job, Lane } from './lane';
import type { Ledger } from './ledger';
import { retryWaitMs } from './retryWait';
import type { RunSettings } from './runSettings';
import type { Timers } from './timers';
import type { Turns } from './turns';
import { rateLimited } from './unsent';
import type { Verdict } from './verdict';

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
