import { HttpFault } from '../../net/http';
import { N8nApiError, type N8nApi } from './api';
import { fieldOf, isObject, listOf } from '../../event/json';

/** n8n gives no more in one page. */
export const LONGEST_PAGE = 250;

/** What n8n itself can filter by. */
export interface ExecutionQuery {
	readonly workflowId?: string;
	readonly status?: string;
	/** Inclusive, as the end is. */
	readonly startedAfter?: Date;
	readonly startedBefore?: Date;
}

/** An execution as the API gives it. */
export interface ExecutionRow {
	readonly id: number;
	readonly json: unknown;
}

export interface ExecutionPage<Row = ExecutionRow> {
	/** Newest first. */
	readonly rows: readonly Row[];
	/** Length of the answer. */
	readonly bytes: number;
}

export interface PageRequest {
	/** Only executions with a smaller id. */
	readonly below?: number;
	/** Up to 250. */
	readonly limit: number;
	/** @default false */
	readonly includeData?: boolean;
	/** How often a 500 is tried again; see `N8nApiRequest`. */
	readonly on500?: 'once' | 'never';
	readonly signal?: AbortSignal;
}

/**
 * One page of n8n's list of executions, newest first. Its cursor is base64 of
 * `{"lastId", "limit"}`, so that a page can begin anywhere
 * (https://github.com/n8n-io/n8n, packages/cli/src/public-api/v1/controllers/executions.public.controller.ts).
 *
 * n8n leaves out what runs at the moment (unless `status` is `running`) and, with data, executions
 * whose data it cannot read, without a word.
 *
 * @throws {N8nApiError}
 */
export async function listExecutions(
	api: N8nApi,
	query: ExecutionQuery,
	request: PageRequest,
): Promise<ExecutionPage> {
	return await readExecutions(api, query, request, (id, json) => ({ id, json }));
}

/**
 * All of a list, newest first and without data: page after page, as far as they are asked for.
 *
 * @param below only executions with a smaller id
 * @throws {N8nApiError}
 */
export async function* everyExecution(
	api: N8nApi,
	query: ExecutionQuery,
	{ below, signal }: Pick<PageRequest, 'below' | 'signal'>,
): AsyncGenerator<ExecutionRow, void, undefined> {
	for (let top = below; ; ) {
		const request = { below: top, limit: LONGEST_PAGE, signal };
		const { rows } = await listExecutions(api, query, request);
		yield* rows;
		top = rows.at(-1)?.id;
		if (rows.length < LONGEST_PAGE) return;
	}
}

/**
 * One page, with what is made of each execution in its place. The execution itself can be forgotten
 * while the page is still coming in: 250 of them with their data are much in memory.
 *
 * @throws {N8nApiError}
 */
export async function readExecutions<Row>(
	api: N8nApi,
	query: ExecutionQuery,
	{ below, limit, includeData = false, on500, signal }: PageRequest,
	toRow: (id: number, json: unknown) => Row,
): Promise<ExecutionPage<Row>> {
	let bytes = 0;
	const body = await api
		.call({
			method: 'GET',
			path: '/executions',
			query: {
				workflowId: query.workflowId,
				status: query.status,
				startedAfter: query.startedAfter?.toISOString(),
				startedBefore: query.startedBefore?.toISOString(),
				includeData,
				limit,
				cursor: below === undefined ? undefined : cursorBelow(below, limit),
			},
			what: 'list executions',
			on500,
			signal,
			keep: (json) => {
				const id = Number(fieldOf(json, 'id'));
				return Number.isSafeInteger(id) ? new Kept(toRow(id, json)) : undefined;
			},
			onLength: (length) => {
				bytes = length;
			},
		})
		.catch(withScope('execution:list'));
	if (!isObject(body) || !Array.isArray(body.data)) {
		throw new N8nApiError(
			"n8n's list of executions is not as its public API describes it",
			"Check 'Base URL' in the credential 'N8n Event Store API', and that n8n is of version 2.",
		);
	}
	const isKept = (one: unknown): one is Kept<Row> => one instanceof Kept;
	return {
		rows: listOf(body.data)
			.filter(isKept)
			.map(({ row }) => row),
		bytes,
	};
}

/** Tells what was made of an execution from what else may stand in an answer. */
class Kept<Row> {
	constructor(readonly row: Row) {}
}

function cursorBelow(lastId: number, limit: number): string {
	return Buffer.from(JSON.stringify({ lastId: String(lastId), limit })).toString('base64');
}

/** n8n says no more than 'Forbidden' where the API key lacks a scope. */
export function withScope(scope: string) {
	return (error: unknown): never => {
		if (!(error instanceof N8nApiError) || error.status !== 403) throw error;
		throw new N8nApiError(
			error.message,
			`The API key in the credential 'N8n Event Store API' lacks the scope ${scope}, or its owner may not do this. Create a key with that scope in n8n under Settings > n8n API.`,
			error.status,
			error.words,
		);
	};
}

/** What stands for an answer that is longer than may be read; other errors are thrown on. */
export function ifTooLong<T>(value: T) {
	return (error: unknown): T => {
		if (!(error instanceof HttpFault) || error.kind !== 'tooLong') throw error;
		return value;
	};
}
