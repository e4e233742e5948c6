import type { DeliveryResult } from './delivery';
import type { Lane } from './lane';
import { resultOf, type EndedDelivery } from './result';
import type { RunSettings } from './runSettings';
import type { Verdict } from './verdict';

/** What a run has to tell about one delivery, but for the verdict. */
export type Entry = Omit<EndedDelivery, 'verdict'> & { readonly index: number };

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
