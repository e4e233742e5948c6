import { describe, expect, test } from 'vitest';
import { N8nApi } from '../../lib/history/store/n8nApi.ts';
import type { ExecutionHead } from '../../lib/history/store/executions.ts';
import { readEvents } from '../../lib/history/readEvents.ts';
import { findRestarts } from '../../lib/history/restarts.ts';
import { isGap } from '../../lib/history/storedEvent.ts';
import { PooledHttp } from '../../lib/net/http.ts';
import { EVENT_STORE_KEY, N8nExecutionsStandIn } from '../support/n8nExecutions.mts';

const at = (time: string) => new Date(`2026-11-29T${time}Z`);
const head = (id: number, started: string, stopped: string, more: Partial<ExecutionHead> = {}) =>
	({
		id: String(id),
		workflowId: 'w',
		mode: 'webhook',
		status: 'success',
		startedAt: at(started),
		stoppedAt: at(stopped),
		...more,
	}) satisfies ExecutionHead;

const options = { starts: [], areStartsTold: false, upSince: undefined, now: at('20:00:00') };
const spans = (found: ReturnType<typeof findRestarts>) =>
	found.map(({ from, to, evidence, executionIds }) => [
		from?.toISOString().slice(11, 19),
		to.toISOString().slice(11, 19),
		evidence.join(),
		executionIds.join(),
	]);

describe('findRestarts', () => {
	const heads = [
		head(1, '10:00:00', '10:00:01'),
		head(2, '10:05:00', '10:05:09'),
		head(3, '12:00:00', '12:00:01'),
	];

	test('says nothing where nothing tells of one', () => {
		expect(findRestarts(heads, options)).toEqual([]);
	});

	test("goes from the last sign of life to when webhooks are registered, by n8n's own trigger", () => {
		const starts = [{ at: at('10:30:00'), executionId: '9' }];
		expect(spans(findRestarts(heads, { ...options, starts, areStartsTold: true }))).toEqual([
			['10:05:09', '10:31:00', 'n8n_trigger', '9'],
		]);
	});

	test('knows the start of the process, and not more than now', () => {
		const upSince = at('11:00:00');
		expect(spans(findRestarts(heads, { ...options, upSince }))).toEqual([
			['10:05:09', '12:01:00', 'process_start', ''],
		]);
		const early = { ...options, upSince, now: at('11:00:20') };
		expect(spans(findRestarts(heads.slice(0, 2), early))).toEqual([
			['10:05:09', '11:00:20', 'process_start', ''],
		]);
	});

	test('a crash tells of one where no start is told, whatever else it left behind', () => {
		const crashed = [
			head(4, '10:05:30', '10:06:00', { status: 'crashed' }),
			head(5, '10:05:40', '10:06:10', { status: 'crashed' }),
			head(6, '10:05:50', '10:06:10', { status: 'crashed', mode: 'manual' }),
		];
		expect(spans(findRestarts([...heads, ...crashed], options))).toEqual([
			['10:05:50', '12:01:00', 'crashed_execution', '4,5'],
		]);
		const told = { ...options, areStartsTold: true };
		expect(findRestarts([...heads, ...crashed], told)).toEqual([]);
	});

	test('two ways to know of one restart are one span, two restarts are two', () => {
		const starts = [
			{ at: at('10:06:30'), executionId: '8' },
			{ at: at('15:00:00'), executionId: '9' },
		];
		const upSince = at('14:59:30');
		const found = findRestarts(heads, { ...options, starts, areStartsTold: true, upSince });
		expect(spans(found)).toEqual([
			['10:05:09', '10:07:30', 'n8n_trigger', '8'],
			['12:00:01', '20:00:00', 'n8n_trigger,process_start', '9'],
		]);
	});

	test('the first start of all has no time before it', () => {
		expect(spans(findRestarts([], { ...options, upSince: at('09:00:00') }))).toEqual([
			[undefined, '20:00:00', 'process_start', ''],
		]);
	});
});

test('restarts come out as gaps where they are asked for, from what n8n has stored', async () => {
	const n8n = new N8nExecutionsStandIn();
	const baseUrl = await n8n.start();
	const http = new PooledHttp(baseUrl, { connections: 2, connectLimitMs: 5_000 });
	const api = new N8nApi(http, '/api/v1', EVENT_STORE_KEY, async () => undefined);
	n8n.workflow('w1');
	const node = {
		name: 'Started',
		type: 'n8n-nodes-base.n8nTrigger',
		parameters: { events: ['init'] },
	};
	n8n.workflow('recovering', { nodes: [node] });
	const event = { specversion: '1.0', id: 'e', source: '/shop', type: 'order.paid' };
	n8n.store('w1', event);
	const timestamp = '2026-01-01T00:10:00.000Z';
	const json = { event: 'Instance started', timestamp, workflow_id: 'recovering' };
	n8n.store('recovering', json, {
		mode: 'trigger',
		startedAt: timestamp,
		stoppedAt: timestamp,
		data: {
			resultData: { runData: { Started: [{ source: [], data: { main: [[{ json }]] } }] } },
		},
	});
	const restarts = async (asked: boolean) => {
		const found = [];
		for await (const entry of readEvents(api, {}, { restarts: asked })) {
			if (isGap(entry) && entry.reason === 'restart') found.push(entry);
		}
		return found;
	};
	expect(await restarts(false)).toEqual([]);
	expect(await restarts(true)).toMatchObject([
		{
			since: new Date('2026-01-01T00:01:01.000Z'),
			until: new Date('2026-01-01T00:11:00.000Z'),
			evidence: ['n8n_trigger'],
			executionIds: ['2'],
		},
	]);
	http.close();
	await n8n.stop();
});
