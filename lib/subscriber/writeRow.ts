import type { Cell, DataTableRow } from './dataTables';
import { textOf } from './cells';
import { SCHEMA_VERSION, type ColumnName } from './columns';
import { openCell, sealCell, type RegistryKeys } from './sealedCell';
import type { Subscriber } from './subscriber';

/** What is to change; `null` empties, what is left out stays. */
export type SubscriberChange = {
	readonly [Field in Exclude<keyof Subscriber, 'id' | 'createdAt'>]?: Subscriber[Field] | null;
};

type Cells = Partial<Record<ColumnName, Cell>>;

/** Columns that hold nothing in clear once they were written from here. */
const SEALED = ['headers', 'secret', 'previousSecret'] as const;

/** The cells of a change. */
export function cellsOf(change: SubscriberChange, keys: RegistryKeys): Cells {
	const { headers, filter, previousSecret: previous } = change;
	const seal = (text: string | null) => (text === null ? null : sealCell(text, keys));
	return withoutUndefined({
		url: change.url,
		events: change.events === undefined ? undefined : (change.events?.join(', ') ?? null),
		active: change.active,
		disabledReason: change.disabledReason,
		failingSince: isoOf(change.failingSince),
		rateLimit: change.rateLimit,
		contentType: change.contentType,
		filter: jsonOf(filter),
		headers: change.headers === undefined ? undefined : seal(jsonOf(headers) ?? null),
		secret: change.secret === undefined ? undefined : seal(change.secret),
		previousSecret: previous === undefined ? undefined : seal(previous?.secret ?? null),
		previousSecretUntil: previous === undefined ? undefined : isoOf(previous?.until ?? null),
		schemaVersion: SCHEMA_VERSION,
	});
}

/** What a row holds in clear, or under a previous key, sealed with the current one. */
export function resealed(row: DataTableRow, keys: RegistryKeys): Cells {
	const cells: Cells = {};
	for (const column of SEALED) {
		const cell = openCell(textOf(row[column]), keys);
		if (cell?.stale === true && cell.text !== '') cells[column] = sealCell(cell.text, keys);
	}
	return cells;
}

/** A point in time as a cell holds it. */
export function isoOf<T extends null | undefined>(date: Date | T): string | T {
	return date instanceof Date ? date.toISOString() : date;
}

function jsonOf(value: object | null | undefined): string | null | undefined {
	if (value === null || value === undefined) return value;
	return Object.keys(value).length === 0 ? null : JSON.stringify(value);
}

function withoutUndefined(cells: Partial<Record<ColumnName, Cell | undefined>>): Cells {
	return Object.fromEntries(
		Object.entries(cells).filter(([, cell]) => cell !== undefined),
	) as Cells;
}
