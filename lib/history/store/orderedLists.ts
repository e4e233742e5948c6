import {
	everyExecution,
	listExecutions,
	LONGEST_PAGE,
	readExecutions,
	readHead,
	type ExecutionDigest,
	type ExecutionHead,
	type ExecutionQuery,
} from './executions';
import { ListAhead } from './listAhead';
import { ListReader, type ListReaderOptions } from './listReader';
import type { N8nApi } from './n8nApi';
import { DataPages, fittingPage, PageSize, recoverRows, toHead } from './pages';

export interface PagesOptions extends ListReaderOptions {
	/** About the length of a page. */
	readonly bytes: number;
	/** What always stands in the list of what runs: the execution that reads. */
	readonly ownExecutionId?: string;
}

/** Pages of executions, read with their data; what n8n leaves out of them is among them as lost. */
export type ExecutionPages = AsyncGenerator<readonly ExecutionDigest[], void, undefined>;

/**
 * Newest first, one page at a time. The next one is not asked for ahead: where n8n is the same process
 * as the node, it would only make more garbage at a time, and was measured to be slower.
 *
 * Where executions are remembered, n8n is asked for its list without data, which says what is still
 * there and as it was, and for the data of all others.
 */
export async function* newestFirst(
	api: N8nApi,
	query: ExecutionQuery,
	options: PagesOptions,
): ExecutionPages {
	const { signal, toDigest, known, ownExecutionId } = options;
	const size = new PageSize(options.bytes);
	const data = new DataPages(api, query, signal);
	const reader = new ListReader(api, query, size, { ...options, isNewestFirst: true });
	const isKnownBelow = (top: number) => known?.memory.reaches(top) === true;
	const list = new ListAhead(async (top, limit) => await reader.list(top, limit), isKnownBelow);
	// What comes in from now on does not belong to it.
	let below: number | undefined = Number.POSITIVE_INFINITY;
	if (!isKnownBelow(below)) {
		const mayBeAlone = query.status === 'running' && ownExecutionId !== undefined;
		const { rows } = await listExecutions(api, query, { limit: mayBeAlone ? 2 : 1, signal });
		const [newest, other] = rows;
		const isOwn = newest !== undefined && String(newest.id) === ownExecutionId;
		if (mayBeAlone && isOwn && other === undefined) {
			// Nothing but its head is wanted.
			yield [toHead(newest.id, newest.json)];
			return;
		}
		below = newest === undefined ? undefined : newest.id + 1;
	}
	while (below !== undefined && below > 1) {
		const page = isKnownBelow(below) ? await listedBelow(below) : await pageBelow(below);
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

	async function listedBelow(top: number) {
		const listed = await (Number.isFinite(top) ? list.next(top) : list.first());
		const span = { highest: top - 1, lowest: listed.below ?? 0 };
		const rows = await reader.read(listed.rows, span, ({ id, head }) => ({ id, head }));
		return { rows, below: listed.below };
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
	const { signal, known } = options;
	const ids: number[] = [];
	for await (const { id, json } of everyExecution(api, query, { signal })) {
		const head = readHead(json);
		ids.push(id);
		if (head !== undefined) onHead(head);
	}
	const size = new PageSize(options.bytes);
	const reader = new ListReader(api, query, size, options);
	while (ids.length > 0) yield [...(await oldestPage())].reverse();

	async function oldestPage(): Promise<readonly ExecutionDigest[]> {
		const highest = ids.at(-LONGEST_PAGE) ?? ids[0] ?? 0;
		if (known?.memory.reaches(highest + 1) === true) {
			const chunk = ids.splice(-LONGEST_PAGE);
			const now = new Map(
				(await reader.list(highest + 1, chunk.length)).map((row) => [row.id, row]),
			);
			const span = { highest, lowest: chunk.at(-1) ?? 0 };
			const rows = chunk.map((id) => now.get(id) ?? { id });
			return await reader.read(rows, span, ({ id }) => ({ id }));
		}
		return await reader.readAll(ids.splice(-size.limit).map((id) => ({ id })));
	}
}
