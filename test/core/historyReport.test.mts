import type { IDataObject, INode } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readingMemory } from '../../lib/history/memory/readingMemory.ts';
import { httpPools } from '../../lib/net/http.ts';
import { EventHistory } from '../../nodes/History/EventHistory.node.ts';
import { EVENT_STORE_KEY, N8nExecutionsStandIn } from '../support/n8nExecutions.mts';
import { runAction } from '../support/runAction.mts';

const node = new EventHistory();

let n8n: N8nExecutionsStandIn;
let baseUrl: string;

beforeEach(async () => {
	readingMemory.clear();
	n8n = new N8nExecutionsStandIn();
	baseUrl = await n8n.start();
	n8n.workflow('w1', { name: 'Orders' });
});
afterEach(async () => {
	httpPools.closeAll();
	await n8n.stop();
});

async function run(parameters: IDataObject = {}) {
	return await runAction(node, {
		items: [{ json: {} }],
		parameters: { resource: 'event', operation: 'report', ...parameters } as INode['parameters'],
		credentials: { realtimeWebhooksN8nEventStoreApi: { baseUrl, apiKey: EVENT_STORE_KEY } },
	});
}

function event(id: string, changes: Record<string, unknown> = {}) {
	return {
		specversion: '1.0',
		id,
		source: '/shop',
		type: 'kometia.order.paid',
		time: '2026-01-01T00:00:00.000Z',
		datacontenttype: 'application/json',
		verification: 'api-lookup',
		dedupekey: id,
		data: {},
		...changes,
	};
}

describe('Report', () => {
	it('gives the numbers, and the page as text and as a file', async () => {
		n8n.store('w1', event('e1'));
		n8n.store('w1', event('e2'), { status: 'error' });
		n8n.store('w1', event('e3', { type: 'kometia.order.created' }), {
			stoppedAt: '2026-01-01T00:05:00.000Z',
		});
		n8n.store('w1', event('e1', { replayof: '1' }), { mode: 'integrated' });
		const reasons = [
			{ reason: 'signature_mismatch', count: 4, whatToDo: 'Compare the secrets.' },
			{ reason: 'source_address_not_allowed', count: 1, whatToDo: 'Add the address.' },
		];
		const refusal = (id: string, data: object) =>
			event(id, { type: 'webhook.refused', dedupekey: `webhook.refused|${id}`, data });
		n8n.store('w1', refusal('r1', { refused: 5, reasons }));
		n8n.store('w1', refusal('r2', { refused: 4, reasons: [reasons[0]] }));
		n8n.store('w1', event('open'), { status: 'running', startedAt: new Date().toISOString() });
		const { outputs, error, stored } = await run({
			reportTitle: 'Orders & payments',
			options: { fileName: 'orders.html', binaryField: 'page' },
		});
		expect(error).toBeUndefined();
		const [item] = outputs[0] ?? [];
		const { html, ...numbers } = item?.json ?? {};
		expect(numbers).toMatchObject({
			title: 'Orders & payments',
			events: 3,
			failures: 1,
			failureRatio: 0.3333,
			firstAt: '2026-01-01T00:01:00.000Z',
			lastAt: '2026-01-01T00:03:00.000Z',
			types: [
				{ type: 'kometia.order.paid', total: 2, failures: 1, failureRatio: 0.5 },
				{ type: 'kometia.order.created', total: 1, failures: 0, slowestMs: 120_000 },
			],
			refusedDeliveries: 9,
			refused: [
				{ reason: 'signature_mismatch', count: 8, whatToDo: 'Compare the secrets.' },
				{ reason: 'source_address_not_allowed', count: 1 },
			],
			replays: { total: 1, succeeded: 1, failed: 0, events: 1 },
			// This process is younger than the executions.
			restarts: [{ reason: 'restart', since: '2026-01-01T00:06:01.000Z' }],
			gaps: [{ reason: 'running', count: 1 }],
		});
		expect((numbers.slowest as IDataObject[])[0]).toMatchObject({
			eventId: 'e3',
			durationMs: 120_000,
		});
		expect(numbers.overTime).toMatchObject([{ total: 3, failures: 1 }]);
		expect(html).toContain('<h1><bdi>Orders &amp; payments</bdi></h1>');
		expect(item?.binary?.page).toMatchObject({ fileName: 'orders.html', mimeType: 'text/html' });
		expect(Buffer.from(item?.binary?.page?.data ?? '', 'base64').toString()).toBe(html);
		expect((outputs[1] ?? []).map(({ json }) => json.reason)).toEqual(['running', 'restart']);
		expect(stored).not.toContain(EVENT_STORE_KEY);
	});

	it('shows what the filters choose, and names them', async () => {
		n8n.store('w1', event('e1'));
		n8n.store('w1', event('e2', { type: 'kometia.order.created' }));
		const filters = { eventTypes: 'kometia.order.paid', since: '2026-01-01T00:00:00Z' };
		const { outputs } = await run({ filters });
		const { events, html } = outputs[0]?.[0]?.json ?? {};
		expect(events).toBe(1);
		expect(html).toContain('Types: kometia.order.paid');
	});

	it('asks n8n for no data twice, and is the same the second time', async () => {
		for (let n = 1; n <= 300; n += 1) n8n.store('w1', event(`e${n}`));
		const first = await run();
		const before = n8n.calls.length;
		const second = await run();
		expect(n8n.calls.slice(before).filter((call) => call.includes('includeData=true'))).toEqual([]);
		const numbers = ({ outputs }: typeof first) => {
			const { html: _page, restarts: _untilNow, ...rest } = outputs[0]?.[0]?.json ?? {};
			return rest;
		};
		expect(numbers(second)).toEqual(numbers(first));
	});

	it('is a page without events where nothing fits', async () => {
		const { outputs, error } = await run();
		expect(error).toBeUndefined();
		expect(outputs[0]?.[0]?.json).toMatchObject({ events: 0, firstAt: null, overTime: [] });
	});
});
