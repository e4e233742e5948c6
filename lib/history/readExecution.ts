import { N8nApiError, type N8nApi } from './store/api';
import { HttpFault } from '../net/http';
import { eventsOf, type EventsOfOptions } from './eventsOf';
import { isUnreadable } from './store/dataPages';
import { withScope } from './store/executionList';
import { readHead } from './store/executionHead';
import { gap } from './hints';
import { withOutcome } from './retries';
import type { Gap, StoredEvent } from './storedEvent';

export interface ReadExecutionOptions extends EventsOfOptions {
	/** Also where it is larger than n8n displays. @default false */
	readonly readLarge?: boolean;
	readonly signal?: AbortSignal;
}

/**
 * One execution of n8n's public API, with its data.
 *
 * @returns a gap where it is not there (n8n answers so too where the key may not read it), or its
 * data cannot be read
 * @throws {N8nApiError}
 */
export async function fetchExecution(
	api: N8nApi,
	executionId: string,
	{ readLarge = false, signal }: ReadExecutionOptions = {},
): Promise<{ readonly json: unknown } | Gap> {
	return await api
		.call({
			method: 'GET',
			path: `/executions/${encodeURIComponent(executionId)}`,
			query: { includeData: true, ...(readLarge ? { ignoreDataSizeLimit: true } : {}) },
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
