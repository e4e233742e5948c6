import { inTurn } from '../flow/sequence';
import type { N8nApi } from '../history/store/n8nApi';
import { type Cell, type DataTable, type DataTableRow, DataTables } from './dataTables';
import { healthGroups, heldChange } from './heldHealth';
import { ensureRegistryTable, findRegistryTable } from './registryTable';
import {
	idOfRow,
	readRow,
	type RegistryKeys,
	cellsOf,
	resealed,
	type SubscriberChange,
	textOf,
} from './rows';
import {
	BadRow,
	RegistryError,
	type Registered,
	type RegisteredSubscriber,
	readSubscriberUrl,
	type HealthChange,
} from './subscriber';

/** How a registry is opened. */
export interface RegistryOptions {
	/** Name or id of the data table. */
	readonly table: string;
	/** What secrets are sealed with. */
	readonly keys: RegistryKeys;
	/** What users create the table with: the first words of a sentence for them. */
	readonly createdBy: string;
	/** Gives calls up at once. */
	readonly signal?: AbortSignal;
	/** Works while no other process changes this table; undefined: there is none. */
	readonly alone?: <T>(tableId: string, work: () => Promise<T>) => Promise<T>;
	/** @default the time */
	readonly now?: () => Date;
}

/** Subscribers whose health is written before others have their turn. */
const CHANGES_A_TURN = 250;

/** A row after a write: the subscriber, or why it is none (yet). */
export type Stored = RegisteredSubscriber | BadRow;

/** Opens the registry that a data table of an n8n holds. Nothing is asked yet. */
export function openRegistry(api: N8nApi, options: RegistryOptions): SubscriberRegistry {
	return new SubscriberRegistry(new DataTables(api, options.signal), options);
}

/** Who wants which event. */
export class SubscriberRegistry {
	private table: DataTable | undefined;

	private complete: Promise<DataTable> | undefined;

	private readonly now: () => Date;

	constructor(
		private readonly tables: DataTables,
		private readonly options: RegistryOptions,
	) {
		this.now = options.now ?? (() => new Date());
	}

	/**
	 * All subscribers, and the rows of which none can be made.
	 *
	 * @param activeOnly leaves out what nothing is delivered to, bad rows too
	 * @throws {RegistryError} where there is no such table
	 */
	async list({ activeOnly = false }: { activeOnly?: boolean } = {}): Promise<Registered> {
		const rows = await this.tables.rows(await this.existing());
		return listRegistered(rows, this.options.keys, this.now(), activeOnly);
	}

	/** Creates the table where there is none, and adds the columns that it lacks. */
	async prepare(): Promise<DataTable> {
		if (this.complete === undefined) {
			this.complete = ensureRegistryTable(this.tables, this.options.table);
			// What failed in passing is tried again for the next item.
			this.complete.catch(() => (this.complete = undefined));
		}
		return await this.complete;
	}

	/**
	 * The row of a subscriber.
	 *
	 * @throws {RegistryError} where there is none
	 */
	async get(id: string): Promise<Stored> {
		return this.read(await this.row(await this.existing(), id));
	}

	/** The subscribers that have what `key` names; the first one counts. */
	async find(key: RowKey): Promise<Stored | undefined> {
		const row = await findRow(this.tables, await this.prepare(), key);
		return row === undefined ? undefined : this.read(row);
	}

	/**
	 * Adds a subscriber, unless there is one that has what `unique` names: then that one is given, and
	 * nothing is written. Asked twice at once, also by two processes, it adds one.
	 */
	async add(
		id: string,
		content: SubscriberChange,
		unique: RowKey | undefined,
	): Promise<{ stored: Stored; created: boolean }> {
		const table = await this.prepare();
		const cells = { subscriberId: id, ...cellsOf(content, this.options.keys) };
		if (unique === undefined) return { stored: await this.insert(table, cells), created: true };
		return await this.inTurn(table, async () => {
			const present = await findRow(this.tables, table, unique);
			if (present !== undefined) return { stored: this.read(present), created: false };
			const added = await this.insert(table, cells);
			const first = await findRow(this.tables, table, unique);
			if (first === undefined || first.id === added.rowId) return { stored: added, created: true };
			// Another process added it at the same moment; the first row counts.
			await this.tables.delete(table, added.rowId);
			return { stored: this.read(first), created: false };
		});
	}

	/**
	 * Changes a subscriber. What its row holds in clear is sealed.
	 *
	 * @param decide gets the row as it is now, and says what is to change
	 * @throws {RegistryError} where there is none
	 */
	async update(id: string, decide: (stored: Stored) => SubscriberChange): Promise<Stored> {
		const table = await this.existingComplete();
		return await this.inTurn(table, async () => {
			const row = await this.row(table, id);
			const { keys } = this.options;
			const cells: Partial<Record<string, Cell>> = {
				...resealed(row, keys),
				...cellsOf(decide(this.changeable(row)), keys),
			};
			const [changed] = await this.tables.update(table, [row.id], cells as Record<string, Cell>);
			if (changed === undefined) throw this.unknown(id);
			return this.read(changed);
		});
	}

	/**
	 * Deletes a subscriber.
	 *
	 * @throws {RegistryError} where there is none
	 */
	async delete(id: string): Promise<{ rowId: number; id: string }> {
		const table = await this.existing();
		return await this.inTurn(table, async () => {
			const row = await this.row(table, id);
			await this.tables.delete(table, row.id);
			return { rowId: row.id, id: idOfRow(row) };
		});
	}

	/**
	 * Writes what deliveries told of subscribers, in few calls: rows that change alike in one. What is no longer
	 * so by then, because others have delivered meanwhile, is left as it is.
	 *
	 * @returns the changes that still held, as they were written
	 */
	async applyHealth(
		changes: readonly HealthChange<RegisteredSubscriber>[],
	): Promise<HealthChange<RegisteredSubscriber>[]> {
		if (changes.length === 0) return [];
		const table = await this.existingComplete();
		const written: HealthChange<RegisteredSubscriber>[] = [];
		// Nobody waits for all of a large table.
		for (let start = 0; start < changes.length; start += CHANGES_A_TURN) {
			const some = changes.slice(start, start + CHANGES_A_TURN);
			await this.inTurn(table, async () => {
				const ids = some.map(({ subscriber }) => subscriber.rowId);
				const rows = new Map((await this.tables.rowsOf(table, ids)).map((row) => [row.id, row]));
				const held = some.flatMap((change) =>
					heldChange(change, rows.get(change.subscriber.rowId)),
				);
				for (const { rowIds, cells } of healthGroups(held)) {
					await this.tables.update(table, rowIds, cells);
				}
				written.push(...held);
			});
		}
		return written;
	}

	private async insert(table: DataTable, cells: Partial<Record<string, Cell>>): Promise<Stored> {
		const [row] = await this.tables.insert(table, [cells as Record<string, Cell>]);
		if (row !== undefined) return this.read(row);
		throw new RegistryError(
			`n8n did not return the row that it added to '${table.name}'`,
			'Check the table in n8n under Data Tables.',
		);
	}

	private read(row: DataTableRow): Stored {
		return readRow(row, this.options.keys, this.now());
	}

	/** @throws {RegistryError} for a row that a newer version wrote: it may mean what we do not know */
	private changeable(row: DataTableRow): Stored {
		const stored = this.read(row);
		if (stored instanceof BadRow && stored.column === 'schemaVersion') {
			throw new RegistryError(stored.message, 'Nothing was changed.');
		}
		return stored;
	}

	private async row(table: DataTable, id: string): Promise<DataTableRow> {
		const row = await findRow(this.tables, table, { id });
		if (row === undefined) throw this.unknown(id);
		return row;
	}

	private unknown(id: string): RegistryError {
		return new RegistryError(
			`There is no subscriber '${id.slice(0, 100)}' in the data table '${this.options.table}'`,
			"Use the operation 'Get Many' to find the subscriber, and enter its 'id' in 'Subscriber ID'.",
		);
	}

	private async existing(): Promise<DataTable> {
		if (this.complete !== undefined) return await this.complete;
		if (this.table === undefined) {
			this.table = await findRegistryTable(this.tables, this.options.table);
		}
		if (this.table !== undefined) return this.table;
		throw new RegistryError(
			`There is no data table '${this.options.table}' that the API key can see`,
			`Check 'Data Table'. ${this.options.createdBy} creates the table with the first subscriber.`,
		);
	}

	/** With all columns; a table that is not there is not created. */
	private async existingComplete(): Promise<DataTable> {
		await this.existing();
		return await this.prepare();
	}

	/** One change at a time, in this process and, where there are several, in all of them. */
	private async inTurn<T>(table: DataTable, task: () => Promise<T>): Promise<T> {
		const { alone } = this.options;
		return await inTurn(`registry ${table.id}`, async () =>
			alone === undefined ? await task() : await alone(table.id, task),
		);
	}
}

/** What a row is found by: the subscriber's id, or its address as `readSubscriberUrl` gives it. */
export type RowKey = { readonly id: string } | { readonly url: string };

/**
 * Finds a subscriber's row: by what stands in it to the letter, else by what that means (a person may
 * have left a blank, or written the address in another form).
 *
 * @returns the first one; undefined where there is none
 */
async function findRow(
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
	const message = `Row ${row.id} (subscriber '${id.slice(0, 100)}') is not used: 'subscriberId' is the same as in row ${first}, which is used instead; change it, or delete the row`;
	return new BadRow(row.id, id, 'subscriberId', message, true);
}
