import type { StoredEvent } from '../history/storedEvent';
import type { Refusal, ReplayReason } from './replayResult';

/** Where events are replayed to. */
export interface ReplayTarget {
	/** Decides, before anything runs, whether and how an event can be replayed there. */
	wayOf(stored: StoredEvent): Promise<ReplayWay | Refusal>;
}

/** The way of one event to its target. */
export interface ReplayWay {
	/** Names the target: an event that was replayed to the same one was replayed. */
	readonly targetKey: string;
	readonly workflowId?: string;
	readonly workflowName?: string;
	readonly url?: string;
	/**
	 * Replays to this target that the store knows of.
	 *
	 * @param since earlier ones do not matter; undefined: all matter
	 */
	earlier(since: Date | undefined): Promise<EarlierReplays>;
	/** Replays it; never throws for what is wrong with the event or the target. */
	run(): Promise<Ran>;
}

/** Replays that were found in the store: of which events, by `eventKey`. */
export interface EarlierReplays {
	/** With success, and the execution that did it. */
	readonly succeeded: ReadonlyMap<string, string>;
	/** Not at their end, and the execution. */
	readonly open: ReadonlyMap<string, string>;
}

/** How a replay ended. */
export interface Ran {
	readonly outcome: 'replayed' | 'failed' | 'started';
	readonly reason?: ReplayReason;
	/** The execution that shows it, now or later. */
	readonly replayExecutionId?: string;
	readonly error?: string;
}
