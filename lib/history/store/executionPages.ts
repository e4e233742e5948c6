import type { N8nApi } from './api';
import { DataPages } from './dataPages';
import { readHead, type ExecutionHead } from './executionHead';
import {
	everyExecution,
	ifTooLong,
	listExecutions,
	LONGEST_PAGE,
	readExecutions,
	type ExecutionPage,
	type ExecutionQuery,
} from './executionList';
import type { ExecutionDigest } from './executionDigest';
import { PageSize } from './pageSize';
import { recoverRows, toHead, type ToDigest } from './recoverRows';

export interface PagesOptions {
	/** About the length of a page. */
	readonly bytes: number;
	readonly toDigest: ToDigest;
	readonly signal: AbortSignal;
}

/** Pages of executions, read with their data; what n8n leaves out of them is among them as lost. */
export type ExecutionPages = AsyncGenerator<readonly ExecutionDigest[], void, undefined>;

/**
 * Newest first, one page at a time. The next one is not asked for ahead: where n8n is the same process
 * as the node, it would only make more garbage at a time, and was measured to be slower.
 */
export async function* newestFirst(
	api: N8nApi,
	query: ExecutionQuery,
	options: PagesOptions,
): ExecutionPages {
	const { signal, toDigest } = options;
	const size = new PageSize(options.bytes);
	const data = new DataPages(api, query, signal);
	// What comes in from now on does not belong to it.
	const [newest] = (await listExecutions(api, query, { limit: 1, signal })).rows;
	let below = newest === undefined ? undefined : newest.id + 1;
	while (below !== undefined) {
		const page = await pageBelow(below);
		yield page.rows;
		below = page.below;
	}

	async function pageBelow(top: number) {
		const { page, limit } = await fittingPage(data, top, size, toDigest);
		const last = page?.rows.at(-1);
		if (page !== undefined && page.rows.length >= limit) {
			return { rows: page.rows, below: last?.id };
		}
		// Fewer than asked for: the end, or n8n has left some out.
		const request = { below: top, limit, signal };
		const heads = await readExecutions(api, query, request, toHead);
		const read = page?.rows ?? [];
		const rows = await recoverRows(api, query, read, heads.rows, toDigest, signal);
		const end = heads.rows.at(-1)?.id;
		return { rows, below: heads.rows.length < limit ? undefined : end };
	}
}

/**
 * Oldest first: n8n cannot list so. A first pass takes down the ids, without data; the second one
 * reads page by page from the old end.
 *
 * @param onHead is given each execution of the first pass, newest first
 */
export async function* oldestFirst(
	api: N8nApi,
	query: ExecutionQuery,
	options: PagesOptions,
	onHead: (head: ExecutionHead) => void,
): ExecutionPages {
	const { signal, toDigest } = options;
	const ids: number[] = [];
	for await (const { id, json } of everyExecution(api, query, { signal })) {
		const head = readHead(json);
		ids.push(id);
		if (head !== undefined) onHead(head);
	}
	const size = new PageSize(options.bytes);
	const data = new DataPages(api, query, signal);
	while (ids.length > 0) yield [...(await oldestPage())].reverse();

	async function oldestPage(): Promise<readonly ExecutionDigest[]> {
		const chunk = ids.splice(-size.limit);
		const wanted = new Set(chunk);
		let top = (chunk[0] ?? 0) + 1;
		const read: ExecutionDigest[] = [];
		const heads = chunk.map((id) => ({ id }));
		for (let left = chunk.length; left > 0; ) {
			const { page, limit } = await fittingPage(data, top, size, toDigest, left);
			if (page === undefined || page.rows.length < limit) {
				if (page !== undefined) read.push(...page.rows.filter(({ id }) => wanted.has(id)));
				break;
			}
			const fitting = page.rows.filter(({ id }) => wanted.has(id));
			read.push(...fitting);
			top = page.rows.at(-1)?.id ?? top;
			left = fitting.length === 0 ? 0 : left - fitting.length;
		}
		return await recoverRows(api, query, read, heads, toDigest, signal);
	}
}

/** @returns no page where a single execution is longer than may be read */
async function fittingPage(
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
