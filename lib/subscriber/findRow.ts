import type { DataTable, DataTableRow, DataTables } from './dataTables';
import { textOf } from './cells';
import { idOfRow } from './readRow';
import { readSubscriberUrl } from './subscriberUrl';

/** What a row is found by: the subscriber's id, or its address as `readSubscriberUrl` gives it. */
export type RowKey = { readonly id: string } | { readonly url: string };

/**
 * Finds a subscriber's row: by what stands in it to the letter, else by what that means (a person may
 * have left a blank, or written the address in another form).
 *
 * @returns the first one; undefined where there is none
 */
export async function findRow(
	tables: DataTables,
	table: DataTable,
	key: RowKey,
): Promise<DataTableRow | undefined> {
	const [columnName, value] = 'id' in key ? ['subscriberId', key.id] : ['url', key.url];
	const [exact] = await tables.rows(table, { columnName, condition: 'eq', value });
	if (exact !== undefined) return exact;
	const known = (await handwritten(tables, table)).find((row) => means(row, key));
	if (known === undefined) return undefined;
	// It was read a while ago.
	const [now] = await tables.rows(table, { columnName: 'id', condition: 'eq', value: known.id });
	return now !== undefined && means(now, key) ? now : undefined;
}

function means(row: DataTableRow, key: RowKey): boolean {
	return 'id' in key ? idOfRow(row) === key.id : readSubscriberUrl(textOf(row.url)) === key.url;
}

const read = new WeakMap<DataTables, Map<string, Promise<DataTableRow[]>>>();

/** Rows that do not hold id or address to the letter; read once for all items of an execution. */
async function handwritten(tables: DataTables, table: DataTable): Promise<DataTableRow[]> {
	const byTable = read.get(tables) ?? new Map<string, Promise<DataTableRow[]>>();
	read.set(tables, byTable);
	const rows = byTable.get(table.id) ?? tables.rows(table).then((all) => all.filter(isHandwritten));
	byTable.set(table.id, rows);
	// What failed in passing is tried again for the next item.
	rows.catch(() => byTable.delete(table.id));
	return await rows;
}

function isHandwritten(row: DataTableRow): boolean {
	return idOfRow(row) !== row.subscriberId || readSubscriberUrl(textOf(row.url)) !== row.url;
}
