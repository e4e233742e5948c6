import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** All that the nodes need of n8n's public API for a registry. */
export const TABLE_SCOPES = [
	'dataTable:list',
	'dataTable:create',
	'dataTableColumn:create',
	'dataTableRow:create',
	'dataTableRow:read',
	'dataTableRow:update',
	'dataTableRow:delete',
] as const;

type Row = Record<string, unknown> & { id: number };
type Column = { name: string; type: 'string' | 'number' | 'boolean' | 'date' };
interface Condition {
	columnName: string;
	condition: string;
	value: unknown;
}

interface Table {
	id: string;
	name: string;
	projectId: string;
	columns: Column[];
	rows: Row[];
	lastId: number;
}

/** An answer that is no success. */
class Refusal extends Error {
	readonly status: number;

	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}

const RESERVED = ['id', 'createdat', 'updatedat'];

/**
 * The data tables of n8n 2.41.1's public API, as measured on the real one: its limits, its refusals,
 * what it makes of values. One project; keys with their scopes.
 */
export class DataTablesStandIn {
	/** By API key. */
	readonly scopes = new Map<string, readonly string[]>();
	readonly tables: Table[] = [];
	/** `GET /data-tables`, … in the order of their arrival, without queries. */
	readonly calls: string[] = [];
	/** Runs before an answer is worked out, to have something happen meanwhile. */
	before: (call: string) => void | Promise<void> = () => undefined;
	/**
	 * Runs between the moment when new rows have got their numbers and the one when others can see them, as in
	 * PostgreSQL, whose numbers come before the transaction is over.
	 */
	beforeCommit: (rows: readonly Row[]) => void | Promise<void> = () => undefined;
	private readonly server: Server;

	constructor() {
		this.server = createServer((request, response) => void this.answer(request, response));
	}

	/** @returns the address for 'Base URL' */
	async start(): Promise<string> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	/** A table as somebody made it in n8n's own view. */
	add(name: string, columns: readonly Column[], projectId = 'personal'): Table {
		if (this.tables.some((one) => one.name === name && one.projectId === projectId)) {
			throw new Refusal(409, `Data table with name '${name}' already exists in this project`);
		}
		const id = `t${String(this.tables.length + 1).padStart(15, '0')}`;
		const table = { id, name, projectId, columns: [...columns], rows: [], lastId: 0 };
		this.tables.push(table);
		return table;
	}

	table(name: string): Table {
		const found = this.tables.find((one) => one.name === name);
		if (found === undefined) throw new Error(`There is no table ${name}`);
		return found;
	}

	/** Adds rows as a person would; cells of columns that do not exist are refused. */
	insert(table: Table, data: ReadonlyArray<Record<string, unknown>>): Row[] {
		const rows = this.numbered(table, data);
		table.rows.push(...rows);
		return rows;
	}

	private numbered(table: Table, data: ReadonlyArray<Record<string, unknown>>): Row[] {
		return data.map((cells) => {
			table.lastId += 1;
			const now = new Date().toISOString();
			const empty = Object.fromEntries(table.columns.map(({ name }) => [name, null]));
			const own = { id: table.lastId, createdAt: now, updatedAt: now };
			return { ...empty, ...valid(table, cells), ...own };
		});
	}

	private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = new URL(request.url ?? '/', 'http://localhost');
		const call = `${request.method} ${url.pathname.replace(/^\/api\/v1/, '')}`;
		this.calls.push(call);
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const text = Buffer.concat(chunks).toString('utf8');
		let status = 200;
		let body: unknown;
		try {
			await this.before(call);
			const key = String(request.headers['x-n8n-api-key']);
			const scopes = this.scopes.get(key);
			if (scopes === undefined) throw new Refusal(401, 'unauthorized');
			body = await this.handle(
				request.method ?? '',
				url,
				text === '' ? {} : JSON.parse(text),
				scopes,
			);
			if (request.method === 'POST' && !url.pathname.endsWith('/rows')) status = 201;
		} catch (error) {
			status = error instanceof Refusal ? error.status : 500;
			body = { message: error instanceof Refusal ? error.message : 'Internal server error' };
		}
		response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
	}

	private async handle(
		method: string,
		url: URL,
		body: Record<string, unknown>,
		scopes: readonly string[],
	): Promise<unknown> {
		const need = (scope: string) => {
			if (!scopes.includes(scope)) throw new Refusal(403, 'Forbidden');
		};
		const [id, ...rest] = url.pathname.replace(/^\/api\/v1\/data-tables\/?/, '').split('/');
		const route = `${method} ${[id === '' ? '' : ':id', ...rest].join('/')}`;
		switch (route) {
			case 'GET ':
				need('dataTable:list');
				return this.list(url);
			case 'POST ':
				need('dataTable:create');
				return this.create(body);
			case 'POST :id/columns':
				need('dataTableColumn:create');
				return addColumn(this.byId(id), body as unknown as Column);
			case 'GET :id/rows':
				need('dataTableRow:read');
				return rows(this.byId(id), url);
			case 'POST :id/rows': {
				need('dataTableRow:create');
				const table = this.byId(id);
				const added = this.numbered(table, body.data as Record<string, unknown>[]);
				await this.beforeCommit(added);
				table.rows.push(...added);
				return body.returnType === 'all' ? added : { success: true, insertedRows: added.length };
			}
			case 'PATCH :id/rows/update':
				need('dataTableRow:update');
				return update(this.byId(id), body);
			case 'DELETE :id/rows/delete':
				need('dataTableRow:delete');
				return remove(this.byId(id), url);
			default:
				throw new Refusal(404, 'not found');
		}
	}

	private byId(id = ''): Table {
		const found = this.tables.find((one) => one.id === id);
		if (found === undefined) throw new Refusal(404, `Could not find the data table: '${id}'`);
		return found;
	}

	private list(url: URL): unknown {
		const { limit } = paging(url, ['limit', 'filter', 'sortBy', 'cursor']);
		const filter = JSON.parse(url.searchParams.get('filter') ?? '{}') as Record<string, string>;
		const found = this.tables.filter(
			({ id, name }) =>
				(filter.id === undefined || filter.id === id) &&
				(filter.name === undefined || name.toLowerCase().includes(filter.name.toLowerCase())),
		);
		const data = found
			.slice(0, limit)
			.map(({ id, name, projectId, columns }) => ({ id, name, projectId, columns }));
		return { data, nextCursor: null };
	}

	private create(body: Record<string, unknown>): unknown {
		const columns = body.columns as Column[];
		const taken = columns.find(({ name }) => RESERVED.includes(name.toLowerCase()));
		if (taken !== undefined) {
			throw new Refusal(400, `Column name "${taken.name}" is reserved as a system column name.`);
		}
		const { rows: _rows, ...table } = this.add(String(body.name), columns);
		return table;
	}
}

function addColumn(table: Table, { name, type }: Column): unknown {
	if (RESERVED.includes(name.toLowerCase())) {
		throw new Refusal(409, `Column name "${name}" is reserved as a system column name.`);
	}
	if (table.columns.some((column) => column.name === name)) {
		throw new Refusal(
			409,
			`Data table column with name '${name}' already exists in data table '${table.name}'`,
		);
	}
	// SQLite knows no difference between upper and lower case in names of columns.
	if (table.columns.some((column) => column.name.toLowerCase() === name.toLowerCase())) {
		throw new Refusal(500, 'Internal server error');
	}
	table.columns.push({ name, type });
	for (const row of table.rows) row[name] = null;
	return { name, type };
}

function paging(url: URL, known: readonly string[]): { limit: number } {
	const unknown = [...url.searchParams.keys()].find((name) => !known.includes(name));
	if (unknown !== undefined) throw new Refusal(400, `Unknown query parameter '${unknown}'`);
	const limit = Number(url.searchParams.get('limit') ?? 100);
	if (limit > 250) throw new Refusal(400, 'request/query/limit must be <= 250');
	for (const [, name, value = ''] of url.search.matchAll(/[?&]([^=]+)=([^&]*)/g)) {
		if (/[:/?#[\]@!$'()*+,;]/.test(value)) {
			const rule = 'must be url encoded. Its value may not contain reserved characters.';
			throw new Refusal(400, `Parameter '${name}' ${rule}`);
		}
	}
	return { limit };
}

function rows(table: Table, url: URL): unknown {
	const { limit } = paging(url, ['limit', 'filter', 'sortBy', 'cursor', 'search']);
	const filter = url.searchParams.get('filter');
	const [column = 'id', direction = 'asc'] = (url.searchParams.get('sortBy') ?? 'id:asc').split(
		':',
	);
	const found = filter === null ? [...table.rows] : matching(table, JSON.parse(filter));
	found.sort((a, b) => Number(a[column]) - Number(b[column]));
	if (direction === 'desc') found.reverse();
	return { data: found.slice(0, limit), nextCursor: found.length > limit ? 'more' : null };
}

function update(table: Table, body: Record<string, unknown>): unknown {
	const found = matching(table, body.filter);
	const cells = valid(table, body.data as Record<string, unknown>);
	for (const row of found) Object.assign(row, cells, { updatedAt: new Date().toISOString() });
	return body.returnData === true ? found : true;
}

function remove(table: Table, url: URL): unknown {
	const found = matching(table, JSON.parse(url.searchParams.get('filter') ?? 'null'));
	table.rows = table.rows.filter((row) => !found.includes(row));
	return url.searchParams.get('returnData') === 'true' ? found : true;
}

function matching(table: Table, filter: unknown): Row[] {
	const { type, filters } = filter as { type: 'and' | 'or'; filters: Condition[] };
	if (filters.length === 0) throw new Refusal(400, 'filter must not be empty');
	// SQLite: "Expression tree is too large (maximum depth 1000)".
	if (filters.length >= 1_000) throw new Refusal(500, 'Internal server error');
	const known = [...table.columns.map(({ name }) => name), 'id', 'createdAt', 'updatedAt'];
	for (const { columnName } of filters) {
		if (!known.includes(columnName)) throw unknownColumn(columnName);
	}
	const test = (row: Row, { columnName, condition, value }: Condition) => {
		const cell = row[columnName];
		if (condition === 'eq') return cell === value;
		if (condition === 'gt') return Number(cell) > Number(value);
		throw new Refusal(400, 'Invalid filter fields');
	};
	return table.rows.filter((row) =>
		type === 'or' ? filters.some((one) => test(row, one)) : filters.every((one) => test(row, one)),
	);
}

function unknownColumn(name: string): Refusal {
	return new Refusal(
		400,
		`Validation error with data table request: unknown column name '${name}'`,
	);
}

/** The cells as n8n stores them, which makes something of texts where it can. */
function valid(table: Table, cells: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(cells).map(([name, cell]) => {
			const column = table.columns.find((one) => one.name === name);
			if (column === undefined) throw unknownColumn(name);
			return [name, cell === null ? null : stored(column, cell)];
		}),
	);
}

function stored({ name, type }: Column, cell: unknown): unknown {
	const text = String(cell);
	if (type === 'string') return text;
	if (type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
	if (type === 'boolean' && /^(true|false|0|1)$/i.test(text)) return /^(true|1)$/i.test(text);
	if (type === 'date' && Number.isFinite(Date.parse(text))) return new Date(text).toISOString();
	throw new Refusal(
		400,
		`Validation error with data table request: value '${text}' does not match column type '${type}': '${name}' expects a ${type} but we got '${text}'`,
	);
}
