import type { DataTableRow } from './dataTables';
import { idOfRow, readRow } from './readRow';
import { BadRow, type Registered, type RegisteredSubscriber } from './registered';
import type { RegistryKeys } from './sealedCell';

/**
 * Makes subscribers of a table's rows. Of rows with the same id, the first counts; the others are bad
 * rows.
 *
 * @param rows oldest first
 */
export function listRegistered(
	rows: readonly DataTableRow[],
	keys: RegistryKeys,
	now: Date,
	activeOnly: boolean,
): Registered {
	const subscribers: RegisteredSubscriber[] = [];
	const badRows: BadRow[] = [];
	const rowById = new Map<string, number>();
	for (const row of rows) {
		const id = idOfRow(row);
		const first = rowById.get(id);
		const stored = first === undefined ? readRow(row, keys, now) : duplicate(row, id, first);
		rowById.set(id, first ?? row.id);
		if (activeOnly && !stored.active) continue;
		if (stored instanceof BadRow) badRows.push(stored);
		else subscribers.push(stored);
	}
	return { subscribers, badRows };
}

function duplicate(row: DataTableRow, id: string, first: number): BadRow {
	const message = `Row ${row.id} (subscriber '${id.slice(0, 100)}') is not used: 'subscriberId' is the same as in row ${first}, which counts; give it another one, or delete it`;
	return new BadRow(row.id, id, 'subscriberId', message, true);
}
