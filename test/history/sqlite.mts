import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { COLUMNS, type ExecutionStore, type HistoryDatabase, type RawHead } from './store.mts';

/** What n8n uses unless it is told otherwise. */
export const sqlite: HistoryDatabase = {
	name: 'SQLite',
	start: async () => ({
		n8nEnv: {},
		open: async (userFolder) => openSqlite(join(userFolder, '.n8n', 'database.sqlite')),
		close: async () => undefined,
	}),
};

function openSqlite(file: string): ExecutionStore {
	// n8n may be writing.
	const database = new DatabaseSync(file, { timeout: 30_000 });
	const names = COLUMNS.map((column) => `"${column}"`).join();
	return {
		heads: async () =>
			database.prepare(`SELECT ${names} FROM execution_entity ORDER BY id`).all().map(toHead),
		newestId: async () =>
			Number(database.prepare('SELECT max(id) AS newest FROM execution_entity').get()?.newest ?? 0),
		executions: async ({ after = 0, ids } = {}) =>
			database
				.prepare(
					`SELECT ${names}, d."data", d."workflowData" FROM execution_entity
					LEFT JOIN (SELECT "executionId", "data", "workflowData" FROM execution_data) d
					ON d."executionId" = id
					WHERE id > ? AND (? IS NULL OR id IN (SELECT value FROM json_each(?))) ORDER BY id`,
				)
				.all(after, ...twice(ids === undefined ? null : JSON.stringify(ids)))
				.map((row) => ({
					...toHead(row),
					data: textOf(row.data),
					workflowData: textOf(row.workflowData),
				})),
		add: async (rows) => {
			const head = database.prepare(
				`INSERT INTO execution_entity (${names}, "createdAt")
				VALUES (${COLUMNS.map(() => '?').join()}, ?)`,
			);
			const data = database.prepare(
				'INSERT INTO execution_data ("executionId", "data", "workflowData", "workflowVersionId") VALUES (?, ?, ?, ?)',
			);
			database.exec('BEGIN IMMEDIATE');
			for (const row of rows) {
				head.run(
					...COLUMNS.map((column) => toColumn(row[column])),
					toColumn(row.startedAt ?? new Date()),
				);
				if (row.data === null) continue;
				data.run(row.id, row.data, row.workflowData, row.workflowVersionId);
			}
			database.exec('COMMIT');
		},
		remove: async (ids) => {
			const statement = database.prepare('DELETE FROM execution_entity WHERE id = ?');
			for (const id of ids) statement.run(id);
		},
		close: async () => database.close(),
	};
}

function toColumn(value: RawHead[(typeof COLUMNS)[number]]): string | number | null {
	if (typeof value === 'boolean') return Number(value);
	return value instanceof Date ? value.toISOString().replace('T', ' ').replace('Z', '') : value;
}

function toHead(row: Record<string, SQLOutputValue>): RawHead {
	const time = (value: SQLOutputValue | undefined) => {
		const text = textOf(value);
		return text === null ? null : new Date(`${text.replace(' ', 'T')}Z`);
	};
	return {
		id: Number(row.id),
		workflowId: String(row.workflowId),
		workflowVersionId: textOf(row.workflowVersionId),
		mode: String(row.mode),
		status: String(row.status),
		finished: row.finished === 1,
		retryOf: textOf(row.retryOf),
		retrySuccessId: textOf(row.retrySuccessId),
		startedAt: time(row.startedAt),
		stoppedAt: time(row.stoppedAt),
		waitTill: time(row.waitTill),
		deletedAt: time(row.deletedAt),
		jsonSizeBytes: Number(row.jsonSizeBytes),
	};
}

function textOf(value: SQLOutputValue | undefined): string | null {
	return value === null || value === undefined ? null : String(value);
}

function twice<T>(value: T): [T, T] {
	return [value, value];
}
