import { listExecutions, LONGEST_PAGE, type ExecutionQuery } from '../history/executionList';
import { fieldOf } from '../history/json';
import type { N8nApi } from '../n8nApi/n8nApi';
import type { ListedExecution } from './executionFamily';

/** n8n keeps 10,000 executions unless told otherwise; a list without an end would be a fault. */
const MOST_PAGES = 4_000;

/**
 * The executions that started at or after a time, without their data, those under way included.
 *
 * @throws {N8nApiError} where the key may not list executions, or n8n does not answer
 */
export async function listExecutionsSince(
	api: N8nApi,
	since: Date,
	signal?: AbortSignal,
): Promise<ListedExecution[]> {
	// What runs is left out of other lists, and has to be asked for first: it may end meanwhile.
	const running = await listAll(api, { status: 'running' }, signal);
	const others = await listAll(api, { startedAfter: since }, signal);
	return [...new Map([...running, ...others].map((one) => [one.id, one])).values()];
}

async function listAll(
	api: N8nApi,
	query: ExecutionQuery,
	signal?: AbortSignal,
): Promise<ListedExecution[]> {
	const all: ListedExecution[] = [];
	let below: number | undefined;
	for (let page = 0; page < MOST_PAGES; page += 1) {
		const { rows } = await listExecutions(api, query, { below, limit: LONGEST_PAGE, signal });
		all.push(...rows.map(({ id, json }) => listedExecution(id, json)));
		below = rows.at(-1)?.id;
		if (rows.length < LONGEST_PAGE) break;
	}
	return all;
}

function listedExecution(id: number, json: unknown): ListedExecution {
	return {
		id: String(id),
		workflowId: idOf(json, 'workflowId') ?? '',
		status: idOf(json, 'status') ?? 'unknown',
		retryOf: idOf(json, 'retryOf') ?? null,
		retrySuccessId: idOf(json, 'retrySuccessId') ?? null,
	};
}

function idOf(json: unknown, field: string): string | undefined {
	const value = fieldOf(json, field);
	return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
