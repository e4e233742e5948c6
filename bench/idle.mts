import { setTimeout as sleep } from 'node:timers/promises';
import type { N8nClient } from '../scripts/n8n/n8nClient.mts';

/** Waits until nothing of the last cell is still running. */
export async function idle(client: N8nClient): Promise<void> {
	for (let tries = 0; tries < 600; tries++) {
		const filter = { includeData: false, limit: 1 };
		const running = await client.listExecutions({ ...filter, status: 'running' });
		const waiting = await client.listExecutions({ ...filter, status: 'new' });
		if (running.length + waiting.length === 0) return await sleep(500);
		await sleep(250);
	}
	throw new Error('n8n did not come to rest within 150 s');
}
