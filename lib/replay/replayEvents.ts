import type { StoredEvent } from '../history/storedEvent';
import type { Admission, AdmissionDesk } from './admission';
import { defined } from './defined';
import type { Pace } from '../flow/pace';
import { Places } from '../flow/replayPlaces';
import type { ReplayClaim } from './replayClaims';
import { reportedEvent, type ReplayResult } from './replayResult';
import type { Ran, ReplayWay } from './replayTarget';

export interface ReplayRunOptions {
	/** Replays at a time; 1 keeps the order of events. */
	readonly concurrency: number;
	/** Events that are replayed at most; those that are left out do not count. */
	readonly maximum: number;
	readonly dryRun: boolean;
	readonly stopOnFirstFailure: boolean;
	readonly signal?: AbortSignal;
	/** Milliseconds, for tests. */
	readonly now?: () => number;
}

/** Why a run ended. */
export type RunEnd = 'complete' | 'maximum' | 'failure' | 'cancelled';

/** Told of every event, in the order in which they end. */
export interface ReplayWatcher {
	/** An event was taken up. */
	taken(stored: StoredEvent): void;
	/** Its replay is at its end, or it was left out. `index` counts events as they were taken up. */
	ended(stored: StoredEvent, result: ReplayResult, index: number): void;
	/** The run ended before this event, although there are more. */
	stoppedAt(stored: StoredEvent): void;
}

/**
 * Replays events one after the other, or several at a time.
 *
 * With a concurrency of 1 each replay begins after the one before it ended. When it is cancelled,
 * nothing more is begun, and what is under way is not waited for.
 */
export async function replayEvents(
	events: AsyncIterable<StoredEvent>,
	desk: AdmissionDesk,
	pace: Pace,
	watcher: ReplayWatcher,
	options: ReplayRunOptions,
): Promise<RunEnd> {
	const { concurrency, maximum, dryRun, stopOnFirstFailure, signal } = options;
	const places = new Places(concurrency, signal);
	let end: RunEnd = 'complete';
	let tried = 0;
	let taken = 0;
	const report = (stored: StoredEvent, result: ReplayResult, index: number) => {
		if (stopOnFirstFailure && result.outcome === 'failed' && end === 'complete') end = 'failure';
		watcher.ended(stored, result, index);
	};
	try {
		for await (const stored of events) {
			if (signal?.aborted === true) end = 'cancelled';
			else if (end === 'complete' && tried >= maximum) end = 'maximum';
			if (end !== 'complete') {
				watcher.stoppedAt(stored);
				break;
			}
			watcher.taken(stored);
			const index = taken++;
			const admission = await desk.decide(stored);
			if (admission.admitted) tried += 1;
			if (!admission.admitted || dryRun) {
				report(stored, untried(stored, admission), index);
				continue;
			}
			await places.take(async () => {
				await pace.next(signal);
				const result = await perform(stored, admission, options);
				if (result !== undefined) report(stored, result, index);
			});
		}
	} finally {
		await places.allFree();
	}
	return signal?.aborted === true ? 'cancelled' : end;
}

/** @returns undefined where it was not begun, because the run was cancelled */
async function perform(
	stored: StoredEvent,
	{ way, claim }: Extract<Admission, { admitted: true }>,
	{ signal, now = () => performance.now() }: ReplayRunOptions,
): Promise<ReplayResult | undefined> {
	if (signal?.aborted === true) {
		claim?.release();
		return undefined;
	}
	const startedAt = now();
	let ran: Ran | undefined;
	try {
		ran = await way.run();
	} finally {
		settle(claim, ran);
	}
	const { outcome, reason, replayExecutionId, error } = ran;
	return {
		...about(stored, way),
		outcome,
		...defined({ reason, replayExecutionId, error }),
		durationMs: Math.round(now() - startedAt),
	};
}

/** @param ran undefined where nobody knows: then it may be tried again */
function settle(claim: ReplayClaim | undefined, ran: Ran | undefined): void {
	if (ran?.outcome === 'replayed') claim?.done(ran.replayExecutionId);
	else if (ran?.outcome === 'started' && ran.replayExecutionId !== undefined) {
		claim?.seeExecution(ran.replayExecutionId);
	} else claim?.release();
}

function untried(stored: StoredEvent, admission: Admission): ReplayResult {
	if (admission.admitted) return { ...about(stored, admission.way), outcome: 'wouldReplay' };
	const { outcome, reason, error, way, replayExecutionId } = admission;
	return {
		...about(stored, way),
		outcome,
		reason,
		...defined({ replayExecutionId, error }),
	};
}

function about(stored: StoredEvent, way: ReplayWay | undefined) {
	const { workflowId, workflowName } = way ?? stored;
	return {
		event: reportedEvent(stored),
		executionId: stored.executionId,
		...defined({ workflowId, workflowName, url: way?.url }),
	};
}
