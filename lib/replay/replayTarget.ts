import type { StoredEvent, StoredEnvelope } from '../history/storedEvent';

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
interface ReportedEvent {
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

/** A replay of an event: the same event, and what says that it is a replay. */
type ReplayedEnvelope = StoredEnvelope & {
	readonly replayof: string;
	readonly replayedat: string;
};

/**
 * The envelope of a replay. `id` and `source` stay, for it is the same event. `replayof` names the
 * execution that received it: a replay of a replay names the first.
 */
export function replayedEnvelope(
	{ event, executionId }: Pick<StoredEvent, 'event' | 'executionId'>,
	at: Date,
): ReplayedEnvelope {
	return { ...event, ...marks(event, executionId, at) };
}

/**
 * What a workflow gets: the envelope, or where n8n's own Webhook node brought the event in, the item
 * as that node made it, because the workflow reads it so.
 */
export function replayedItem(
	stored: Pick<StoredEvent, 'event' | 'executionId' | 'webhookItem'>,
	at: Date,
): Record<string, unknown> {
	const { event, executionId, webhookItem } = stored;
	return webhookItem === undefined
		? { ...replayedEnvelope(stored, at) }
		: { ...webhookItem, ...marks(event, executionId, at) };
}

function marks({ replayof }: StoredEnvelope, executionId: string, at: Date) {
	return { replayof: replayof ?? executionId, replayedat: at.toISOString() };
}

/** Identifies an event for ever: the same event has the same pair, however often it comes. */
export function eventKey({ source, id }: { readonly source: string; readonly id: string }): string {
	return JSON.stringify([source, id]);
}
