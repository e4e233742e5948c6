import { type EventEnvelope, NoEnvelope, readEnvelope } from '../event/envelope';

/** How an execution ended, in n8n's words. */
export type StoredStatus =
	| 'success'
	| 'error'
	| 'crashed'
	| 'canceled'
	| 'running'
	| 'waiting'
	| 'new'
	| 'unknown';

/**
 * An event as it was received; not written anew in any detail, so that a replay starts with the same.
 * A replay is the event again, with the two attributes that say so.
 */
export type StoredEnvelope = Omit<EventEnvelope, 'specversion'> & {
	/** `1.0`, or with a patch such as `1.0.2`. */
	readonly specversion: string;
	/** Id of the execution whose event it is. */
	readonly replayof?: string;
	/** RFC 3339. */
	readonly replayedat?: string;
	/**
	 * Id of the execution that n8n emptied when its worker died: Recover ran the event in its place. Empty
	 * where nobody knows which it was.
	 */
	readonly recoveryof?: string;
	/** RFC 3339. */
	readonly recoveredat?: string;
};

/** Whether an item is an event, whatever made it. */
export function isStoredEnvelope(item: unknown): item is StoredEnvelope {
	return !(readEnvelope(item) instanceof NoEnvelope);
}

/** One event of one execution, as n8n's execution store has it. */
export interface StoredEvent {
	readonly event: StoredEnvelope;
	readonly executionId: string;
	readonly workflowId: string;
	readonly workflowName: string;
	/** Name of the node that brought it in. */
	readonly triggerName: string;
	/** n8n's mode: `webhook`, `trigger`, `manual`, `integrated` (a replay), `retry`, … */
	readonly mode: string;
	/** The outcome: of the newest retry where the execution was retried. */
	readonly status: StoredStatus;
	/** Undefined while the execution waits for its turn (status `new`). */
	readonly startedAt?: Date;
	readonly stoppedAt?: Date;
	/** Of the failure: which node and what it said. */
	readonly failedNode?: string;
	readonly error?: string;
	/** The newest execution in which n8n retried this one; `status` and the failure are its. */
	readonly retriedBy?: string;
	/**
	 * For an event that n8n's own Webhook node brought in: the JSON of its item as it was, with all
	 * headers. It is what the workflow needs to run again, and never goes into an output.
	 */
	readonly webhookItem?: Readonly<Record<string, unknown>>;
	/**
	 * Files that the event came with, by the name of their field, as n8n's item has them under
	 * `binary`: `{data: 'filesystem-v2', id, fileName, mimeType, …}` where n8n keeps them elsewhere, and
	 * `{data: <base64>, …}` where it does not. Never in an output but their names.
	 */
	readonly files?: Readonly<Record<string, StoredFile>>;
	/** Its execution was not read for it. The event is nobody else's. */
	readonly isRemembered?: true;
}

export type StoredFile = Readonly<Record<string, unknown>>;

/** Something that the store has, or had, and cannot give. */
export interface Gap {
	readonly reason: GapReason;
	/** Executions that it concerns; undefined where nobody can know. */
	readonly count?: number;
	/** A few of their ids. */
	readonly executionIds?: readonly string[];
	readonly workflowId?: string;
	readonly workflowName?: string;
	/** The id that was asked for and not found. */
	readonly eventId?: string;
	/** What tells of it, in words for programs. */
	readonly evidence?: readonly string[];
	/** The time that it concerns, where that is known. */
	readonly since?: Date;
	readonly until?: Date;
	/** What to change, and where. */
	readonly hint: string;
}

export type GapReason =
	/** Deleted by n8n's pruning, or by somebody. */
	| 'pruned'
	/** The workflow's or n8n's settings do not save such executions. */
	| 'not_saved'
	/** n8n gave out the execution's id and has nothing under it: not saved, deleted, another project's. */
	| 'missing'
	| 'redacted'
	/** Larger than the API gives out. */
	| 'too_large'
	/** The key may not read the workflow. */
	| 'no_access'
	/** It still runs; how it ends is not known. */
	| 'running'
	/** The data are there, but no event can be read from them. */
	| 'unreadable'
	/** What was asked for by its id is not there. */
	| 'not_found'
	/** n8n was restarted: it may have answered deliveries by itself, and then there is no execution. */
	| 'restart';

/** What reading the history gives, one after the other. */
export type HistoryEntry = StoredEvent | Gap;

export function isGap(entry: HistoryEntry): entry is Gap {
	return 'reason' in entry;
}

/**
 * When an event happened, as its sender says.
 *
 * @returns an invalid date where it says nothing, or a year that no calendar shows in four digits: a clock of
 * some zone may have no name for it
 */
export function timeOfEvent({ time }: { readonly time: unknown }): Date {
	const at = new Date(typeof time === 'string' || typeof time === 'number' ? time : Number.NaN);
	const year = at.getUTCFullYear();
	return year >= 1000 && year < 9999 ? at : new Date(Number.NaN);
}
