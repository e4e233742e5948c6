import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { COLUMNS, type ExecutionStore, type HistoryDatabase, type RawExecution } from './store.mts';

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
		executions: async ({ after = 0, newest = -1 } = {}) =>
			database
				.prepare(
					`SELECT ${names}, d."data", d."workflowData" FROM execution_entity
					LEFT JOIN (SELECT "executionId", "data", "workflowData" FROM execution_data) d
					ON d."executionId" = id WHERE id > ? ORDER BY id DESC LIMIT ?`,
				)
				.all(after, newest)
				.map(toExecution)
				.reverse(),
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

function toColumn(value: RawExecution[(typeof COLUMNS)[number]]): string | number | null {
	if (typeof value === 'boolean') return Number(value);
	return value instanceof Date ? value.toISOString().replace('T', ' ').replace('Z', '') : value;
}

function toExecution(row: Record<string, SQLOutputValue>): RawExecution {
	const text = (name: string) => (row[name] === null ? null : String(row[name]));
	const time = (name: string) =>
		row[name] === null ? null : new Date(`${String(row[name]).replace(' ', 'T')}Z`);
	return {
		id: Number(row.id),
		workflowId: String(row.workflowId),
		workflowVersionId: text('workflowVersionId'),
		mode: String(row.mode),
		status: String(row.status),
		finished: row.finished === 1,
		retryOf: text('retryOf'),
		retrySuccessId: text('retrySuccessId'),
		startedAt: time('startedAt'),
		stoppedAt: time('stoppedAt'),
		waitTill: time('waitTill'),
		deletedAt: time('deletedAt'),
		jsonSizeBytes: Number(row.jsonSizeBytes),
		data: text('data'),
		workflowData: text('workflowData'),
	};
}
