import { HttpFault } from '../net/http';
import { eventsOf, type EventsOfOptions } from './executionEvents';
import { gap } from './gaps';
import { N8nApiError, type N8nApi } from './store/n8nApi';
import { withScope, readHead, type ExecutionHead } from './store/executions';
import { isUnreadable } from './store/pages';
import type { Gap, StoredEvent, StoredStatus } from './storedEvent';

interface ReadExecutionOptions extends EventsOfOptions {
	/** Also where it is larger than n8n displays. @default false */
	readonly readLarge?: boolean;
	/** Or only what n8n tells of it. @default true */
	readonly withData?: boolean;
	readonly signal?: AbortSignal;
}

/**
 * One execution of n8n's public API.
 *
 * @returns a gap where it is not there (n8n answers so too where the key may not read it), or its
 * data cannot be read
 * @throws {N8nApiError}
 */
export async function fetchExecution(
	api: N8nApi,
	executionId: string,
	{ readLarge = false, withData = true, signal }: ReadExecutionOptions = {},
): Promise<{ readonly json: unknown } | Gap> {
	return await api
		.call({
			method: 'GET',
			path: `/executions/${encodeURIComponent(executionId)}`,
			query: { includeData: withData, ...(readLarge ? { ignoreDataSizeLimit: true } : {}) },
			what: `read execution ${executionId}`,
			on500: 'once',
			signal,
		})
		.then((json) => ({ json }))
		.catch(asGap(executionId));
}

function asGap(executionId: string) {
	const about = { executionIds: [executionId], count: 1 };
	return (error: unknown): Gap => {
		if (error instanceof HttpFault && error.kind === 'tooLong') return gap('too_large', about);
		if (error instanceof N8nApiError && error.status === 404) return gap('not_found', about);
		if (isUnreadable(error)) return gap('unreadable', about);
		return withScope('execution:read')(error);
	};
}

/**
 * The events of one execution, whatever its mode. Where n8n retried it with success, that is its
 * outcome.
 *
 * @throws {N8nApiError}
 */
export async function readExecution(
	api: N8nApi,
	executionId: string,
	options: ReadExecutionOptions = {},
): Promise<StoredEvent[] | Gap> {
	const found = await fetchExecution(api, executionId, options);
	if ('reason' in found) return found;
	const events = eventsOf(found.json, options);
	const success = readHead(found.json)?.retrySuccessId;
	if (!Array.isArray(events) || success === undefined) return events;
	return events.map((event) => withOutcome(event, { retriedBy: success, status: 'success' }));
}

/** How n8n's newest retry of an execution ended. */
export interface RetryOutcome {
	/** Id of the execution that was the retry. */
	readonly retriedBy: string;
	readonly status: StoredStatus;
	readonly failedNode?: string;
	readonly error?: string;
}

/** More retries than anybody makes; what is beyond counts as an execution without retries. */
const MOST_REMEMBERED = 10_000;

/**
 * The outcomes of retries, by the execution that was retried. A retry is the same event once more:
 * it is told as the outcome of the execution that received the event.
 */
export class Retries {
	private readonly outcomes = new Map<string, RetryOutcome>();

	/** Retried executions that were not met yet. */
	get pending(): readonly string[] {
		return [...this.outcomes.keys()];
	}

	/** @returns the newest retry of what is still pending */
	outcomeOf(executionId: string): RetryOutcome | undefined {
		return this.outcomes.get(executionId);
	}

	/**
	 * Notes a retry. Newer ones have to come before older ones.
	 *
	 * @param failure of the retry, where it is known
	 */
	note(retry: ExecutionHead, failure: Pick<RetryOutcome, 'failedNode' | 'error'> = {}): void {
		const { id, retryOf, status } = retry;
		if (retryOf === undefined) return;
		// A retry may be retried too.
		const newer = this.take(id);
		if (this.outcomes.has(retryOf) || this.outcomes.size >= MOST_REMEMBERED) return;
		this.outcomes.set(retryOf, newer ?? { retriedBy: id, status, ...failure });
	}

	/** The outcome of an execution that is met, where it was retried. */
	settle({ id, retrySuccessId }: ExecutionHead): RetryOutcome | undefined {
		const seen = this.take(id);
		const ended = seen?.status === 'running' || seen?.status === 'new' ? undefined : seen;
		if (retrySuccessId === undefined) return ended;
		// Only retries with certain outcomes are seen where n8n was asked for those.
		if (ended !== undefined && Number(ended.retriedBy) > Number(retrySuccessId)) return ended;
		return { retriedBy: retrySuccessId, status: 'success' };
	}

	private take(executionId: string): RetryOutcome | undefined {
		const outcome = this.outcomes.get(executionId);
		this.outcomes.delete(executionId);
		return outcome;
	}
}

/** The event with the outcome of the newest retry in place of its own. */
export function withOutcome(event: StoredEvent, outcome: RetryOutcome | undefined): StoredEvent {
	if (outcome === undefined) return event;
	const { failedNode, error, ...rest } = event;
	const isSameFailure = outcome.error === undefined && outcome.status === event.status;
	return { ...rest, ...(isSameFailure ? { failedNode, error } : {}), ...outcome };
}
