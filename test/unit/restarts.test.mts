import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HistoryFilters } from '../../lib/history/filters.ts';
import { RememberedExecutions } from '../../lib/history/memory/rememberedExecutions.ts';
import { N8nApi } from '../../lib/history/store/n8nApi.ts';
import type { ExecutionHead } from '../../lib/history/store/executions.ts';
import { readEvents } from '../../lib/history/readEvents.ts';
import {
	findRestarts as restartsOf,
	restartGaps,
	SignsOfLife,
} from '../../lib/history/restarts.ts';
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

function findRestarts(heads: readonly ExecutionHead[], given: Parameters<typeof restartsOf>[1]) {
	const signs = new SignsOfLife();
	for (const one of heads) signs.see(one);
	return restartsOf(signs, given);
}

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

describe('restarts of a history that is read for its events too', () => {
	let n8n: N8nExecutionsStandIn;
	let http: PooledHttp;
	let api: N8nApi;

	beforeEach(async () => {
		n8n = new N8nExecutionsStandIn();
		http = new PooledHttp(await n8n.start(), { connections: 2, connectLimitMs: 5_000 });
		api = new N8nApi(http, '/api/v1', EVENT_STORE_KEY, async () => undefined);
		n8n.workflow('w1');
		n8n.workflow('w2');
		for (let n = 1; n <= 600; n += 1) {
			const workflow = n % 3 === 0 ? 'w2' : 'w1';
			const event = { specversion: '1.0', id: `e${n}`, source: '/shop', type: 'order.paid' };
			const status = n % 140 === 0 ? 'crashed' : n === 410 ? 'running' : 'success';
			n8n.store(workflow, event, { status });
		}
		// It never began, and n8n has no start of it.
		Object.assign(n8n.executions[200] ?? {}, { status: 'canceled', startedAt: null });
	});
	afterEach(async () => {
		http.close();
		await n8n.stop();
	});

	const since = new Date('2026-01-01T03:00:00Z');
	const until = new Date('2026-01-01T06:00:00Z');
	test.each<[name: string, filters: HistoryFilters, pages: number]>([
		['all', {}, 3],
		['all, of some types', { eventTypes: ['order.*'], statuses: [] }, 3],
		// Beside both lists of what never began, and what there was in the day before.
		['since a time', { since }, 5],
		['since a time of the event', { since, timeOf: 'event' }, 5],
		['between two times', { since, until }, 6],
		['of a workflow', { workflowIds: ['w1'] }, 6],
		['with a status', { statuses: ['crashed'] }, 5],
	])('are the same as when they are asked for alone: %s', async (_name, filters, pages) => {
		for (const upSince of [undefined, new Date('2026-01-01T08:00:00Z')]) {
			const memory = new RememberedExecutions();
			const options = { restarts: true, upSince, memory };
			const restarts = async () => {
				const found = [];
				for await (const entry of readEvents(api, filters, options)) {
					if (isGap(entry) && entry.reason === 'restart') found.push(entry);
				}
				return found;
			};
			await restarts();
			n8n.calls.splice(0);
			const found = await restarts();
			const long = n8n.calls.filter((call) => call.includes('limit=250'));
			expect(long.length, long.join()).toBeLessThanOrEqual(pages);
			const alone = [];
			const asked = { since: filters.since, until: filters.until, upSince };
			for await (const one of restartGaps(api, asked)) alone.push(one);
			expect(found).toEqual(alone);
			expect(found.length).toBeGreaterThan(0);
		}
	});
});
