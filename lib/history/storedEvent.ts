import type { EventEnvelope } from '../event/envelope';

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

/** A replay is the same event again, with the two attributes that say so. */
export type StoredEnvelope = EventEnvelope & {
	/** Id of the execution whose event it is. */
	readonly replayof?: string;
	/** RFC 3339. */
	readonly replayedat?: string;
};

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
	readonly status: StoredStatus;
	readonly startedAt: Date;
	readonly stoppedAt?: Date;
	/** Of the failure: which node and what it said. */
	readonly failedNode?: string;
	readonly error?: string;
}

/** Something that the store has, or had, and cannot give. */
export interface Gap {
	readonly reason: GapReason;
	/** Executions that it concerns; undefined where nobody can know. */
	readonly count?: number;
	/** A few of their ids. */
	readonly executionIds?: readonly string[];
	readonly workflowId?: string;
	/** What to change, and where. */
	readonly hint: string;
}

export type GapReason =
	/** Deleted by n8n's pruning, or by somebody. */
	| 'pruned'
	/** The workflow's or n8n's settings do not save such executions. */
	| 'not_saved'
	| 'redacted'
	/** Larger than the API gives out. */
	| 'too_large'
	/** The key may not read the workflow. */
	| 'no_access'
	/** It still runs; what it will have is not known. */
	| 'running'
	/** The data are there, but no event can be read from them. */
	| 'unreadable';
