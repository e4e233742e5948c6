import type { StoredStatus } from './storedEvent';

/** Which events; whatever is left out or empty chooses all. */
export interface HistoryFilters {
	readonly workflowIds?: readonly string[];
	/** Patterns, of which one must fit; `*` stands for any text. */
	readonly eventTypes?: readonly string[];
	readonly sources?: readonly string[];
	readonly subjects?: readonly string[];
	readonly eventId?: string;
	/** Inclusive, as `until` is. */
	readonly since?: Date;
	readonly until?: Date;
	/**
	 * What `since` and `until` are about: the start of the execution, or the event's own `time`.
	 * @default 'execution'
	 */
	readonly timeOf?: 'execution' | 'event';
	/** Outcomes. @default all but `running`, which come out as a gap */
	readonly statuses?: readonly StoredStatus[];
	/** Somewhere in the values of the event's data, in upper or lower case. */
	readonly text?: string;
}

export interface ReadOptions {
	/** By the order in which the executions were created. @default 'newest' */
	readonly order?: 'newest' | 'oldest';
	/** Events at most; what was not looked at for it is no gap. @default all */
	readonly limit?: number;
	/** Executions that somebody started in the editor. @default false */
	readonly includeTestRuns?: boolean;
	/** Requests to n8n's own Webhook node, as events of the type `n8n.webhook`. @default false */
	readonly includeN8nWebhook?: boolean;
	/** Executions that replayed an event. @default 'exclude' */
	readonly replays?: 'exclude' | 'include' | 'only';
	/** Also executions that are larger than n8n displays, up to 64 MB each. @default false */
	readonly readLarge?: boolean;
	/** The execution that reads: neither an event nor a gap. */
	readonly ownExecutionId?: string;
	/** What runs since before it was interrupted, see `unlessInterrupted`. @default nothing was */
	readonly upSince?: Date;
	readonly signal?: AbortSignal;
	/** Called after every page. */
	readonly onProgress?: (progress: HistoryProgress) => void;
}

/** How far reading has come. */
export interface HistoryProgress {
	/** Executions looked at. */
	readonly executions: number;
	/** Events that fit. */
	readonly events: number;
	/** Start of the execution that was read last. */
	readonly reached?: Date;
}
