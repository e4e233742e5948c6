import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { IDataObject, INode } from 'n8n-workflow';
import { httpPools } from '../../lib/net/http.ts';
import { EventHistory } from '../../nodes/History/EventHistory.node.ts';
import {
	crashedWith,
	runningWith,
	EVENT_STORE_KEY,
	N8nExecutionsStandIn,
	redacted,
	startedWith,
	type KeptExecution,
} from '../support/n8nExecutions.mts';
import { runAction, type ActionOutcome } from '../support/runAction.mts';

const node = new EventHistory();

let n8n: N8nExecutionsStandIn;
let baseUrl: string;

beforeEach(async () => {
	n8n = new N8nExecutionsStandIn();
	baseUrl = await n8n.start();
	n8n.workflow('w1', { name: 'Orders' });
	n8n.workflow('w2', { name: 'Chats' });
});
afterEach(async () => {
	httpPools.closeAll();
	await n8n.stop();
});

interface RunOptions {
	items?: IDataObject[];
	credential?: IDataObject;
	onError?: INode['onError'];
}

async function run(parameters: IDataObject, options: RunOptions = {}): Promise<ActionOutcome> {
	const { items = [{}], credential, onError } = options;
	return await runAction(node, {
		items: items.map((json) => ({ json })),
		parameters: { resource: 'event', returnAll: true, ...parameters } as INode['parameters'],
		credentials: {
			realtimeWebhooksN8nEventStoreApi: {
				baseUrl,
				apiKey: EVENT_STORE_KEY,
				...credential,
			} as never,
		},
		onError,
	});
}

const getMany = async (
	filters: IDataObject = {},
	options: IDataObject = {},
	more: RunOptions = {},
) => await run({ operation: 'getMany', filters, options }, more);

const rows = ({ outputs, error }: ActionOutcome, output = 0) => {
	expect(error).toBeUndefined();
	return (outputs[output] ?? []).map(({ json }) => json);
};

const eventIds = (outcome: ActionOutcome) =>
	rows(outcome).map(({ event }) => (event as { id: string }).id);

const reasons = (outcome: ActionOutcome) => rows(outcome, 1).map(({ reason }) => reason);

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
		data: { raw: {} },
		...changes,
	};
}

/** Stores `count` events of the first workflow, `e1`, `e2`, … */
function store(count: number, changes: (n: number) => Partial<KeptExecution> = () => ({})) {
	for (let n = 1; n <= count; n += 1) n8n.store('w1', event(`e${n}`), changes(n));
}

describe('Get Many', () => {
	it('gives one item for each event, newest first', async () => {
		n8n.store('w1', event('e1', { subject: 'order-1', data: { total: 5, raw: {} } }));
		n8n.store('w2', event('e2'), { status: 'error' });
		const outcome = await getMany();
		expect(eventIds(outcome)).toEqual(['e2', 'e1']);
		expect(rows(outcome)[1]).toEqual({
			event: event('e1', { subject: 'order-1', data: { total: 5, raw: {} } }),
			executionId: '1',
			workflowId: 'w1',
			workflowName: 'Orders',
			trigger: 'Trigger',
			mode: 'webhook',
			status: 'success',
			startedAt: '2026-01-01T00:01:00.000Z',
			stoppedAt: '2026-01-01T00:01:01.000Z',
			durationMs: 1000,
			failedNode: null,
			error: null,
			retriedBy: null,
			replayOf: null,
			executionUrl: 'https://n8n.example.com/workflow/w1/executions/1',
		});
		expect(rows(outcome)[0]).toMatchObject({
			status: 'error',
			failedNode: 'Work',
			error: 'it broke',
			workflowName: 'Chats',
		});
		expect(rows(outcome, 1)).toEqual([]);
		expect(outcome.stored).not.toContain(EVENT_STORE_KEY);
	});

	test.each([0, 1, 9, 10, 11, 89, 90, 91, 340, 777])(
		'%i executions come once each, newest or oldest first',
		async (count) => {
			store(count);
			const expected = Array.from({ length: count }, (_, index) => `e${index + 1}`);
			expect(eventIds(await getMany({}, { order: 'oldest' }))).toEqual(expected);
			const newest = await getMany();
			expect(eventIds(newest)).toEqual(expected.reverse());
			expect(rows(newest, 1)).toEqual([]);
		},
	);

	it('stops at the limit and leaves the rest unread', async () => {
		store(500);
		const outcome = await run({ operation: 'getMany', returnAll: false, limit: 3 });
		expect(eventIds(outcome)).toEqual(['e500', 'e499', 'e498']);
		expect(n8n.calls.filter((call) => call.includes('includeData=true')).length).toBeLessThan(5);
		expect(rows(outcome, 1)).toEqual([]);
	});

	it('asks for the next page while it looks at one, and for no more', async () => {
		store(1_000);
		await getMany();
		expect(n8n.atOnce.most).toBeLessThanOrEqual(2);
		const sizes = n8n.calls
			.filter((call) => call.includes('includeData=true') && !call.includes('status='))
			.map((call) => Number(/limit=(\d+)/.exec(call)?.[1]));
		expect(sizes).toEqual([10, 80, 250, 250, 250, 250]);
	});

	it('asks for less at once where executions are large', async () => {
		const large = startedWith('Trigger', [event('e', { data: { raw: 'x'.repeat(400_000) } })]);
		store(40, () => ({ data: large }));
		const outcome = await getMany();
		expect(rows(outcome)).toHaveLength(40);
		const sizes = n8n.calls
			.filter((call) => call.includes('includeData=true') && !call.includes('status='))
			.map((call) => Number(/limit=(\d+)/.exec(call)?.[1]));
		expect(Math.max(...sizes.slice(1))).toBe(5);
	});

	it('takes filters from each item', async () => {
		store(3);
		const filters = { eventId: '={{ $json.id }}' };
		const outcome = await getMany(filters, {}, { items: [{ id: 'e3' }, { id: 'e1' }] });
		expect(eventIds(outcome)).toEqual(['e3', 'e1']);
		expect(outcome.outputs[0]?.map(({ pairedItem }) => pairedItem)).toMatchObject([
			{ item: 0 },
			{ item: 1 },
		]);
	});
});

describe('filters', () => {
	beforeEach(() => {
		n8n.store('w1', event('e1', { source: '/inbox-hub/one', type: 'whatsapp.message.received' }));
		n8n.store('w1', event('e2', { data: { raw: { note: 'Ñandú 77' } } }), { status: 'error' });
		n8n.store('w2', event('e3', { subject: 's-3', time: '2025-06-01T00:00:00Z' }));
		n8n.store('w2', event('e4', { subject: 's-4' }), {
			status: 'crashed',
			data: crashedWith('Trigger', [event('e4', { subject: 's-4' })]),
		});
		n8n.store('w1', event('e5'), { status: 'waiting', stoppedAt: null });
		n8n.store('w1', event('e6'), { status: 'canceled' });
		n8n.store('w1', event('e7'), { status: 'new', startedAt: null, stoppedAt: null });
	});

	test.each<[IDataObject, string[]]>([
		[{}, ['e7', 'e6', 'e5', 'e4', 'e3', 'e2', 'e1']],
		[{ workflows: ['w2'] }, ['e4', 'e3']],
		[{ workflows: 'w1, w2', subject: 's-*' }, ['e4', 'e3']],
		[{ eventTypes: 'whatsapp.*' }, ['e1']],
		[{ sources: '/inbox-hub/*, /nowhere' }, ['e1']],
		[{ eventId: 'e3' }, ['e3']],
		[{ text: 'ñandú 77' }, ['e2']],
		[{ status: ['error'] }, ['e2']],
		[{ status: ['error', 'crashed'] }, ['e4', 'e2']],
		[{ status: ['success'] }, ['e3', 'e1']],
		[{ status: ['waiting', 'canceled', 'new'] }, ['e7', 'e6', 'e5']],
		[{ status: ['success', 'error'], workflows: ['w1'] }, ['e2', 'e1']],
		[{ since: '2026-01-01T00:03:00Z', until: '2026-01-01T00:05:00Z' }, ['e5', 'e4', 'e3']],
		// What waits for its turn has no start yet: it is of now.
		[{ since: '2026-01-01T00:06:00Z' }, ['e7', 'e6']],
		[{ since: '2026-01-01T00:06:00Z', status: ['new'] }, ['e7']],
		[{ timeOf: 'event', until: '2025-12-31T00:00:00Z' }, ['e3']],
	])('%j', async (filters, expected) => {
		expect(eventIds(await getMany(filters))).toEqual(expected);
		const oldest = await getMany(filters, { order: 'oldest' });
		expect(eventIds(oldest)).toEqual([...expected].reverse());
	});

	describe('what ended before it began, as when Redis has lost the queue', () => {
		const hour = (n: number) => `2026-01-01T0${n}:00:00.000Z`;
		beforeEach(() => {
			const lost = { startedAt: null, stoppedAt: hour(9) };
			const stack = (id: string) => runningWith('Trigger', [event(id)]);
			for (const n of [1, 2, 3]) {
				const [id, other] = [`lost-${n}`, `stopped-${n}`];
				const createdAt = hour(n);
				n8n.store('w1', event(id), { ...lost, createdAt, status: 'crashed', data: stack(id) });
				n8n.store('w2', event(other), {
					...lost,
					createdAt,
					status: 'canceled',
					data: stack(other),
				});
			}
		});

		test.each<[IDataObject, string[]]>([
			[{ since: hour(2), until: hour(2).replace('00:00.', '30:00.') }, ['stopped-2', 'lost-2']],
			[{ since: hour(2), status: ['crashed'] }, ['lost-3', 'lost-2']],
			[{ until: hour(1), status: ['crashed', 'canceled'], workflows: ['w2'] }, ['stopped-1', 'e4']],
			[{ until: hour(2), status: ['canceled'] }, ['stopped-2', 'stopped-1', 'e6']],
			[{ since: hour(4) }, ['e7']],
			[{ since: hour(1), status: ['error'] }, []],
			[{ since: '2025-01-01', timeOf: 'event', eventId: 'lost-1' }, ['lost-1']],
		])('%j', async (filters, expected) => {
			const found = eventIds(await getMany(filters));
			expect(found).toEqual(expected);
			const oldest = await getMany(filters, { order: 'oldest' });
			expect(eventIds(oldest)).toEqual([...expected].reverse());
		});

		it('comes once, with the outcome of its retry', async () => {
			const [first] = n8n.executions.filter(({ status }) => status === 'crashed').slice(-3);
			n8n.store('w1', event('lost-1'), {
				mode: 'retry',
				retryOf: String(first?.id),
				startedAt: hour(4),
				stoppedAt: hour(4),
			});
			const found = rows(await getMany({ since: hour(1), eventId: 'lost-1' }));
			expect(found.map(({ status }) => status)).toEqual(['success']);
		});

		it('that is gone meanwhile is a gap', async () => {
			n8n.onCall = (call) => {
				if (!/executions\/\d+\?includeData=true/.test(call)) return;
				n8n.executions.splice(0);
			};
			const outcome = await getMany({ since: hour(3), status: ['crashed'] });
			expect(eventIds(outcome)).toEqual([]);
			expect(rows(outcome, 1)).toContainEqual(expect.objectContaining({ reason: 'not_found' }));
		});
	});

	it("reads times without a zone in the workflow's", async () => {
		const outcome = await getMany({
			since: '={{ "2026-01-01T00:05:00+00:00" }}',
			status: ['waiting'],
		});
		expect(eventIds(outcome)).toEqual(['e5']);
	});

	test.each<[IDataObject, string]>([
		[{ since: 'yesterday' }, "'Since' is not a time"],
		[{ until: 'soon' }, "'Until' is not a time"],
		[{ since: '2026-01-02', until: '2026-01-01' }, "'Since' is later than 'Until'"],
		[{ status: '={{ ["failed"] }}' }, "'Status' contains 'failed', which is not a status"],
		[{ since: '={{ 1760000000000000 }}' }, "'Since' is not a time"],
		[{ until: '={{ 1760000000000000 }}' }, "'Until' is not a time"],
		[{ eventId: '={{ ["e1"] }}' }, "The filter 'Event ID' is not text"],
		[{ text: '={{ { a: 1 } }}' }, "The filter 'Data Contains' is not text"],
		[{ eventTypes: '={{ [{ type: "a" }] }}' }, "The filter 'Event Types' is not text"],
		[{ sources: '={{ {} }}' }, "The filter 'Sources' is not text"],
		[{ subject: '={{ true }}' }, "The filter 'Subject' is not text"],
		[{ timeOf: '={{ "start" }}' }, "'Filter Time By' is not one of its choices: execution, event"],
		[{ workflows: '={{ { id: "w1" } }}' }, "The filter 'Workflow Names or IDs' is not text"],
	])('names what cannot be read in %j, before it asks n8n', async (filters, message) => {
		const { error } = await getMany(filters);
		expect(error?.message).toContain(message);
		expect(n8n.calls).toEqual([]);
	});

	it.each([
		[{ order: '={{ "latest" }}' }, "'Order' is not one of its choices: newest, oldest"],
		[{ order: '={{ ["oldest"] }}' }, "'Order' is not one of its choices: newest, oldest"],
		[
			{ memoryMb: '={{ "much" }}' },
			"'Memory for Repeated Reads (MB)' is not a number from 0 to 512",
		],
		[{ memoryMb: '={{ -1 }}' }, "'Memory for Repeated Reads (MB)' is not a number from 0 to 512"],
	])('refuses the option %j, before it asks n8n', async (options, message) => {
		const { error } = await run({ operation: 'getMany', options });
		expect(error?.message).toBe(message);
		expect(n8n.calls).toEqual([]);
	});

	test.each(['={{ 0 }}', '={{ -1 }}', '={{ "all" }}', '={{ [] }}'])(
		"a 'Limit' of %j is refused: no events would look like none that fit",
		async (limit) => {
			const { error } = await run({ operation: 'getMany', returnAll: false, limit });
			expect(error?.message).toBe("'Limit' is not a number from 1 up");
			expect(n8n.calls).toEqual([]);
		},
	);

	it("takes the default 'Limit' where an expression gives nothing", async () => {
		store(51);
		const limit = '={{ undefined }}';
		expect(eventIds(await run({ operation: 'getMany', returnAll: false, limit }))).toHaveLength(50);
	});

	test.each([
		['={{ undefined }}', "'Event ID' is empty"],
		['={{ null }}', "'Event ID' is empty"],
		['={{ ["e1"] }}', "'Event ID' is not text"],
	])('Get looks for no event of the id %j', async (eventId, message) => {
		const { error } = await run({ operation: 'get', by: 'eventId', eventId });
		expect(error?.message).toBe(message);
		expect(n8n.calls).toEqual([]);
	});
});

describe('what counts as an event', () => {
	it('are not test runs, unless asked for', async () => {
		n8n.store('w1', event('e1'), { mode: 'manual' });
		expect(eventIds(await getMany())).toEqual([]);
		expect(eventIds(await getMany({}, { includeTestRuns: true }))).toEqual(['e1']);
	});

	it('are not replays nor sub-workflows; replays where asked for', async () => {
		n8n.store('w1', event('e1'));
		n8n.store('w2', event('e1'), { mode: 'integrated' });
		n8n.store('w1', event('e1', { replayof: '1' }), { mode: 'integrated' });
		expect(rows(await getMany()).map(({ executionId }) => executionId)).toEqual(['1']);
		const all = rows(await getMany({}, { includeReplays: true }));
		expect(all.map(({ executionId, replayOf }) => [executionId, replayOf])).toEqual([
			['3', '1'],
			['1', null],
		]);
	});

	test.each(['newest', 'oldest'])(
		'are not retries: those are the outcome of what they retried (%s first)',
		async (order) => {
			n8n.store('w1', event('e1'), { status: 'error', retrySuccessId: '5' });
			n8n.store('w1', event('e2'), { status: 'error' });
			const again = startedWith('Trigger', [event('e2')], 'broke otherwise');
			n8n.store('w1', event('e2'), { mode: 'retry', retryOf: '2', status: 'error', data: again });
			n8n.store('w1', event('e1'), { mode: 'retry', retryOf: '1', status: 'error' });
			n8n.store('w1', event('e1'), { mode: 'retry', retryOf: '1', status: 'success' });
			const found = rows(await getMany({}, { order }));
			const told = found.map(({ executionId, status, error, retriedBy }) => [
				executionId,
				status,
				error,
				retriedBy,
			]);
			expect(order === 'newest' ? told.reverse() : told).toEqual([
				['1', 'success', null, '5'],
				['2', 'error', 'broke otherwise', '3'],
			]);
			expect(eventIds(await getMany({ status: ['error'] }, { order }))).toEqual(['e2']);
			expect(eventIds(await getMany({ status: ['success'] }, { order }))).toEqual(['e1']);
		},
	);

	test.each(['newest', 'oldest'])(
		'survive in a retry whose original is gone (%s)',
		async (order) => {
			n8n.store('w1', event('e1'), { id: 5, mode: 'retry', retryOf: '2' });
			expect(rows(await getMany({}, { order }))).toMatchObject([
				{ event: { id: 'e1' }, executionId: '5', mode: 'retry' },
			]);
		},
	);

	it('do not come in again by a retry of what is older than Since', async () => {
		n8n.store('w1', event('e1'), { status: 'error', retrySuccessId: '2' });
		n8n.store('w1', event('e1'), { mode: 'retry', retryOf: '1' });
		expect(eventIds(await getMany({ since: '2026-01-01T00:02:00Z' }))).toEqual([]);
	});

	it("are requests to n8n's own Webhook node where asked for", async () => {
		n8n.workflow('w3', { nodes: [{ name: 'Webhook', type: 'n8n-nodes-base.webhook' }] });
		const item = { headers: { 'webhook-id': 'm1' }, query: {}, params: {}, body: { a: 1 } };
		n8n.store('w3', {}, { data: startedWith('Webhook', [item]) });
		expect(rows(await getMany())).toEqual([]);
		const found = rows(await getMany({ eventTypes: 'n8n.*' }, { includeN8nWebhook: true }));
		expect(found).toMatchObject([
			{ event: { id: 'm1', type: 'n8n.webhook', data: { body: { a: 1 } } } },
		]);
	});
});

describe('Gaps', () => {
	test.each(['newest', 'oldest'])('%s first: what n8n leaves out without a word', async (order) => {
		// All of the last page, on which n8n says that there is nothing more.
		store(60, (n) => ({ isDataLost: n <= 15 || n === 60 || n === 33 }));
		const outcome = await getMany({}, { order });
		expect(rows(outcome)).toHaveLength(43);
		expect(rows(outcome, 1)).toMatchObject([{ reason: 'unreadable', count: 17, workflowId: 'w1' }]);
		expect(rows(outcome, 1)[0]?.executionIds).toHaveLength(10);
	});

	test.each(['newest', 'oldest'])(
		'%s first: what n8n cannot write as JSON, at the cost of few requests',
		async (order) => {
			store(200, (n) => ({ isUnwritable: n === 1 || n === 77 || n === 200 }));
			const outcome = await getMany({}, { order });
			expect(rows(outcome)).toHaveLength(197);
			expect(rows(outcome, 1)).toMatchObject([
				{ reason: 'unreadable', count: 3, workflowId: 'w1' },
			]);
			expect(rows(outcome, 1)[0]?.executionIds).toEqual(expect.arrayContaining(['1', '77', '200']));
			// Six pages or so, and for each of the three about 2 log2 of its page.
			expect(n8n.calls.length).toBeLessThan(85);
		},
	);

	it('one that n8n cannot write is passed over by Summarize, and told', async () => {
		store(30, (n) => ({ isUnwritable: n === 12 }));
		const outcome = await run({ operation: 'summarize', filters: {}, options: {} });
		expect(rows(outcome, 1)).toMatchObject([{ reason: 'unreadable', executionIds: ['12'] }]);
		expect(JSON.stringify(rows(outcome))).toContain('29');
	});

	it('an n8n that cannot write anything fails soon, and says so', async () => {
		store(400, () => ({ isUnwritable: true }));
		const { error } = await getMany();
		expect(error?.message).toContain("can't read the data of any of the newest 50");
		expect(n8n.calls.length).toBeLessThan(200);
	});

	it('tells of what is redacted, for workflows that bring events', async () => {
		n8n.workflow('w3', { nodes: [{ name: 'Trigger', type: 'n8n-nodes-base.scheduleTrigger' }] });
		n8n.store('w1', event('e1'), { data: redacted(startedWith('Trigger', [event('e1')])) });
		n8n.store('w3', {}, { data: redacted(startedWith('Trigger', [{}])) });
		expect(rows(await getMany(), 1)).toEqual([
			{
				reason: 'redacted',
				count: 1,
				executionIds: ['1'],
				workflowId: 'w1',
				workflowName: 'Orders',
				hint: expect.stringContaining('execution:reveal'),
			},
		]);
	});

	it('tells of what is too large, and reads it where asked to', async () => {
		store(3, (n) => ({ jsonSizeBytes: n === 2 ? 2_000_000 : 1_000 }));
		n8n.maxDisplaySize = 1_000_000;
		const outcome = await getMany();
		expect(eventIds(outcome)).toEqual(['e3', 'e1']);
		expect(rows(outcome, 1)).toMatchObject([
			{
				reason: 'too_large',
				executionIds: ['2'],
				hint: expect.stringContaining('EXECUTIONS_DATA_MAX_DISPLAY_SIZE'),
			},
		]);
		const large = await getMany({}, { readLargeExecutions: true });
		expect(eventIds(large)).toEqual(['e3', 'e2', 'e1']);
		expect(rows(large, 1)).toEqual([]);
		n8n.executions[1] = { ...(n8n.executions[1] as KeptExecution), jsonSizeBytes: 70_000_000 };
		expect(reasons(await getMany({}, { readLargeExecutions: true }))).toEqual(['too_large']);
	});

	it('tells of what still runs, or gives it where the status is chosen', async () => {
		const startedAt = new Date().toISOString();
		store(3, (n) => (n === 2 ? { status: 'running', startedAt } : {}));
		const outcome = await getMany();
		expect(eventIds(outcome)).toEqual(['e3', 'e1']);
		expect(rows(outcome, 1)).toMatchObject([{ reason: 'running', count: 1, executionIds: ['2'] }]);
		const chosen = await getMany({ status: ['running'] });
		expect(rows(chosen)).toMatchObject([
			{ event: { id: 'e2' }, status: 'running', durationMs: null },
		]);
		expect(rows(chosen, 1)).toEqual([]);
	});

	it('leaves alone what goes on after a wait that a restart has not ended', async () => {
		const data = startedWith('Trigger', [event('e2')]);
		store(3, (n) => (n === 2 ? { status: 'running', data } : {}));
		expect(rows(await getMany(), 1)).toMatchObject([{ reason: 'running', executionIds: ['2'] }]);
		expect(eventIds(await getMany({ status: ['crashed'] }))).toEqual([]);
	});

	it('calls crashed what has been running since before n8n was started', async () => {
		store(3, (n) => (n === 2 ? { status: 'running' } : {}));
		const outcome = await getMany();
		expect(eventIds(outcome)).toEqual(['e3', 'e2', 'e1']);
		expect(rows(outcome, 1)).toEqual([]);
		const crashed = await getMany({ status: ['error', 'crashed'] });
		expect(rows(crashed)).toMatchObject([{ event: { id: 'e2' }, status: 'crashed' }]);
		expect(eventIds(await getMany({ status: ['running'] }))).toEqual([]);
		process.env.EXECUTIONS_MODE = 'queue';
		try {
			expect(eventIds(await getMany({ status: ['running'] }))).toEqual(['e2']);
			expect(eventIds(await getMany({ status: ['crashed'] }))).toEqual([]);
		} finally {
			delete process.env.EXECUTIONS_MODE;
		}
	});

	it('loses nothing that ends while it reads', async () => {
		store(30, (n) => (n === 25 ? { status: 'running' } : {}));
		n8n.onCall = (call) => {
			const running = n8n.executions.find(({ status }) => status === 'running');
			if (running && !call.includes('status=running')) running.status = 'success';
		};
		const outcome = await getMany();
		const lost = Array.from({ length: 30 }, (_, index) => `e${index + 1}`).filter(
			(id) => !eventIds(outcome).includes(id),
		);
		expect(reasons(outcome)).toEqual(lost.length === 0 ? [] : ['running']);
	});

	it('tells of workflows whose events are not saved', async () => {
		n8n.workflow('w3', { name: 'No success', settings: { saveDataSuccessExecution: 'none' } });
		n8n.workflow('w4', { name: 'No failure', settings: { saveDataErrorExecution: 'none' } });
		n8n.workflow('w5', {
			settings: { saveDataSuccessExecution: 'none' },
			nodes: [{ name: 'Schedule', type: 'n8n-nodes-base.scheduleTrigger' }],
		});
		expect(rows(await getMany(), 1)).toMatchObject([
			{ reason: 'not_saved', workflowId: 'w3', hint: expect.stringContaining('Save successful') },
			{ reason: 'not_saved', workflowId: 'w4', workflowName: 'No failure' },
		]);
		const failures = await getMany({ status: ['error'], workflows: ['w1', 'w3', 'w4'] });
		expect(rows(failures, 1)).toMatchObject([{ workflowId: 'w4' }]);
	});

	it('counts the ids that n8n has given out and shows nothing under', async () => {
		store(20);
		n8n.executions.splice(5, 3);
		n8n.workflow('w3', { isForeign: true });
		n8n.executions.push({ ...(n8n.executions[0] as KeptExecution), id: 21, workflowId: 'w3' });
		n8n.store('w1', event('last'));
		const outcome = await getMany();
		expect(rows(outcome, 1)).toMatchObject([{ reason: 'missing', count: 4 }]);
		expect(reasons(await getMany({ workflows: ['w1'] }))).toEqual([]);
	});

	it('tells of workflows that the key may not read', async () => {
		n8n.workflow('w3', { isForeign: true });
		const outcome = await getMany({ workflows: ['w1', 'w3', 'gone'] });
		expect(rows(outcome, 1)).toMatchObject([
			{ reason: 'no_access', workflowId: 'w3' },
			{ reason: 'no_access', workflowId: 'gone' },
		]);
	});

	it('tells from when on n8n has deleted', async () => {
		store(60);
		n8n.executions.splice(0, 29);
		n8n.executions.unshift({
			...(n8n.executions[0] as KeptExecution),
			id: 3,
			status: 'waiting',
			startedAt: '2026-01-01T00:03:00.000Z',
		});
		const pruned = { reason: 'pruned', until: '2026-01-01T00:30:00.000Z' };
		const hint = expect.stringContaining('EXECUTIONS_DATA_MAX_AGE');
		const all = rows(await getMany({ workflows: ['w1'] }), 1);
		expect(all).toMatchObject([{ ...pruned, hint }]);
		const since = '2026-01-01T00:20:00.000Z';
		expect(rows(await getMany({ since, workflows: ['w1'] }), 1)).toMatchObject([
			{ ...pruned, since },
		]);
		// From here on everything is there.
		expect(reasons(await getMany({ since: '2026-01-01T00:30:00Z' }))).toEqual([]);
		expect(reasons(await getMany({ since: '2026-01-01T00:31:00Z' }))).toEqual([]);
	});
});

describe('Get', () => {
	const get = async (parameters: IDataObject) => await run({ operation: 'get', ...parameters });

	it('finds the newest event with an id', async () => {
		n8n.store('w1', event('e1'), { status: 'error' });
		n8n.store('w2', event('e1'));
		n8n.store('w2', event('e2'));
		n8n.workflow('w3', { settings: { saveDataSuccessExecution: 'none' } });
		const outcome = await get({ by: 'eventId', eventId: 'e1' });
		expect(rows(outcome)).toMatchObject([{ executionId: '2', event: { id: 'e1' } }]);
		expect(rows(outcome, 1)).toEqual([]);
		const other = await get({ by: 'eventId', eventId: 'e1', filters: { workflows: ['w1'] } });
		expect(rows(other)).toMatchObject([{ executionId: '1' }]);
	});

	it('says on Gaps what is not there, with what may be the reason', async () => {
		n8n.store('w1', event('e1'));
		n8n.workflow('w3', { settings: { saveDataSuccessExecution: 'none' } });
		const outcome = await get({ by: 'eventId', eventId: 'e9' });
		expect(rows(outcome)).toEqual([]);
		expect(rows(outcome, 1)).toMatchObject([
			{ reason: 'not_found', eventId: 'e9' },
			{ reason: 'not_saved', workflowId: 'w3' },
		]);
	});

	it('reads an execution, whatever its mode', async () => {
		const both = startedWith('Trigger', [event('e1'), event('e2')]);
		n8n.store('w1', {}, { mode: 'manual', data: both });
		const outcome = await get({ by: 'executionId', executionId: '1' });
		expect(eventIds(outcome)).toEqual(['e1', 'e2']);
		const gone = await get({ by: 'executionId', executionId: '={{ 77 }}' });
		expect(rows(gone, 1)).toMatchObject([{ reason: 'not_found', executionIds: ['77'] }]);
		n8n.store('w1', { no: 'event' });
		const none = await get({ by: 'executionId', executionId: '2' });
		expect(rows(none, 1)).toMatchObject([{ hint: expect.stringContaining('no event started it') }]);
	});

	test.each<[IDataObject, string]>([
		[{ by: 'eventId', eventId: ' ' }, "'Event ID' is empty"],
		[{ by: 'executionId', executionId: 'abc' }, "'Execution ID' is not the ID of an execution"],
		[{ by: 'executionId', executionId: '../workflows' }, "'Execution ID' is not the ID"],
	])('refuses %j', async (parameters, message) => {
		expect((await get(parameters)).error?.message).toContain(message);
		expect(n8n.calls).toEqual([]);
	});
});

describe('Summarize', () => {
	it('counts, by what was chosen', async () => {
		n8n.store('w1', event('e1', { type: 'a' }));
		n8n.store('w1', event('e2', { type: 'a' }), { status: 'error' });
		n8n.store('w2', event('e3', { type: 'b' }), { stoppedAt: '2026-01-01T01:00:00.000Z' });
		const summarize = async (groupBy: string[]) =>
			rows(await run({ operation: 'summarize', groupBy }));
		expect(await summarize(['type'])).toEqual([
			{
				type: 'a',
				total: 2,
				failures: 1,
				failureRatio: 0.5,
				averageMs: 1000,
				slowestMs: 1000,
				slowestExecutionId: '2',
				firstAt: '2026-01-01T00:01:00.000Z',
				lastAt: '2026-01-01T00:02:00.000Z',
			},
			expect.objectContaining({
				type: 'b',
				total: 1,
				slowestMs: 3_420_000,
				slowestExecutionId: '3',
			}),
		]);
		expect(await summarize(['workflow', 'status'])).toMatchObject([
			{ workflowId: 'w1', workflowName: 'Orders', status: 'error', total: 1 },
			{ workflowId: 'w1', status: 'success', total: 1 },
			{ workflowId: 'w2', status: 'success', total: 1 },
		]);
		expect(await summarize([])).toMatchObject([{ total: 3, failures: 1 }]);
		expect(await summarize(['day'])).toMatchObject([{ day: '2025-12-31', total: 3 }]);
	});
});

describe('faults', () => {
	test.each([
		[
			'a wrong key',
			{ apiKey: 'wrong-secret-key' },
			'responded with 401',
			'n8n does not accept the API key',
		],
		['no n8n', { baseUrl: 'http://127.0.0.1:9' }, 'could not list executions', "'Base URL'"],
		['no address', { baseUrl: 'n8n' }, "'Base URL' in the credential", 'http://'],
		['an address of null', { baseUrl: null }, "'Base URL' in the credential", 'http://'],
		[
			'no key',
			{ apiKey: '' },
			"'API Key' in the credential 'n8n API (Event History)' is empty",
			'Create a key',
		],
		[
			'a key of null',
			{ apiKey: null },
			"'API Key' in the credential 'n8n API (Event History)' is empty",
			'Create a key',
		],
		['a key of two lines', { apiKey: `a\nb` }, "characters that can't be sent", 'Create a key'],
	])(
		'%s',
		async (_name, credential, message, description) => {
			const { error, stored } = await getMany({}, {}, { credential });
			expect(error?.message).toContain(message);
			expect(error?.description).toContain(description);
			expect(stored).not.toContain('wrong-secret-key');
		},
		60_000,
	);

	test.each([
		['execution:list', { operation: 'getMany' }],
		['execution:read', { operation: 'get', by: 'executionId', executionId: '1' }],
	])('names the missing scope %s', async (scope, parameters) => {
		store(1);
		n8n.scopes.delete(scope);
		const { error } = await run(parameters);
		expect(error?.description).toContain(scope);
	});

	test.each([
		['workflow:list', {}],
		['workflow:read', { workflows: ['w1'] }],
	])(
		'without the scope %s it reads events, and says what it cannot know',
		async (scope, filters) => {
			store(1);
			n8n.scopes.delete(scope);
			const outcome = await getMany(filters);
			expect(eventIds(outcome)).toEqual(['e1']);
			expect(rows(outcome, 1)).toMatchObject([
				{ reason: 'no_access', hint: expect.stringContaining(scope) },
			]);
		},
	);

	it('names a server that is no n8n', async () => {
		const { error } = await getMany({}, {}, { credential: { baseUrl: `${baseUrl}/elsewhere` } });
		expect(error?.message).toContain('n8n could not list executions: it responded with 404');
		expect(error?.description).toContain("'Base URL'");
	});

	it('reads on where n8n was away in passing', async () => {
		store(300);
		let served = 0;
		n8n.onCall = () => {
			served += 1;
			if (served === 4) n8n.faults = [503];
		};
		expect(rows(await getMany())).toHaveLength(300);
	});

	it('says which item failed, and the rest go on', async () => {
		store(2);
		const filters = { since: '={{ $json.since }}' };
		const items = [{ since: 'never' }, { since: '2026-01-01T00:02:00Z' }];
		const outcome = await getMany(filters, {}, { items, onError: 'continueRegularOutput' });
		expect(rows(outcome)).toMatchObject([
			{ error: { message: "'Since' is not a time" } },
			{ event: { id: 'e2' } },
		]);
		expect(outcome.outputs[0]?.[0]?.pairedItem).toMatchObject({ item: 0 });
	});
});
