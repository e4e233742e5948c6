import { identityOf } from '../memory/executionIdentity';
import type { ListedStretch, Recalled, RememberedExecutions } from '../memory/rememberedExecutions';
import {
	readExecutions,
	readHead,
	type ExecutionDigest,
	type ExecutionHead,
	type ExecutionQuery,
} from './executions';
import type { N8nApi } from './n8nApi';
import { DataPages, fittingPage, recoverRows, type PageSize, type ToDigest } from './pages';

export interface ListReaderOptions {
	readonly toDigest: ToDigest;
	readonly signal: AbortSignal;
	/** What need not be read again. */
	readonly known?: KnownExecutions;
	/** Whether older executions come next. @default false */
	readonly isNewestFirst?: boolean;
}

/** Executions that are remembered. */
export interface KnownExecutions {
	readonly memory: RememberedExecutions;
	/** Makes of what is remembered of an execution what `toDigest` makes of its data. */
	readonly toDigest: (id: number, head: ExecutionHead, recalled: Recalled) => ExecutionDigest;
	/** Whose data are looked at. @default all */
	readonly needsData?: ListedStretch['needsData'];
}

/** An execution of n8n's list, without its data. */
export interface ListedRow extends ExecutionDigest {
	/** Undefined where n8n does not list it any more. */
	readonly identity?: string;
}

/** Between two unknown executions so many known ones are read once more: a request costs more. */
const NEAR = 8;

/** Reads the data of executions of a list, as far as they are not remembered. */
export class ListReader {
	private readonly data: DataPages;

	/** The smallest execution that n8n was just seen not to display: it displays no larger one. */
	private tooLargeFrom = Number.POSITIVE_INFINITY;

	/** Executions that wait, from the page that was read last. */
	private waiting: ReadonlyMap<number, ExecutionDigest> = new Map();

	constructor(
		private readonly api: N8nApi,
		private readonly query: ExecutionQuery,
		private readonly size: PageSize,
		private readonly options: ListReaderOptions,
	) {
		this.data = new DataPages(api, query, options.signal);
	}

	/** A page of the list, newest first and without data. */
	async list(below: number | undefined, limit: number): Promise<readonly ListedRow[]> {
		const request = { below, limit, signal: this.options.signal };
		const { rows } = await readExecutions(this.api, this.query, request, (id, json): ListedRow => {
			const head = readHead(json);
			return head === undefined ? { id } : { id, head, identity: identityOf(json) };
		});
		return rows;
	}

	/**
	 * @param rows all that n8n lists from the highest id to the lowest, newest first
	 * @param toLost what stands for an execution that cannot be read
	 * @returns newest first
	 */
	async read(
		rows: readonly ListedRow[],
		{ highest, lowest }: { readonly highest: number; readonly lowest: number },
		toLost: (row: ListedRow) => ExecutionDigest,
	): Promise<readonly ExecutionDigest[]> {
		const { known } = this.options;
		const listed = rows.flatMap(({ id, identity }) =>
			identity === undefined ? [] : [{ id, identity }],
		);
		const recalled = known?.memory.recall({
			query: this.query,
			rows: listed,
			highest,
			lowest,
			needsData: known.needsData,
		});
		const read = rows.flatMap(({ id, head }) => {
			const found = recalled?.get(id);
			if (found === undefined || head === undefined || known === undefined) return [];
			const { tooLarge } = found;
			if (tooLarge !== undefined && tooLarge.storedBytes < this.tooLargeFrom) return [];
			return [known.toDigest(id, head, found)];
		});
		if (read.length > 0) this.data.sawReadable();
		if (read.length === rows.length) {
			this.noteTooLarge(read);
			return read;
		}
		const isKnown = new Set(read.map(({ id }) => id));
		const isApart = ({ id, head }: ListedRow) =>
			!isKnown.has(id) && this.query.status === undefined && head?.status === 'waiting';
		const waiting = rows.filter(isApart);
		// Each is a request or two, for which n8n mostly waits for its database.
		const toRead = runs(rows, (row) => !isKnown.has(row.id) && !isApart(row));
		const found = await Promise.all([
			this.readWaiting(waiting, toLost),
			...toRead.map(async (run) => await this.readRun(run.map(toLost), this.data)),
		]);
		for (const some of found) read.push(...some.filter(({ id }) => !isKnown.has(id)));
		this.noteTooLarge(read);
		const unique = new Map(read.map((row) => [row.id, row]));
		return [...unique.values()].sort((a, b) => b.id - a.id);
	}

	private noteTooLarge(rows: readonly ExecutionDigest[]): void {
		for (const { found, storedBytes = Number.POSITIVE_INFINITY } of rows) {
			const isTooLarge = found !== undefined && 'reason' in found && found.reason === 'too_large';
			if (isTooLarge) this.tooLargeFrom = Math.min(this.tooLargeFrom, storedBytes);
		}
	}

	/** They stand far apart, and n8n can list them by themselves: many at a time, for later pages too. */
	private async readWaiting(
		rows: readonly ListedRow[],
		toLost: (row: ListedRow) => ExecutionDigest,
	): Promise<readonly ExecutionDigest[]> {
		const { toDigest, signal, isNewestFirst } = this.options;
		const found: ExecutionDigest[] = [];
		for (const [index, { id }] of rows.entries()) {
			if (!this.waiting.has(id)) {
				const most = isNewestFirst === true ? undefined : rows.length - index;
				const apart = new DataPages(this.api, { ...this.query, status: 'waiting' }, signal);
				apart.sawReadable();
				const { page } = await fittingPage(apart, id + 1, this.size, toDigest, most);
				this.waiting = new Map(page?.rows.map((row) => [row.id, row]));
			}
			const row = this.waiting.get(id);
			if (row !== undefined) found.push(row);
		}
		return await recoverRows(this.api, this.query, found, rows.map(toLost), toDigest, signal);
	}

	private async readRun(heads: readonly ExecutionDigest[], data: DataPages) {
		const read: ExecutionDigest[] = [];
		for (let at = 0; at < heads.length; ) {
			const some = heads.slice(at, at + this.size.limit);
			read.push(...(await this.readAll(some, data)));
			at += some.length;
		}
		return read;
	}

	/**
	 * All of these executions, with their data.
	 *
	 * @param heads newest first, without others of the list in between; no more than a page
	 * @param data pages of a list that has them
	 */
	async readAll(
		heads: readonly ExecutionDigest[],
		data: DataPages = this.data,
	): Promise<readonly ExecutionDigest[]> {
		const { toDigest, signal } = this.options;
		const wanted = new Set(heads.map(({ id }) => id));
		let top = (heads[0]?.id ?? 0) + 1;
		const read: ExecutionDigest[] = [];
		for (let left = heads.length; left > 0; ) {
			const { page, limit } = await fittingPage(data, top, this.size, toDigest, left);
			const fitting = page?.rows.filter(({ id }) => wanted.has(id)) ?? [];
			read.push(...fitting);
			const [only] = heads;
			const isAlone = page !== undefined && heads.length === 1 && read.length === 0;
			// Listed a moment ago, and asked for by itself: n8n would say the same once more.
			if (isAlone && only?.head !== undefined) return [{ ...only, lost: 'unreadable' }];
			if (page === undefined || page.rows.length < limit) break;
			top = page.rows.at(-1)?.id ?? top;
			left = fitting.length === 0 ? 0 : left - fitting.length;
		}
		return await recoverRows(this.api, this.query, read, heads, toDigest, signal);
	}
}

/** Stretches of what is to be read, each from one such row to another. */
function runs(
	rows: readonly ListedRow[],
	isToRead: (row: ListedRow) => boolean,
): ReadonlyArray<readonly ListedRow[]> {
	const found: ListedRow[][] = [];
	let last = Number.NEGATIVE_INFINITY;
	for (const [index, row] of rows.entries()) {
		if (!isToRead(row)) continue;
		if (index - last > NEAR + 1) found.push([row]);
		else found.at(-1)?.push(...rows.slice(last + 1, index + 1));
		last = index;
	}
	return found;
}
