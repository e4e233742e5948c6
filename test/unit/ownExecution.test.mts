import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEvents } from '../../lib/history/readEvents.ts';
import { N8nApi } from '../../lib/history/store/n8nApi.ts';
import { isGap } from '../../lib/history/storedEvent.ts';
import { PooledHttp } from '../../lib/net/http.ts';
import { EVENT_STORE_KEY, N8nExecutionsStandIn } from '../support/n8nExecutions.mts';

let n8n: N8nExecutionsStandIn;
let http: PooledHttp;

beforeEach(async () => {
	n8n = new N8nExecutionsStandIn();
	http = new PooledHttp(await n8n.start(), { connections: 2, connectLimitMs: 5_000 });
	n8n.workflow('w1');
	n8n.store('w1', event('ended'));
});
afterEach(async () => {
	http.close();
	await n8n.stop();
});

function event(id: string) {
	return { specversion: '1.0', id, source: '/shop', type: 'order.paid' };
}

/** Reads everything, as an execution that runs itself. */
async function read(ownExecutionId: string, order: 'newest' | 'oldest' = 'newest') {
	const api = new N8nApi(http, '/api/v1', EVENT_STORE_KEY, async () => undefined);
	n8n.calls.splice(0);
	const events: unknown[] = [];
	const gaps: unknown[] = [];
	for await (const entry of readEvents(api, {}, { ownExecutionId, order })) {
		if (isGap(entry)) gaps.push([entry.reason, entry.executionIds]);
		else events.push(entry.event.id);
	}
	return { events, gaps, running: n8n.calls.filter((call) => call.includes('status=running')) };
}

test.each(['newest', 'oldest'] as const)(
	'the execution that reads is neither an event nor a gap: %s first',
	async (order) => {
		n8n.store('w1', event('own'), { status: 'running' });
		expect(await read('2', order)).toMatchObject({ events: ['ended'], gaps: [] });
		n8n.store('w1', event('other'), { status: 'running' });
		expect(await read('2', order)).toMatchObject({ gaps: [['running', ['3']]] });
		expect(await read('3', order)).toMatchObject({ gaps: [['running', ['2']]] });
	},
);

test('one request tells that nothing runs but the execution that reads', async () => {
	n8n.store('w1', event('own'), { status: 'running' });
	expect((await read('2')).running).toHaveLength(1);
});
