import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { N8nClient } from '../scripts/n8n/n8nClient.mts';
import { tellFigure } from './figures.mts';
import { idle } from './idle.mts';
import { load } from './load.mts';
import { prepareTrigger } from './receiveCells.mts';

const CAPACITIES = [100, 1_000, 10_000, 50_000] as const;

/** Prints what a full memory of each capacity costs the throughput of deliveries. */
export async function measureCapacities(
	client: N8nClient,
	userFolder: string,
	seconds: number,
): Promise<void> {
	console.log('');
	for (const capacity of CAPACITIES) {
		const cell = await prepareTrigger(client, `Capacity ${capacity}`, {
			options: { deduplicationCapacity: capacity },
		});
		await load(cell.url, 1, cell.next);
		await idle(client);
		fill(userFolder, cell.workflowId, capacity);
		const { requestsPerSecond, p50, p99 } = await load(cell.url, seconds, cell.next);
		await idle(client);
		tellFigure({
			group: 'Accepted, with a full memory of duplicates',
			name: `Deduplication Capacity ${capacity} (p50 ${p50} ms, p99 ${p99} ms)`,
			value: requestsPerSecond,
			unit: 'requests/s',
		});
	}
}

/** Fills n8n's store as that many events would, without sending them. */
function fill(userFolder: string, workflowId: string, capacity: number): void {
	const database = new DatabaseSync(join(userFolder, '.n8n', 'database.sqlite'));
	try {
		database.exec('PRAGMA busy_timeout = 10000');
		const md5 = () => createHash('md5').update(randomBytes(16)).digest('base64');
		const value = JSON.stringify({ mode: 'entries', data: Array.from({ length: capacity }, md5) });
		const { changes } = database
			.prepare('UPDATE processed_data SET value = ? WHERE "workflowId" = ?')
			.run(value, workflowId);
		if (changes !== 1) throw new Error(`n8n's store of ${workflowId} was not found`);
	} finally {
		database.close();
	}
}
