import { fitsType, matchesPattern } from '../event/pattern';
import type { RememberedExecutions } from './memory/rememberedExecutions';
import { timeOfEvent, type StoredStatus, type StoredEnvelope } from './storedEvent';

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
	/** Also tell when n8n was restarted, as gaps. @default false */
	readonly restarts?: boolean;
	/** The execution that reads: neither an event nor a gap. */
	readonly ownExecutionId?: string;
	/** What runs since before it was interrupted, see `unlessInterrupted`. @default nothing was */
	readonly upSince?: Date;
	/**
	 * What was read before, with the same API, key and `includeN8nWebhook`. Its events lack
	 * `webhookItem` and the contents of `files`: they are for outputs, and cannot be replayed.
	 * @default all is read
	 */
	readonly memory?: RememberedExecutions;
	/** Whose data the reader looks at; those of others may be null. @default all */
	readonly needsData?: (event: StoredEnvelope) => boolean;
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

/**
 * Makes the test of whether an event fits what the filters say of events. What they say of
 * executions (workflow, status, start) is not looked at.
 */
export function eventFilter(filters: HistoryFilters): (event: StoredEnvelope) => boolean {
	const { eventTypes, sources, subjects, eventId, timeOf, since, until } = filters;
	const text = filters.text?.toLowerCase() ?? '';
	const tests: Array<(event: StoredEnvelope) => boolean> = [];
	if (eventId !== undefined && eventId !== '') tests.push(({ id }) => id === eventId);
	if (isGiven(eventTypes)) tests.push(({ type }) => fitsType(eventTypes, type));
	if (isGiven(sources)) tests.push(({ source }) => fitsOne(sources, source));
	if (isGiven(subjects)) tests.push(({ subject }) => fitsOne(subjects, subject ?? ''));
	if (timeOf === 'event' && (since !== undefined || until !== undefined)) {
		tests.push((event) => isWithin(timeOfEvent(event), since, until));
	}
	if (text !== '') tests.push(({ data }) => containsText(data, text));
	return (event) => tests.every((test) => test(event));
}

/** Whether an instant lies in a span of time, its ends included. */
export function isWithin(instant: Date, since: Date | undefined, until: Date | undefined): boolean {
	const at = instant.getTime();
	if (Number.isNaN(at)) return false;
	if (since !== undefined && at < since.getTime()) return false;
	return until === undefined || at <= until.getTime();
}

export function isGiven<T>(list: readonly T[] | undefined): list is readonly T[] {
	return list !== undefined && list.length > 0;
}

function fitsOne(patterns: readonly string[], text: string): boolean {
	return patterns.some((pattern) => matchesPattern(pattern, text));
}

/**
 * Whether a text occurs in a value of some JSON, in upper or lower case. Names of fields do not count.
 *
 * @param wanted in lower case
 */
export function containsText(json: unknown, wanted: string): boolean {
	// Not recursive: a sender may nest deeper than the stack of calls is.
	const open: unknown[] = [json];
	while (open.length > 0) {
		const value = open.pop();
		if (typeof value === 'string') {
			if (value.toLowerCase().includes(wanted)) return true;
		} else if (typeof value === 'number' || typeof value === 'boolean') {
			if (String(value).includes(wanted)) return true;
		} else if (typeof value === 'object' && value !== null) {
			for (const one of Object.values(value)) open.push(one);
		}
	}
	return false;
}
