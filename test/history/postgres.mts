import pg from 'pg';
import { Postgres, postgresIsInstalled } from '../support/postgres.mts';
import {
	COLUMNS,
	type ExecutionStore,
	type HistoryDatabase,
	type RawExecution,
	type RawHead,
} from './store.mts';

/** Rows of one statement; PostgreSQL takes 65,535 values. */
const AT_ONCE = 500;

/** What larger installations of n8n use. */
export const postgres: HistoryDatabase = {
	name: 'PostgreSQL',
	...(postgresIsInstalled ? {} : { missing: 'needs PostgreSQL: apt-get install postgresql' }),
	start: async () => {
		const server = await Postgres.start();
		return {
			n8nEnv: server.n8nEnv,
			open: async () => await openPostgres(server.url),
			close: async () => await server.close(),
		};
	},
};

/** A row as `pg` gives it. */
type PostgresRow<T extends RawHead> = Omit<T, 'jsonSizeBytes'> & { readonly jsonSizeBytes: string };

/** `pg` gives what may be too large for a number as a text. */
function withNumbers<T extends RawHead>(row: PostgresRow<T>) {
	return { ...row, jsonSizeBytes: Number(row.jsonSizeBytes) };
}

async function openPostgres(url: string): Promise<ExecutionStore> {
	const client = new pg.Client(url);
	await client.connect();
	const names = COLUMNS.map((column) => `"${column}"`).join();
	return {
		heads: async () => {
			const all = `SELECT ${names} FROM execution_entity ORDER BY id`;
			return (await client.query<PostgresRow<RawHead>>(all)).rows.map(withNumbers);
		},
		newestId: async () => {
			const newest = 'SELECT max(id) AS newest FROM execution_entity';
			return (await client.query<{ newest: number | null }>(newest)).rows[0]?.newest ?? 0;
		},
		executions: async ({ after = 0, ids = null } = {}) => {
			const heads = COLUMNS.map((column) => `e."${column}"`).join();
			const { rows } = await client.query<PostgresRow<RawExecution>>(
				`SELECT ${heads}, d."data", d."workflowData"::text AS "workflowData" FROM execution_entity e
				LEFT JOIN execution_data d ON d."executionId" = e.id
				WHERE e.id > $1 AND ($2::int[] IS NULL OR e.id = ANY($2)) ORDER BY e.id`,
				[after, ids],
			);
			return rows.map(withNumbers);
		},
		add: async (rows) => {
			await client.query('BEGIN');
			for (let start = 0; start < rows.length; start += AT_ONCE) {
				const some = rows.slice(start, start + AT_ONCE);
				const heads = some.map((row) => [
					...COLUMNS.map((column) => row[column]),
					row.startedAt ?? new Date(),
				]);
				await insert(client, `execution_entity (${names}, "createdAt")`, heads);
				const data = some
					.filter((row) => row.data !== null)
					.map((row) => [row.id, row.data, row.workflowData, row.workflowVersionId]);
				const columns = '"executionId", "data", "workflowData", "workflowVersionId"';
				await insert(client, `execution_data (${columns})`, data);
			}
			await client.query(
				"SELECT setval('execution_entity_id_seq', (SELECT max(id) FROM execution_entity))",
			);
			await client.query('COMMIT');
		},
		remove: async (ids) => {
			await client.query('DELETE FROM execution_entity WHERE id = ANY($1)', [ids]);
		},
		close: async () => await client.end(),
	};
}

async function insert(client: pg.Client, into: string, rows: unknown[][]): Promise<void> {
	let number = 0;
	const places = rows.map((row) => `(${row.map(() => `$${++number}`).join()})`).join();
	if (rows.length > 0) await client.query(`INSERT INTO ${into} VALUES ${places}`, rows.flat());
}
