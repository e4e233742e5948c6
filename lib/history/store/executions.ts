import { fieldOf, isObject, listOf, textOf } from '../../event/json';
import { HttpFault } from '../../net/http';
import type { StoredStatus, Gap, GapReason, StoredEvent } from '../storedEvent';
import { N8nApiError, type N8nApi } from './n8nApi';

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
	const toKept = (json: unknown) => {
		const id = Number(fieldOf(json, 'id'));
		return Number.isSafeInteger(id) ? new Kept(toRow(id, json)) : undefined;
	};
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
			// Without data a page is small, and read faster as a whole.
			keep: includeData ? toKept : undefined,
			onLength: (length) => {
				bytes = length;
			},
		})
		.catch(withScope('execution:list'));
	if (!isObject(body) || !Array.isArray(body.data)) {
		throw new N8nApiError(
			"n8n's list of executions does not have the expected format",
			"Check 'Base URL' in the n8n API credential, and that n8n has version 2.",
		);
	}
	const isKept = (one: unknown): one is Kept<Row> => one instanceof Kept;
	const rows = listOf(body.data);
	return {
		rows: (includeData ? rows : rows.map(toKept)).filter(isKept).map(({ row }) => row),
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
			`The API key in the n8n API credential lacks the scope ${scope}, or its owner is not allowed to do this. Create a key with that scope in n8n under Settings > n8n API.`,
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

/** What n8n tells of an execution without its data. */
export interface ExecutionHead {
	/** Digits. */
	readonly id: string;
	readonly workflowId: string;
	readonly mode: string;
	readonly status: StoredStatus;
	/** Undefined while it waits for its turn. */
	readonly startedAt?: Date;
	readonly stoppedAt?: Date;
	/** The execution that this one retried. */
	readonly retryOf?: string;
	/** The execution that retried this one and succeeded. */
	readonly retrySuccessId?: string;
	/** Whether nodes behind its trigger have run, as far as stored; undefined without data. */
	readonly hasGoneOn?: boolean;
	/** Where n8n says that it runs, see `unlessInterrupted`. */
	readonly isTakenForCrashed?: true;
}

const STATUSES: ReadonlySet<unknown> = new Set<StoredStatus>([
	'success',
	'error',
	'crashed',
	'canceled',
	'running',
	'waiting',
	'new',
	'unknown',
]);

/** @returns undefined where the JSON is no execution of n8n's API */
export function readHead(json: unknown): ExecutionHead | undefined {
	if (!isObject(json)) return undefined;
	const { id, workflowId, mode, status, retryOf, retrySuccessId } = json;
	if (!/^\d+$/.test(String(id)) || typeof workflowId !== 'string') return undefined;
	return {
		id: String(id),
		workflowId,
		mode: textOf(mode) ?? '',
		status: isStatus(status) ? status : 'unknown',
		startedAt: instant(json.startedAt),
		stoppedAt: instant(json.stoppedAt),
		retryOf: textOf(retryOf),
		retrySuccessId: textOf(retrySuccessId),
		hasGoneOn: hasGoneOn(json),
	};
}

/** n8n stores the data of what runs when it starts, and again only when it waits or has ended. */
function hasGoneOn(json: unknown): boolean | undefined {
	const runs = fieldOf(json, 'data', 'resultData', 'runData');
	return isObject(runs) ? Object.keys(runs).length > 1 : undefined;
}

function isStatus(value: unknown): value is StoredStatus {
	return STATUSES.has(value);
}

function instant(value: unknown): Date | undefined {
	if (typeof value !== 'string') return undefined;
	const date = new Date(value);
	return Number.isNaN(date.getTime()) ? undefined : date;
}

/** What is kept of an execution when its page is read; the execution itself is many times as large. */
export interface ExecutionDigest {
	readonly id: number;
	/** Undefined where n8n tells no more than the id. */
	readonly head?: ExecutionHead;
	/** Its events, or why nobody can know them; undefined where nobody looked for them. */
	readonly found?: StoredEvent[] | Gap;
	/** How it failed, where it is a retry: then it is the outcome of another execution. */
	readonly failure?: Failure;
	/** Length of its data in n8n's database, in bytes. */
	readonly storedBytes?: number;
	/** Why its data are not there. */
	readonly lost?: Extract<GapReason, 'unreadable' | 'too_large' | 'pruned'>;
}

/**
 * The execution, as `crashed` where n8n says that it runs and the process that ran it is gone. After
 * a crash n8n calls `crashed` what its event log names; the last ones before it are often not in
 * there, and stay `running` for ever. What has waited keeps its start: where it goes on after a restart
 * it is alive, although it is older than the process.
 *
 * @param upSince start of the process that runs all executions; undefined: there are several, or
 * nobody knows
 */
export function unlessInterrupted(head: ExecutionHead, upSince: Date | undefined): ExecutionHead {
	const { status, startedAt, hasGoneOn } = head;
	const isAlive =
		status !== 'running' || hasGoneOn === true || startedAt === undefined || upSince === undefined;
	if (isAlive || startedAt >= upSince) return head;
	return { ...head, status: 'crashed', isTakenForCrashed: true };
}

/** A workflow of 1 MB is large: 25 of them are not too many at once. */
const WORKFLOWS_A_PAGE = 25;

/** More than any n8n has; a list that never ends must not hold a node for ever. */
const MOST_PAGES = 4_000;

/**
 * The workflows that the key may see, as n8n's public API gives them, without pinned data.
 *
 * @throws {N8nApiError}
 */
export async function* listWorkflows(
	api: N8nApi,
	signal: AbortSignal | undefined,
): AsyncGenerator<unknown, void, undefined> {
	let cursor: string | undefined;
	for (let page = 0; page < MOST_PAGES; page += 1) {
		const body = await api.call({
			method: 'GET',
			path: '/workflows',
			query: { limit: WORKFLOWS_A_PAGE, excludePinnedData: true, cursor },
			what: 'list workflows',
			signal,
		});
		yield* listOf(fieldOf(body, 'data'));
		cursor = textOf(fieldOf(body, 'nextCursor'));
		if (cursor === undefined) return;
	}
}

/** n8n stores whole answers of servers as the words of an error. */
const LONGEST_WORDS = 1_000;

/** Which node failed, and what it said. */
export interface Failure {
	readonly failedNode?: string;
	readonly error?: string;
}

/**
 * Which node failed and what it said.
 *
 * @param data field `data` of an execution
 * @returns empty where nothing failed, or where n8n does not tell
 */
export function failureOf(data: unknown): Failure {
	const result = fieldOf(data, 'resultData');
	const error = fieldOf(result, 'error');
	if (error === undefined || error === null) return {};
	const failedNode =
		textOf(fieldOf(error, 'node', 'name')) ?? textOf(fieldOf(result, 'lastNodeExecuted'));
	const words = textOf(fieldOf(error, 'message'));
	return {
		...(failedNode === undefined ? {} : { failedNode }),
		...(words === undefined ? {} : { error: words.slice(0, LONGEST_WORDS) }),
	};
}
