import { afterEach, beforeEach, expect, test } from 'vitest';
import { PooledHttp } from '../../lib/net/http.ts';
import { N8nApi } from '../../lib/history/store/n8nApi.ts';
import { listExecutionsSince } from '../../lib/replay/listExecutions.ts';
import { EVENT_STORE_KEY, N8nExecutionsStandIn } from '../support/n8nExecutions.mts';

let n8n: N8nExecutionsStandIn;
let http: PooledHttp;
let api: N8nApi;

beforeEach(async () => {
	n8n = new N8nExecutionsStandIn();
	http = new PooledHttp(await n8n.start(), { connections: 2, connectLimitMs: 5_000 });
	api = new N8nApi(http, '/api/v1', EVENT_STORE_KEY, async () => undefined);
	n8n.workflow('w1');
});
afterEach(async () => {
	http.close();
	await n8n.stop();
});

test('one that n8n cannot write as JSON does not keep Recover from the others', async () => {
	const event = { specversion: '1.0', id: 'e', source: '/shop', type: 'order.paid' };
	n8n.store('w1', event, { status: 'running', isUnwritable: true });
	n8n.store('w1', event, { status: 'running' });
	n8n.store('w1', event, { status: 'crashed', isUnwritable: true });
	const since = new Date('2026-01-01T00:00:00Z');
	const listed = await listExecutionsSince(api, since, { upSince: new Date('2026-02-01') });
	expect(listed.map(({ id, status }) => [id, status]).sort()).toEqual([
		['1', 'running'],
		['2', 'crashed'],
		['3', 'crashed'],
	]);
	expect(n8n.calls.length).toBeLessThan(8);
});
