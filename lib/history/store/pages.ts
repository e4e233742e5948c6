import { type N8nApi, N8nApiError } from './n8nApi';
import {
	readHead,
	ifTooLong,
	LONGEST_PAGE,
	readExecutions,
	type ExecutionPage,
	type ExecutionQuery,
	type ExecutionDigest,
	type ExecutionRow,
	type PageRequest,
} from './executions';

/** @returns no page where a single execution is longer than may be read */
export async function fittingPage(
	data: DataPages,
	below: number,
	size: PageSize,
	toDigest: ToDigest,
	most = LONGEST_PAGE,
): Promise<{ page?: ExecutionPage<ExecutionDigest>; limit: number }> {
	for (;;) {
		const limit = Math.min(size.limit, most);
		const page = await data
			.read({ below, limit }, toDigest, toUnreadable)
			.catch(ifTooLong(undefined));
		if (page === undefined && size.shrink()) continue;
		size.learn(page?.rows.length ?? 0, page?.bytes ?? 0);
		return { page, limit };
	}
}

function toUnreadable(id: number, head: unknown): ExecutionDigest {
	return { ...toHead(id, head), lost: 'unreadable' };
}

/** Asked for one by one; what is beyond in one page is taken for unreadable. */
const MOST_ASKED = 20;

/** Makes of an execution of n8n's API what is kept of it. */
export type ToDigest = (id: number, json: unknown) => ExecutionDigest;

/** What is known of an execution without its data. */
export function toHead(id: number, json: unknown): ExecutionDigest {
	const head = readHead(json);
	return head === undefined ? { id } : { id, head };
}

/**
 * Adds to a page the executions that n8n lists and left out of it: their data cannot be read, or
 * they ran when the page was made.
 *
 * @param read the page
 * @param listed all that should be in it, newest first
 * @param toDigest makes of an execution what is kept of it
 */
export async function recoverRows(
	api: N8nApi,
	query: ExecutionQuery,
	read: readonly ExecutionDigest[],
	listed: readonly ExecutionDigest[],
	toDigest: ToDigest,
	signal: AbortSignal,
): Promise<readonly ExecutionDigest[]> {
	const byId = new Map(read.map((row) => [row.id, row]));
	const absent = listed.filter(({ id }) => !byId.has(id));
	if (absent.length === 0) return read;
	for (const [index, row] of absent.entries()) {
		const lost: ExecutionDigest = { ...row, lost: 'unreadable' };
		byId.set(row.id, index < MOST_ASKED ? await askFor(api, query, row, toDigest, signal) : lost);
	}
	return [...byId.values()].sort((a, b) => b.id - a.id);
}

async function askFor(
	api: N8nApi,
	query: ExecutionQuery,
	row: ExecutionDigest,
	toDigest: ToDigest,
	signal: AbortSignal,
): Promise<ExecutionDigest> {
	const only = { below: row.id + 1, limit: 1, signal };
	const withData = { ...only, includeData: true, on500: 'once' } as const;
	const page = await readExecutions(api, query, withData, toDigest)
		.catch(ifUnreadable('unreadable' as const))
		.catch(ifTooLong('too_large' as const));
	if (typeof page === 'string') return { ...row, lost: page };
	const [found] = page.rows;
	if (found?.id === row.id) return found;
	const [head] = (await readExecutions(api, query, only, toHead)).rows;
	if (head?.id === row.id) return { ...head, lost: 'unreadable' };
	return { ...row, lost: 'pruned' };
}

/** So many in a row, and none that could be read before: it is n8n that fails, not the executions. */
const MOST_IN_A_ROW = 50;

/** A 500 that passes, such as that of a busy database, is taken for one for so many executions. */
const PATIENT_FOR = 3;

/** What a page is to be made of. */
type DataRequest = Pick<PageRequest, 'below' | 'limit'>;

/** Makes of an execution, as n8n gives it, what is kept of it. */
type ToRow<Row> = (id: number, json: unknown) => Row;

/**
 * Pages of a list of executions, with their data. n8n answers 500 to every page that holds an
 * execution whose data it cannot write as JSON (n8n 2.41.1): such a page is halved until that one is
 * alone, so that one among n costs about 2 + 2 log2(n) requests, and comes without its data.
 */
export class DataPages {
	private unreadableInARow = 0;

	private hasRead = false;

	constructor(
		private readonly api: N8nApi,
		private readonly query: ExecutionQuery,
		private readonly signal?: AbortSignal,
	) {}

	/**
	 * @param toUnreadable is given an execution as n8n lists it without data
	 * @throws {N8nApiError} also where n8n cannot read any of many
	 */
	async read<Row>(
		request: DataRequest,
		toRow: ToRow<Row>,
		toUnreadable: ToRow<Row>,
	): Promise<ExecutionPage<Row>> {
		const page = await this.ask(request, 'once', toRow);
		if (!(page instanceof N8nApiError)) return page;
		// The ids, so that each half begins and ends at an execution.
		const heads = await readExecutions(
			this.api,
			this.query,
			{ ...request, signal: this.signal },
			(id, json) => ({ id, json }),
		);
		const halves = await this.halve(heads.rows, page, toRow, toUnreadable);
		return { rows: halves.rows, bytes: halves.bytes };
	}

	/** The same as n8n gives them; what it cannot read comes without its data. */
	async list(request: DataRequest): Promise<ExecutionPage> {
		const toRow = (id: number, json: unknown) => ({ id, json });
		return await this.read(request, toRow, toRow);
	}

	/** What n8n answered 500 to as a whole. */
	private async halve<Row>(
		heads: readonly ExecutionRow[],
		failure: N8nApiError,
		toRow: ToRow<Row>,
		toUnreadable: ToRow<Row>,
	): Promise<ExecutionPage<Row> & { readonly isWhole: boolean }> {
		const [first] = heads;
		if (first === undefined) return { rows: [], bytes: 0, isWhole: true };
		if (heads.length === 1) return this.alone(first, failure, toUnreadable);
		const middle = Math.ceil(heads.length / 2);
		const newer = await this.part(heads.slice(0, middle), toRow, toUnreadable);
		// Where the first half is whole, it is the second one that failed.
		const others = heads.slice(middle);
		const older =
			newer.isWhole && others.length > 1
				? await this.halve(others, failure, toRow, toUnreadable)
				: await this.part(others, toRow, toUnreadable);
		return {
			rows: [...newer.rows, ...older.rows],
			bytes: newer.bytes + older.bytes,
			isWhole: newer.isWhole && older.isWhole,
		};
	}

	/** What has been read in another way shows that n8n can read some. */
	sawReadable(): void {
		this.hasRead = true;
	}

	private async part<Row>(
		heads: readonly ExecutionRow[],
		toRow: ToRow<Row>,
		toUnreadable: ToRow<Row>,
	): Promise<ExecutionPage<Row> & { readonly isWhole: boolean }> {
		const wanted = new Set(heads.map(({ id }) => id));
		const request = { below: (heads[0]?.id ?? 0) + 1, limit: heads.length };
		const isPatient = heads.length === 1 && this.unreadableInARow < PATIENT_FOR;
		const page = await this.ask(request, isPatient ? 'once' : 'never', (id, json) => ({
			id,
			row: toRow(id, json),
		}));
		if (page instanceof N8nApiError) return await this.halve(heads, page, toRow, toUnreadable);
		// What has ended meanwhile belongs to no page that was asked for.
		const rows = page.rows.filter(({ id }) => wanted.has(id)).map(({ row }) => row);
		return { rows, bytes: page.bytes, isWhole: true };
	}

	private alone<Row>({ id, json }: ExecutionRow, failure: N8nApiError, toUnreadable: ToRow<Row>) {
		this.unreadableInARow += 1;
		if (!this.hasRead && this.unreadableInARow >= MOST_IN_A_ROW) {
			throw new N8nApiError(
				`n8n lists executions, but can't read the data of any of the newest ${MOST_IN_A_ROW}: ${failure.message}`,
				"See the n8n log. Narrow the filters, such as 'Workflows' or 'Until', to read older executions.",
				failure.status,
				failure.words,
			);
		}
		return { rows: [toUnreadable(id, json)], bytes: 0, isWhole: false };
	}

	/** @returns the failure where n8n answers 500 */
	private async ask<Row>(
		request: DataRequest,
		on500: 'once' | 'never',
		toRow: ToRow<Row>,
	): Promise<ExecutionPage<Row> | N8nApiError> {
		const page = await readExecutions(
			this.api,
			this.query,
			{ ...request, includeData: true, on500, signal: this.signal },
			toRow,
		).catch((error: unknown) => {
			if (isUnreadable(error)) return error;
			throw error;
		});
		if (page instanceof N8nApiError) return page;
		if (page.rows.length > 0) {
			this.hasRead = true;
			this.unreadableInARow = 0;
		}
		return page;
	}
}

/** n8n answers so where an execution is there, and its data are not, or cannot be written as JSON. */
export function isUnreadable(error: unknown): error is N8nApiError {
	return error instanceof N8nApiError && error.status === 500;
}

/** What stands for data that n8n cannot read; other errors are thrown on. */
export function ifUnreadable<T>(value: T) {
	return (error: unknown): T => {
		if (!isUnreadable(error)) throw error;
		return value;
	};
}

/** Nobody knows yet how large the executions are: at 10 MB each these are 100 MB. */
const FIRST_PAGE = 10;

/** One page of large executions says little about the next. */
const FASTEST_GROWTH = 8;

/**
 * How many executions to ask for, so that a page is about so large. n8n reads, converts and sends a
 * page as a whole, in the same process as the node that asked: small pages keep both small.
 */
export class PageSize {
	private size = FIRST_PAGE;

	/** @param bytes of a page */
	constructor(private readonly bytes: number) {}

	get limit(): number {
		return this.size;
	}

	/** After a page has come. */
	learn(executions: number, bytes: number): void {
		if (executions === 0) return;
		const fitting = Math.floor((this.bytes * executions) / Math.max(bytes, 1));
		const most = Math.min(LONGEST_PAGE, this.size * FASTEST_GROWTH);
		this.size = Math.max(1, Math.min(fitting, most));
	}

	/**
	 * After an answer that was too long.
	 *
	 * @returns false where a single execution is
	 */
	shrink(): boolean {
		if (this.size === 1) return false;
		this.size = Math.max(1, Math.floor(this.size / FASTEST_GROWTH));
		return true;
	}
}
