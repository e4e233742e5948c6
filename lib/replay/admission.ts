import type { StoredEvent } from '../history/storedEvent';
import { eventKey } from './eventKey';
import type { ExecutionStanding } from './executionStanding';
import type { ReplayClaim, ReplayClaims } from './replayClaims';
import { isRefusal, type ReplayReason } from './replayResult';
import type { EarlierReplays, ReplayTarget, ReplayWay } from './replayTarget';

/** Whether an event is replayed now. */
export type Admission =
	| { readonly admitted: true; readonly way: ReplayWay; readonly claim?: ReplayClaim }
	| {
			readonly admitted: false;
			readonly outcome: 'failed' | 'skipped';
			readonly reason: ReplayReason;
			readonly error?: string;
			readonly way?: ReplayWay;
			readonly replayExecutionId?: string;
	  };

export interface AdmissionOptions {
	/** Leave out what was replayed with success or is under way. */
	readonly skipReplayed: boolean;
	/** Nothing is claimed. */
	readonly dryRun: boolean;
	/**
	 * Since when replays matter, where the events do not come in the order in which they were received:
	 * there, it is the start of the first one. Undefined: all matter.
	 */
	readonly since?: Date;
	readonly oldestFirst: boolean;
	readonly statusOf: (executionId: string) => Promise<ExecutionStanding>;
}

/** Refusals that are as they should be, not faults. */
const EXPECTED: ReadonlySet<ReplayReason> = new Set(['own_workflow', 'loop']);

/** Decides, one event after the other, which are replayed. */
export class AdmissionDesk {
	private readonly earlier = new Map<string, EarlierReplays>();

	/** Those that a dry run would have replayed. */
	private readonly wouldReplay = new Set<string>();

	constructor(
		private readonly target: ReplayTarget,
		private readonly claims: ReplayClaims,
		private readonly options: AdmissionOptions,
	) {}

	async decide(stored: StoredEvent): Promise<Admission> {
		const way = await this.target.wayOf(stored);
		if (isRefusal(way)) {
			const isFault = !EXPECTED.has(way.refused) && !this.options.dryRun;
			const outcome = isFault ? 'failed' : 'skipped';
			return { admitted: false, outcome, reason: way.refused, error: way.message };
		}
		if (!this.options.skipReplayed) return { admitted: true, way };
		const earlier = await this.earlierReplays(way, stored);
		const event = eventKey(stored.event);
		const succeeded = earlier.succeeded.get(event);
		if (succeeded !== undefined) return skipped(way, 'already_replayed', succeeded);
		const open = earlier.open.get(event);
		if (open !== undefined) return skipped(way, 'in_progress', open);
		return await this.claim(way, JSON.stringify([way.targetKey, event]));
	}

	private async claim(way: ReplayWay, key: string): Promise<Admission> {
		if (this.options.dryRun) return await this.look(way, key);
		const answer = this.claims.take(key);
		if (answer.state === 'claimed') return { admitted: true, way, claim: answer.claim };
		if (answer.state === 'busy') return skipped(way, 'in_progress');
		if (answer.state === 'done') return skipped(way, 'already_replayed', answer.executionId);
		const { executionId } = answer;
		const status = await this.options.statusOf(executionId);
		if (status === 'open') return skipped(way, 'in_progress', executionId);
		// What is gone is taken for a success: n8n keeps failures by default, and successes often not.
		if (status !== 'failed') return skipped(way, 'already_replayed', executionId);
		const claim = answer.takeOver();
		return claim === undefined ? skipped(way, 'in_progress') : { admitted: true, way, claim };
	}

	private async look(way: ReplayWay, key: string): Promise<Admission> {
		const state = this.claims.peek(key);
		if (state === 'busy') return skipped(way, 'in_progress');
		if (state === 'done') return skipped(way, 'already_replayed');
		if (this.wouldReplay.has(key)) return skipped(way, 'already_replayed');
		this.wouldReplay.add(key);
		return { admitted: true, way };
	}

	private async earlierReplays(way: ReplayWay, { startedAt }: StoredEvent) {
		const known = this.earlier.get(way.targetKey);
		if (known !== undefined) return known;
		const { oldestFirst, since } = this.options;
		const found = await way.earlier(oldestFirst ? startedAt : since);
		this.earlier.set(way.targetKey, found);
		return found;
	}
}

function skipped(way: ReplayWay, reason: ReplayReason, executionId?: string): Admission {
	return {
		admitted: false,
		outcome: 'skipped',
		reason,
		way,
		...(executionId === undefined ? {} : { replayExecutionId: executionId }),
	};
}
