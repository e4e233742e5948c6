import { fieldOf, textOf } from '../event/json';
import { readTime } from '../event/time';
import { fetchExecution } from '../history/readExecution';
import type { N8nApi } from '../history/store/n8nApi';
import {
	everyExecution,
	readHead,
	unlessInterrupted,
	type ExecutionHead,
	type ExecutionQuery,
} from '../history/store/executions';
import { listUnstarted } from '../history/store/unstarted';
import type { ListedExecution } from './passedElsewhere';

/** n8n keeps 10,000 executions unless told otherwise; a list without an end would be a fault. */
const MOST_EXECUTIONS = 1_000_000;

interface ListOptions {
	/** Start of the process that runs all executions; undefined: there are several. */
	readonly upSince: Date | undefined;
	readonly signal?: AbortSignal;
}

/**
 * The executions that started at or after a time, without their data, those under way included, and
 * those that came in since then and ended before they started: where the queue is lost n8n calls them
 * `crashed`, where no worker could begin with them `error`, and leaves both out of each list that asks for a start.
 *
 * After a crash n8n calls `crashed` what its event log names; the last ones before it are often not in
 * there, and stay `running` for ever. They come out as `crashed`, too.
 *
 * @throws {N8nApiError} where the key may not list executions, or n8n does not answer
 */
export async function listExecutionsSince(
	api: N8nApi,
	since: Date,
	{ upSince, signal }: ListOptions,
): Promise<ListedExecution[]> {
	// What runs is left out of other lists, and has to be asked for first: it may end meanwhile.
	const running = await listAll(api, { status: 'running' }, signal);
	const others = await listAll(api, { startedAfter: since }, signal);
	// With several processes one may also fail to hand an execution to a worker.
	const unstarted: ListedExecution[] = [];
	for (const status of upSince === undefined
		? (['crashed', 'error'] as const)
		: (['crashed'] as const)) {
		const rows = await listUnstarted(api, status, { startedAfter: since }, signal);
		unstarted.push(...rows.map(({ id, json }) => listedExecution(id, json)));
	}
	const listed = new Map([...running, ...others, ...unstarted].map((one) => [one.id, one]));
	for (const one of running) {
		const { id, startedAt } = one;
		if (upSince === undefined || startedAt === undefined || startedAt >= upSince) continue;
		if (startedAt < since || listed.get(id)?.status !== 'running') continue;
		const head = await readAgain(api, id, signal);
		const status = head === undefined ? one.status : unlessInterrupted(head, upSince).status;
		listed.set(id, { ...one, status });
	}
	return [...listed.values()];
}

/** An execution as it is, with what its data tell of it; undefined where nobody can read it. */
async function readAgain(
	api: N8nApi,
	id: string,
	signal?: AbortSignal,
): Promise<ExecutionHead | undefined> {
	const fetched = await fetchExecution(api, id, { signal });
	return 'json' in fetched ? readHead(fetched.json) : undefined;
}

async function listAll(
	api: N8nApi,
	query: ExecutionQuery,
	signal?: AbortSignal,
): Promise<ListedExecution[]> {
	const all: ListedExecution[] = [];
	for await (const { id, json } of everyExecution(api, query, { signal })) {
		all.push(listedExecution(id, json));
		if (all.length >= MOST_EXECUTIONS) break;
	}
	return all;
}

function listedExecution(id: number, json: unknown): ListedExecution {
	const startedAt = readTime(fieldOf(json, 'startedAt'));
	const stoppedAt = readTime(fieldOf(json, 'stoppedAt'));
	return {
		id: String(id),
		workflowId: idOf(json, 'workflowId') ?? '',
		status: idOf(json, 'status') ?? 'unknown',
		mode: textOf(fieldOf(json, 'mode')) ?? '',
		...(startedAt === undefined ? {} : { startedAt }),
		...(stoppedAt === undefined ? {} : { stoppedAt }),
		retryOf: idOf(json, 'retryOf') ?? null,
		retrySuccessId: idOf(json, 'retrySuccessId') ?? null,
	};
}

function idOf(json: unknown, field: string): string | undefined {
	const value = fieldOf(json, field);
	return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
