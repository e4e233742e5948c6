import { inTurn } from '../flow/sequence';
import { N8nApiError } from '../history/store/n8nApi';
import type { DataTable, DataTables, DataTableColumn } from './dataTables';
import { RegistryError } from './subscriber';

/** n8n takes no longer name. */
const LONGEST_NAME = 128;

/**
 * Finds a registry's table.
 *
 * @param nameOrId as the user wrote it
 * @returns undefined where there is none
 * @throws {RegistryError} where several have the name, or it is no registry
 */
export async function findRegistryTable(
	tables: DataTables,
	nameOrId: string,
): Promise<DataTable | undefined> {
	if (nameOrId === '' || nameOrId.length > LONGEST_NAME) {
		throw new RegistryError(
			`'Data Table' has ${nameOrId.length} characters`,
			`Enter a name of 1 to ${LONGEST_NAME} characters, or the ID of a data table.`,
		);
	}
	const [table, ...others] = await tables.find(nameOrId);
	if (table !== undefined && others.length > 0) {
		const ids = [table, ...others].map(({ id, projectId }) => `${id} (project ${projectId})`);
		throw new RegistryError(
			`There are ${ids.length} data tables '${nameOrId}' that the API key can see`,
			`Enter the ID of the right one in 'Data Table': ${ids.join(', ')}.`,
		);
	}
	if (table !== undefined) assertRegistry(table);
	return table;
}

/** Finds a registry's table, creates it where there is none, and adds the columns that it lacks. */
export async function ensureRegistryTable(
	tables: DataTables,
	nameOrId: string,
): Promise<DataTable> {
	return await inTurn(`registry table ${nameOrId}`, async () => {
		const table = (await findRegistryTable(tables, nameOrId)) ?? (await create(tables, nameOrId));
		const present = new Set(table.columns.map(({ name }) => name));
		const missing = COLUMNS.filter(({ name }) => !present.has(name));
		for (const column of missing) await tables.addColumn(table, column);
		return table;
	});
}

async function create(tables: DataTables, name: string): Promise<DataTable> {
	const created = await tables.create(name, COLUMNS).catch(conflict);
	if (!(created instanceof N8nApiError)) return created;
	// Another n8n process created it at the same moment: a name is unique in a project.
	const found = await findRegistryTable(tables, name);
	if (found === undefined) throw created;
	return found;
}

/**
 * n8n answers 409 where a table of that name exists, and 500 where it comes into being meanwhile.
 *
 * @throws any other error
 */
function conflict(error: unknown): N8nApiError {
	if (error instanceof N8nApiError && (error.status === 409 || error.status === 500)) return error;
	throw error;
}

/** Nothing is written to a table that somebody made for something else. */
function assertRegistry({ name, id, columns }: DataTable): void {
	const names = columns.map((column) => column.name);
	if (names.length === 0 || names.includes('url')) return;
	throw new RegistryError(
		`The data table '${name}' (${id}) is not a list of subscribers: it has no column 'url'`,
		`Enter another name in 'Data Table' to create a new table. The columns of this one are ${names.slice(0, 10).join(', ')}.`,
	);
}

/**
 * Layout of the rows that this version writes. Raised when an older version would misread them: rows
 * with a higher number are not used. A new column alone does not raise it.
 */
export const SCHEMA_VERSION = 1;

/** Columns of a registry's data table, in the order in which n8n shows them. */
export const COLUMNS = [
	{ name: 'subscriberId', type: 'string' },
	{ name: 'url', type: 'string' },
	/** Patterns with commas between them. */
	{ name: 'events', type: 'string' },
	/** Empty counts as true. */
	{ name: 'active', type: 'boolean' },
	{ name: 'disabledReason', type: 'string' },
	{ name: 'failingSince', type: 'date' },
	/** Deliveries a second. */
	{ name: 'rateLimit', type: 'number' },
	/** JSON object by dotted path. */
	{ name: 'filter', type: 'string' },
	/** JSON object, sealed; in clear where a person wrote it. */
	{ name: 'headers', type: 'string' },
	/** `whsec_…`, sealed; in clear where a person wrote it. */
	{ name: 'secret', type: 'string' },
	{ name: 'previousSecret', type: 'string' },
	{ name: 'previousSecretUntil', type: 'date' },
	/** Empty: `application/cloudevents+json`. */
	{ name: 'contentType', type: 'string' },
	{ name: 'schemaVersion', type: 'number' },
] as const satisfies readonly DataTableColumn[];

export type ColumnName = (typeof COLUMNS)[number]['name'];
