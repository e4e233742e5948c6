import type { StoredEvent } from '../history/storedEvent';

/**
 * What became of an event. `started`: its workflow runs, or waits, and nobody knows yet how it ends.
 * `wouldReplay`: in a dry run.
 */
export type ReplayOutcome = 'replayed' | 'failed' | 'started' | 'skipped' | 'wouldReplay';

/** Why an event was not replayed, or how its replay ended, in one word for programs. */
export type ReplayReason =
	/** A replay of it to the same target succeeded before. */
	| 'already_replayed'
	/** A replay of it to the same target is under way. */
	| 'in_progress'
	/** Its workflow is the one that replays. */
	| 'own_workflow'
	/** Its workflow was started, by way of replays, by itself. */
	| 'loop'
	/** The workflow is gone, or the API key may not read it. */
	| 'no_access'
	| 'archived'
	| 'unpublished'
	| 'trigger_missing'
	| 'trigger_ambiguous'
	/** The workflow's settings do not let this workflow call it. */
	| 'not_callable'
	/** n8n no longer has a file that the event came with. */
	| 'file_missing'
	/** The event came with a file, and the address gets JSON. */
	| 'has_file'
	/** n8n could not start the workflow. */
	| 'not_started'
	/** It ran, and failed. */
	| 'execution_failed'
	/** It waits, and goes on by itself. */
	| 'waiting'
	/** The address did not take it; see the error. */
	| 'not_delivered';

/** One event's line in the report of a replay. */
export interface ReplayResult {
	readonly event: ReportedEvent;
	/** The execution whose event it is, as the history gave it. */
	readonly executionId: string;
	readonly outcome: ReplayOutcome;
	readonly reason?: ReplayReason;
	/** The workflow that it was, or was to be, replayed through; undefined for an address. */
	readonly workflowId?: string;
	readonly workflowName?: string;
	/** The address that it was, or was to be, sent to. */
	readonly url?: string;
	/** The execution of the replay; where it was skipped, of the one before. */
	readonly replayExecutionId?: string;
	/** Milliseconds that the replay took. */
	readonly durationMs?: number;
	/** What went wrong and what to do. */
	readonly error?: string;
}

/** An event without its data: a report on thousands must stay small. */
export interface ReportedEvent {
	readonly id: string;
	readonly source: string;
	readonly type: string;
	readonly subject?: string;
	readonly time: string;
}

/** Why something cannot be replayed. */
export interface Refusal {
	readonly refused: ReplayReason;
	/** What it is and what to do. */
	readonly message: string;
}

export function isRefusal(value: object): value is Refusal {
	return 'refused' in value;
}

export function reportedEvent({ event }: Pick<StoredEvent, 'event'>): ReportedEvent {
	const { id, source, type, subject, time } = event;
	return { id, source, type, ...(subject === undefined ? {} : { subject }), time };
}
