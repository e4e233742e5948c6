import { N8nApiError, type N8nApi, type N8nApiRequest } from '../history/store/n8nApi';

/** A data table of an n8n. */
export interface DataTable {
	/** 16 letters and digits. */
	readonly id: string;
	/** Unique within its project. */
	readonly name: string;
	readonly projectId: string;
	readonly columns: readonly { readonly name: string; readonly type: string }[];
}

export interface DataTableColumn {
	/** Letters, digits and `_`; `id`, `createdAt` and `updatedAt` are n8n's own. */
	readonly name: string;
	readonly type: 'string' | 'number' | 'boolean' | 'date';
}

/** What a cell may hold; a date is an RFC 3339 text. */
export type Cell = string | number | boolean | null;

/** A row: the cells by column, and n8n's own columns. */
export type DataTableRow = Readonly<Record<string, unknown>> & { readonly id: number };

/** One comparison; a filter is one of them, or several of which any must fit. */
export interface RowCondition {
	readonly columnName: string;
	readonly condition: 'eq' | 'gt';
	readonly value: Cell;
}

/** n8n refuses more on one page. */
const ROWS_A_PAGE = 250;

/** SQLite takes no expression deeper than 1,000: n8n answers 500 to an update by 1,500 row ids. */
const CONDITIONS_A_CALL = 250;

/** A filter in the address has some 100 characters for each, and Node.js takes 16 KB of head in all. */
const CONDITIONS_AN_ADDRESS = 50;

/** 25,000 rows: more than n8n's data tables are made for, and 100 MB in memory. */
const MOST_PAGES = 100;

/**
 * n8n's data tables, by its public API (https://docs.n8n.io/api/api-reference/#tag/datatable). A call
 * that the key may not make fails with the name of the scope that it lacks.
 */
export class DataTables {
	constructor(
		private readonly api: N8nApi,
		private readonly signal?: AbortSignal,
	) {}

	/**
	 * The table of a name or an id.
	 *
	 * @returns all that have exactly this name (one a project), or the one of this id
	 */
	async find(nameOrId: string): Promise<DataTable[]> {
		// n8n's filter finds every table with the text somewhere in its name, in any case.
		const named = await this.list({ name: nameOrId });
		const exact = named.filter(({ name }) => name === nameOrId);
		if (exact.length > 0 || !/^[A-Za-z0-9]{16}$/.test(nameOrId)) return exact;
		return await this.list({ id: nameOrId });
	}

	/** @throws {N8nApiError} 409, or 500 where it was created at the same moment, if it exists */
	async create(name: string, columns: readonly DataTableColumn[]): Promise<DataTable> {
		const what = `create the data table '${name}'`;
		const path = '/data-tables';
		const request = { method: 'POST', path, body: { name, columns }, what } as const;
		return (await this.call('dataTable:create', request)) as DataTable;
	}

	/** Adds a column; does nothing where the table has got it meanwhile. */
	async addColumn({ id, name }: DataTable, column: DataTableColumn): Promise<void> {
		const what = `add the column '${column.name}' to the data table '${name}'`;
		const path = `/data-tables/${id}/columns`;
		const request = { method: 'POST', path, body: column, what } as const;
		await this.call('dataTableColumn:create', request).catch(unlessThere);
	}

	/**
	 * Reads rows, oldest first. Pages start behind the last id, so that a row that is deleted meanwhile
	 * makes no other one be passed over.
	 *
	 * @param only none: all rows
	 */
	async rows(table: DataTable, only?: RowCondition): Promise<DataTableRow[]> {
		const rows: DataTableRow[] = [];
		let after = 0;
		for (let page = 0; page < MOST_PAGES; page += 1) {
			const behind: RowCondition = { columnName: 'id', condition: 'gt', value: after };
			const filters = [...(after === 0 ? [] : [behind]), ...(only === undefined ? [] : [only])];
			const { data } = (await this.call('dataTableRow:read', {
				method: 'GET',
				path: `/data-tables/${table.id}/rows`,
				query: {
					limit: ROWS_A_PAGE,
					sortBy: 'id:asc',
					filter: filters.length === 0 ? undefined : JSON.stringify({ type: 'and', filters }),
				},
				what: `read the data table '${table.name}'`,
			})) as { data: DataTableRow[] };
			rows.push(...data);
			if (data.length < ROWS_A_PAGE) return rows;
			after = data.at(-1)?.id ?? after;
		}
		throw new N8nApiError(
			`The data table '${table.name}' has more than ${MOST_PAGES * ROWS_A_PAGE} rows`,
			'Delete rows that you no longer need, or use several data tables.',
		);
	}

	/** Reads the rows of these numbers; those that are gone are left out. */
	async rowsOf(table: DataTable, rowIds: readonly number[]): Promise<DataTableRow[]> {
		const rows: DataTableRow[] = [];
		for (let start = 0; start < rowIds.length; start += CONDITIONS_AN_ADDRESS) {
			const ids = rowIds.slice(start, start + CONDITIONS_AN_ADDRESS);
			const { data } = (await this.call('dataTableRow:read', {
				method: 'GET',
				path: `/data-tables/${table.id}/rows`,
				query: { limit: ids.length, filter: JSON.stringify(anyOf(ids)) },
				what: `read the data table '${table.name}'`,
			})) as { data: DataTableRow[] };
			rows.push(...data);
		}
		return rows;
	}

	/** Adds rows; gives them as stored. */
	async insert(
		table: DataTable,
		data: readonly Readonly<Record<string, Cell>>[],
	): Promise<DataTableRow[]> {
		return (await this.call('dataTableRow:create', {
			method: 'POST',
			path: `/data-tables/${table.id}/rows`,
			body: { data, returnType: 'all' },
			what: `write to the data table '${table.name}'`,
		})) as DataTableRow[];
	}

	/** Changes the named cells of some rows, all in the same way. */
	async update(
		table: DataTable,
		rowIds: readonly number[],
		data: Readonly<Record<string, Cell>>,
	): Promise<DataTableRow[]> {
		const changed: DataTableRow[] = [];
		for (let start = 0; start < rowIds.length; start += CONDITIONS_A_CALL) {
			const ids = rowIds.slice(start, start + CONDITIONS_A_CALL);
			const answer = await this.call('dataTableRow:update', {
				method: 'PATCH',
				path: `/data-tables/${table.id}/rows/update`,
				body: { filter: anyOf(ids), data, returnData: true },
				what: `write to the data table '${table.name}'`,
			});
			changed.push(...(answer as DataTableRow[]));
		}
		return changed;
	}

	/** Deletes a row; false where it was gone. */
	async delete(table: DataTable, rowId: number): Promise<boolean> {
		const deleted = (await this.call('dataTableRow:delete', {
			method: 'DELETE',
			path: `/data-tables/${table.id}/rows/delete`,
			query: { filter: JSON.stringify(anyOf([rowId])), returnData: true },
			what: `delete a row of the data table '${table.name}'`,
		})) as DataTableRow[];
		return deleted.length > 0;
	}

	private async list(filter: { name: string } | { id: string }): Promise<DataTable[]> {
		const { data } = (await this.call('dataTable:list', {
			method: 'GET',
			path: '/data-tables',
			query: { limit: ROWS_A_PAGE, filter: JSON.stringify(filter) },
			what: 'look for the data table',
		})) as { data: DataTable[] };
		return data;
	}

	private async call(scope: string, request: N8nApiRequest): Promise<unknown> {
		return await this.api.call({ ...request, signal: this.signal }).catch(lacking(scope, request));
	}
}

function anyOf(rowIds: readonly number[]) {
	const filters = rowIds.map((value) => ({ columnName: 'id', condition: 'eq', value }));
	return { type: 'or', filters };
}

/** @throws what is not n8n's 409: the column is there */
function unlessThere(error: unknown): void {
	if (!(error instanceof N8nApiError) || error.status !== 409) throw error;
}

/** n8n answers `Forbidden` and does not say what for. */
function lacking(scope: string, { what }: N8nApiRequest) {
	return (error: unknown): never => {
		if (!(error instanceof N8nApiError) || error.status !== 403) throw error;
		throw new N8nApiError(
			`n8n could not ${what}: the API key lacks the scope '${scope}', or its owner is not allowed to do this in the project of the table`,
			`Create a key with the scope '${scope}' in n8n under Settings > n8n API, and enter it in 'API Key' of the n8n API credential. If you do, fill in 'Previous Encryption Secret' with the old key if 'Encryption Secret' is empty.`,
			403,
			error.words,
		);
	};
}
