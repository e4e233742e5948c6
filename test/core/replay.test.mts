import type { IDataObject } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { httpPools } from '../../lib/net/http.ts';
import {
	EVENT_STORE_KEY,
	N8nExecutionsStandIn,
	redacted,
	startedWith,
	type KeptExecution,
	type KeptWorkflow,
} from '../support/n8nExecutions.mts';
import { runReplay, type ReplayOutcome } from '../support/runReplay.mts';
import { SubscriberServer } from '../support/subscriberServer.mts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

let n8n: N8nExecutionsStandIn;
let baseUrl: string;
let workflows = 0;
/** Claims outlive a test, as they do a run: each test has workflows of its own. */
let id: string;

const nodes = (...names: string[]) =>
	[
		{ id: 'n1', name: names[0] ?? 'Trigger', type: 'n8n-nodes-realtime-webhooks.baileysTrigger' },
		{ id: 'n2', name: 'Work', type: 'n8n-nodes-base.noOp' },
	] satisfies Array<{ id: string } & KeptWorkflow['nodes'][number]>;

beforeEach(async () => {
	n8n = new N8nExecutionsStandIn();
	baseUrl = await n8n.start();
	workflows += 1;
	id = `w${workflows}`;
	n8n.workflow(id, { name: 'Orders', nodes: nodes() });
});
afterEach(async () => {
	httpPools.closeAll();
	await n8n.stop();
});

const event = (name: string, more: object = {}) => ({
	specversion: '1.0',
	id: name,
	source: '/shop',
	type: 'order.paid',
	time: '2026-01-01T00:00:00.000Z',
	data: { total: 1, raw: {} },
	...more,
});

const receive = (...names: string[]) => names.map((name) => n8n.store(id, event(name)));

const rows = ({ outputs, error }: ReplayOutcome, output = 0): IDataObject[] => {
	expect(error).toBeUndefined();
	return (outputs[output] ?? []).map(({ json }) => json);
};
const outcomes = (outcome: ReplayOutcome) =>
	rows(outcome).map(({ outcome: how, reason }) => reason ?? how);

const replay = async (
	options: IDataObject = {},
	more: Partial<Parameters<typeof runReplay>[1]> = {},
	parameters: IDataObject = {},
) => await runReplay(n8n, { baseUrl, ...more, parameters: { options, ...parameters } });

describe('what is run', () => {
	it('is the published version with its settings, without pinned data or the draft', async () => {
		receive('A');
		const [workflow] = n8n.workflows;
		Object.assign(workflow ?? {}, {
			nodes: nodes('Draft'),
			connections: { Draft: {} },
			pinData: { Trigger: [{ json: { id: 'pinned' } }] },
			activeVersionId: 'v7',
			activeVersion: { versionId: 'v7', nodes: nodes(), connections: { Trigger: { main: [] } } },
			settings: { executionOrder: 'v1', errorWorkflow: 'w9', timezone: 'America/Lima' },
			staticData: { global: { n: 1 } },
		});
		const { runs } = await replay();
		expect(runs).toHaveLength(1);
		const { code } = runs[0] ?? {};
		expect(code).toMatchObject({
			id,
			name: 'Orders',
			versionId: 'v7',
			activeVersionId: 'v7',
			active: true,
			connections: { Trigger: { main: [] } },
			settings: { executionOrder: 'v1', errorWorkflow: 'w9', timezone: 'America/Lima' },
			staticData: { global: { n: 1 } },
		});
		expect(code?.nodes.map(({ name, type }) => [name, type])).toEqual([
			['Trigger', 'n8n-nodes-base.executeWorkflowTrigger'],
			['Work', 'n8n-nodes-base.noOp'],
		]);
		expect(JSON.stringify(code)).not.toContain('pinned');
		expect(runs[0]?.json).toEqual({
			...event('A'),
			replayof: '1',
			replayedat: expect.stringMatching(/Z$/),
		});
	});

	it('is read once for a run of many, and each gets a copy of its own', async () => {
		receive(...Array.from({ length: 300 }, (_, n) => `E${n}`));
		const outcome = await replay();
		expect(outcomes(outcome)).toEqual(Array(300).fill('replayed'));
		expect(outcome.runs.map(({ json }) => json.id)).toEqual(
			Array.from({ length: 300 }, (_, n) => `E${n}`),
		);
		expect(new Set(outcome.runs.map(({ code }) => code.nodes)).size).toBe(300);
		expect(n8n.calls.filter((call) => call.startsWith(`/workflows/${id}`)).length).toBeLessThan(3);
		expect(n8n.calls.length).toBeLessThan(40);
	});

	it('is read before each run where its nodes use static data', async () => {
		receive('A', 'B', 'C');
		const [workflow] = n8n.workflows;
		const code = { id: 'n3', name: 'Code', type: 'n8n-nodes-base.code' };
		const parameters = { jsCode: "$getWorkflowStaticData('global').n += 1" };
		workflow?.nodes.push({ ...code, parameters } as never);
		Object.assign(workflow ?? {}, { staticData: { global: { n: 0 } } });
		const seen: unknown[] = [];
		await replay(
			{},
			{
				onRun: ({ code: { staticData } }) => {
					seen.push(structuredClone(staticData));
					const global = staticData?.global as { n: number };
					Object.assign(workflow ?? {}, { staticData: { global: { n: global.n + 1 } } });
					return undefined;
				},
			},
		);
		expect(seen).toEqual([0, 1, 2].map((n) => ({ global: { n } })));
	});

	it('does not make this execution wait, nor fail', async () => {
		receive('A', 'B', 'C');
		const outcome = await replay(
			{},
			{
				onRun: ({ json }) => {
					if (json.id === 'A') return { waitTill: new Date('2030-01-01') };
					const error = Object.assign(new Error('broke'), { description: 'The price is missing' });
					return json.id === 'B' ? { error } : undefined;
				},
			},
		);
		expect(outcome.waits).toBe(false);
		expect(rows(outcome)).toMatchObject([
			{ outcome: 'started', reason: 'waiting' },
			{ outcome: 'failed', error: 'broke. The price is missing', replayExecutionId: '5' },
			{ outcome: 'replayed' },
		]);
		expect(outcome.hints).toContain('Events: 1 started, 1 failed, 1 replayed.');
	});

	it('is not run a second time where n8n does not let it be called', async () => {
		receive('A', 'B', 'C');
		const error = new Error('The sub-workflow (w1) cannot be called by this workflow');
		const outcome = await replay({}, { onRun: () => ({ error }) });
		expect(outcomes(outcome)).toEqual(Array(3).fill('not_callable'));
		expect(outcome.runs).toHaveLength(1);
	});

	it('does not wait for a page that the next events are in', async () => {
		receive(...Array.from({ length: 40 }, (_, n) => `E${n}`));
		const withData = () => n8n.calls.filter((call) => call.includes('includeData=true')).length;
		const outcome = await replay(
			{},
			{
				onRun: async ({ json }) => {
					if (json.id === 'E0') await vi.waitFor(() => expect(withData()).toBeGreaterThan(1));
					return undefined;
				},
			},
		);
		expect(outcomes(outcome)).toEqual(Array(40).fill('replayed'));
		expect(outcome.runs.map(({ json }) => json.id)).toEqual(
			Array.from({ length: 40 }, (_, n) => `E${n}`),
		);
	});

	it('is as many at a time as the option says, and begins at its pace', async () => {
		receive(...Array.from({ length: 12 }, (_, n) => `E${n}`));
		expect((await replay({ concurrency: 3 })).mostAtOnce).toBe(3);
		vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
		try {
			const slow = replay({ eventsPerSecond: 2, skipReplayed: false, maximum: 5 });
			await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0));
			const began = performance.now();
			let ended = false;
			void slow.finally(() => {
				ended = true;
			});
			while (!ended) {
				await vi.advanceTimersByTimeAsync(50);
				await new Promise((resolve) => setImmediate(resolve));
			}
			expect(outcomes(await slow)).toHaveLength(5);
			expect(performance.now() - began).toBeGreaterThanOrEqual(1_950);
		} finally {
			vi.useRealTimers();
		}
	});
});

describe('what was replayed before', () => {
	it('is found among other executions, of which no data are read', async () => {
		receive('A', 'B');
		expect(outcomes(await replay())).toEqual(['replayed', 'replayed']);
		receive(...Array.from({ length: 600 }, (_, n) => `later ${n}`));
		const since = new Date(Date.UTC(2026, 0, 1) + 30_000).toISOString();
		const until = new Date(Date.UTC(2026, 0, 1) + 150_000).toISOString();
		n8n.calls.length = 0;
		const again = await replay({ order: 'newest' }, {}, { filters: { since, until } });
		expect(rows(again)).toMatchObject([
			{
				outcome: 'skipped',
				reason: 'already_replayed',
				replayExecutionId: '4',
				event: { id: 'B' },
			},
			{
				outcome: 'skipped',
				reason: 'already_replayed',
				replayExecutionId: '3',
				event: { id: 'A' },
			},
		]);
		const withData = n8n.calls.filter((call) => call.includes('includeData=true'));
		expect(withData.length).toBeLessThan(6);
	});

	it('counts where it failed and n8n retried it with success, and not where it failed', async () => {
		receive('A', 'B');
		n8n.store(id, event('A', { replayof: '1' }), {
			mode: 'integrated',
			status: 'error',
			retrySuccessId: '99',
		});
		n8n.store(id, event('B', { replayof: '2' }), { mode: 'integrated', status: 'error' });
		n8n.store(id, event('B'), { mode: 'integrated', status: 'success' });
		expect(outcomes(await replay())).toEqual(['already_replayed', 'replayed']);
	});

	it('is under way where it runs or waits', async () => {
		receive('A', 'B');
		const startedAt = new Date().toISOString();
		const running = { mode: 'integrated', status: 'running', startedAt };
		n8n.store(id, event('A', { replayof: '1' }), running);
		n8n.store(id, event('B', { replayof: '2' }), { mode: 'integrated', status: 'waiting' });
		expect(outcomes(await replay())).toEqual(['in_progress', 'in_progress']);
	});

	it('runs again where a crash has left it running for ever', async () => {
		receive('A');
		n8n.store(id, event('A', { replayof: '1' }), { mode: 'integrated', status: 'running' });
		expect(outcomes(await replay())).toEqual(['replayed']);
	});
});

describe('what an earlier run has looked at', () => {
	const look = async (filters: IDataObject = {}) =>
		outcomes(await replay({ dryRun: true }, {}, { filters }));
	const replayed = (name: string, changes: Partial<KeptExecution> = {}) =>
		n8n.store(id, event(name, { replayof: '1' }), { mode: 'integrated', ...changes });
	const healed = ({ id: original }: KeptExecution, status = 'success') =>
		n8n.store(id, event('A', { replayof: '1' }), {
			mode: 'retry',
			status,
			retryOf: String(original),
		});

	it('is not asked for again, nor what this process has replayed itself', async () => {
		receive('A', 'B');
		const until = new Date(Date.UTC(2026, 0, 1) + 150_000).toISOString();
		receive(...Array.from({ length: 1_500 }, (_, n) => `later ${n}`));
		const run = async (more: IDataObject = {}) => await replay(more, {}, { filters: { until } });
		expect(outcomes(await run())).toEqual(['replayed', 'replayed']);
		n8n.calls.length = 0;
		expect(outcomes(await run({ skipReplayed: false }))).toEqual(['replayed', 'replayed']);
		const withoutLook = n8n.calls.length;
		n8n.calls.length = 0;
		const again = await run();
		expect(rows(again)).toMatchObject([
			{ reason: 'already_replayed', replayExecutionId: '1505' },
			{ reason: 'already_replayed', replayExecutionId: '1506' },
		]);
		// The newest, what is new, what runs, and what came since.
		expect(n8n.calls.length - withoutLook).toBe(4);
		expect(n8n.calls.filter((call) => call.includes('includeData=true'))).toHaveLength(1);
	});

	it.each([
		['waits', 'waiting', 'in_progress', 'success', 'already_replayed'],
		['runs', 'running', 'in_progress', 'success', 'already_replayed'],
		['is new', 'new', 'in_progress', 'success', 'already_replayed'],
		['runs', 'running', 'in_progress', 'error', 'wouldReplay'],
	])('is looked at again where it %s', async (_how, before, then, after, now) => {
		receive('A');
		const startedAt = before === 'running' ? new Date().toISOString() : undefined;
		const one = replayed('A', { status: before, ...(startedAt && { startedAt }) });
		receive('B');
		expect(await look()).toEqual([then, 'wouldReplay']);
		one.status = after;
		expect(await look()).toEqual([now, 'wouldReplay']);
	});

	it('counts from when n8n has retried it with success', async () => {
		receive('A');
		const failed = replayed('A', { status: 'error' });
		receive('B');
		expect(await look()).toEqual(['wouldReplay', 'wouldReplay']);
		const retry = healed(failed, 'running');
		receive('C');
		expect(await look()).toEqual(['wouldReplay', 'wouldReplay', 'wouldReplay']);
		retry.status = 'success';
		expect(await look()).toEqual(['already_replayed', 'wouldReplay', 'wouldReplay']);
		expect(await look()).toEqual(['already_replayed', 'wouldReplay', 'wouldReplay']);
	});

	it('counts where this process saw it fail, and n8n has retried it since', async () => {
		receive('A');
		const onRun = () => ({ error: new Error('broke') });
		expect(outcomes(await replay({}, { onRun }))).toEqual(['execution_failed']);
		expect(await look()).toEqual(['wouldReplay']);
		healed({ ...receive('B')[0], id: 2 } as KeptExecution);
		expect(await look()).toEqual(['already_replayed', 'wouldReplay']);
	});

	it('still counts where n8n has deleted it since', async () => {
		receive('A');
		replayed('A');
		receive('B');
		expect(await look()).toEqual(['already_replayed', 'wouldReplay']);
		n8n.executions.splice(1, 1);
		expect(await look()).toEqual(['already_replayed', 'wouldReplay']);
	});

	it('does not count for a run that begins before it', async () => {
		receive('A');
		replayed('A');
		receive('B');
		const since = new Date(Date.UTC(2026, 0, 1) + 150_000).toISOString();
		expect(await look({ since })).toEqual(['wouldReplay']);
		expect(await look()).toEqual(['already_replayed', 'wouldReplay']);
	});

	it('is forgotten where the store is another one', async () => {
		receive('A');
		replayed('A');
		receive('B');
		expect(await look()).toEqual(['already_replayed', 'wouldReplay']);
		n8n.executions.length = 0;
		receive('A');
		expect(await look()).toEqual(['wouldReplay']);
	});
});

describe('input items', () => {
	const fromInput = (items: IDataObject[], options: IDataObject = {}) =>
		replay(options, { items }, { eventsFrom: 'input' });

	it('are taken as Get Many gives them, oldest first, and keep their pairs', async () => {
		const [one, two] = receive('A', 'B').map(({ id: executionId }, index) => ({
			event: event(index === 0 ? 'A' : 'B'),
			executionId: String(executionId),
			workflowId: id,
			trigger: 'Trigger',
		}));
		n8n.calls.length = 0;
		const outcome = await fromInput([two ?? {}, one ?? {}]);
		expect(outcome.runs.map(({ json }) => json.id)).toEqual(['A', 'B']);
		expect(outcome.outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 1 },
			{ item: 0 },
		]);
		expect(n8n.calls.some((call) => call.startsWith('/executions/'))).toBe(false);
	});

	it('need no more than the number of an execution', async () => {
		receive('A');
		const outcome = await fromInput([{ executionId: 1 }, { executionId: '77' }]);
		expect(outcomes(outcome)).toEqual(['replayed']);
		expect(rows(outcome, 1)).toMatchObject([{ reason: 'not_found', executionIds: ['77'] }]);
	});

	it('that name no event are refused, by their number', async () => {
		const { error, runs } = await fromInput([{ executionId: '' }]);
		expect(error).toMatchObject({
			message: 'The item does not refer to an event in the history',
			description: expect.stringContaining("'executionId'"),
		});
		expect(runs).toEqual([]);
	});
});

describe('what the store cannot give', () => {
	test('comes out on Gaps, with what to change', async () => {
		receive('A');
		const hidden = redacted(startedWith('Trigger', [event('B')]));
		n8n.store(id, event('B'), { data: hidden });
		n8n.store(id, event('C'), { jsonSizeBytes: 200 * 1024 * 1024 });
		const outcome = await replay();
		expect(outcomes(outcome)).toEqual(['replayed']);
		expect(rows(outcome, 1)).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ reason: 'redacted', count: 1, hint: expect.any(String) }),
				expect.objectContaining({ reason: 'too_large', count: 1 }),
			]),
		);
		expect(outcome.hints.join()).toContain("See the output 'Gaps' for what could not be read.");
	});
});

describe('a run', () => {
	it('ends when it is cancelled', async () => {
		receive('A', 'B', 'C');
		const abort = new AbortController();
		const outcome = await replay(
			{},
			{
				signal: abort.signal,
				onRun: () => {
					abort.abort();
					return undefined;
				},
			},
		);
		expect(outcome.runs).toHaveLength(1);
	});

	it('goes on where it ended, and comes back to what had not ended then', async () => {
		const staticData: IDataObject = {};
		const options = { sinceLastRun: true };
		const run = async (more: object = {}) => await replay(options, { staticData, ...more });
		const startedAt = new Date(Date.now() - 5_000).toISOString();
		const come = (name: string, more: object = {}) =>
			n8n.store(id, event(name), { startedAt, ...more });
		come('A');
		expect(outcomes(await run())).toEqual([]);
		come('B');
		come('C');
		const running = come('D', {
			status: 'running',
			startedAt: new Date(Date.now() - 1_500).toISOString(),
		});
		come('E');
		expect(outcomes(await run())).toEqual(Array(3).fill('replayed'));
		running.status = 'success';
		const late = await run();
		expect(late.runs.map(({ json }) => json.id)).toEqual(['D']);
		expect(outcomes(await run())).toEqual([]);
	});

	it.each<[IDataObject, IDataObject, string]>([
		[{ maximum: 0 }, {}, "'Maximum' is not a number from 1"],
		[{ concurrency: 99 }, {}, "'Concurrency' is not a number from 1 to 50"],
		[{}, { target: 'otherWorkflow', replayWorkflowId: ' ' }, "'Workflow ID' is empty"],
		[{}, { target: 'url', replayUrl: ' ' }, "'URL' is empty"],
		[{}, { filters: { eventId: '={{ $json.no.such }}' } }, "'Event ID' is empty. Check the"],
		[{}, { filters: { workflows: '={{ [] }}' } }, "'Workflow Names or IDs' is empty. Check the"],
		[{}, { filters: { since: '={{ null }}' } }, "'Since' is empty. Check the expression"],
		[{}, { filters: { eventId: '={{ ["A"] }}' } }, "The filter 'Event ID' is not text"],
		[
			{ sinceLastRun: true },
			{ filters: { timeOf: 'event', until: '2026-01-01T00:00:00Z' } },
			"'Since Last Run' can't be combined with 'Until'",
		],
	])('is refused with options %j and parameters %j', async (options, parameters, message) => {
		receive('A');
		const { error, runs } = await replay(options, {}, parameters);
		expect(error?.message).toContain(message);
		expect(runs).toEqual([]);
	});

	it('tells a failure of its own as an item where it continues on fail, and no secret', async () => {
		receive('A');
		const credentials = {
			realtimeWebhooksN8nEventStoreApi: { baseUrl, apiKey: 'wrong-key-5ecret' },
		};
		const outcome = await replay({}, { credentials, onError: 'continueRegularOutput' });
		expect(rows(outcome)).toMatchObject([{ error: { message: expect.stringContaining('401') } }]);
		expect(outcome.stored).not.toContain('wrong-key-5ecret');
		expect((await replay()).stored).not.toContain(EVENT_STORE_KEY);
	});
});

test('an address gets an envelope of another hand as CloudEvents 1.0 writes it', async () => {
	const receiver = await SubscriberServer.start();
	try {
		n8n.store(id, event('A', { specversion: '1.0.2', time: null, subject: null, partition: 7 }));
		const outcome = await replay(
			{ allowHttp: true, allowedPrivateAddresses: '127.0.0.1' },
			{ credentials: { realtimeWebhooksStandardWebhooksApi: { secret: SECRET } } },
			{ target: 'url', replayUrl: `${receiver.origin}/ok` },
		);
		expect(outcomes(outcome)).toEqual(['replayed']);
		const body = JSON.parse(receiver.received[0]?.body ?? '') as Record<string, unknown>;
		expect(body).toMatchObject({ specversion: '1.0', id: 'A', partition: 7, replayof: '1' });
		expect(new Date(String(body.time)).getTime()).toBeGreaterThan(0);
		expect(body).not.toHaveProperty('subject');
	} finally {
		await receiver.close();
	}
});

describe('an event that came with a file', () => {
	const file = { data: 'aGk=', mimeType: 'text/plain', fileName: 'hi.txt', fileSize: '2 B' };
	const stored = { data: 'filesystem-v2', id: 'filesystem-v2:gone', mimeType: 'text/plain' };
	const request = { headers: { 'webhook-id': 'm1' }, query: {}, params: {}, body: {} };

	const receiveWith = (binary: object, json: IDataObject = event('A')) => {
		const data = startedWith('Trigger', [json]);
		const items = (data.resultData as IDataObject & { runData: IDataObject }).runData.Trigger;
		const [run] = items as Array<{ data: { main: Array<Array<{ binary?: object }>> } }>;
		Object.assign(run?.data.main[0]?.[0] ?? {}, { binary });
		n8n.store(id, json, { data });
	};

	it('is handed over with it', async () => {
		receiveWith({ upload: file });
		const { runs } = await replay();
		expect(runs).toMatchObject([{ json: { id: 'A', replayof: '1' }, binary: { upload: file } }]);
	});

	it("from n8n's own Webhook node too", async () => {
		const webhook = { id: 'n1', name: 'Trigger', type: 'n8n-nodes-base.webhook' };
		n8n.workflows[0]?.nodes.splice(0, 1, webhook);
		receiveWith({ data: file }, request);
		const { runs } = await replay({ includeN8nWebhook: true });
		expect(runs).toMatchObject([{ json: request, binary: { data: file } }]);
	});

	it('is put out with it', async () => {
		receiveWith({ upload: file });
		const outcome = await replay({}, {}, { target: 'thisWorkflow' });
		expect(outcome.outputs[0]).toMatchObject([{ json: { id: 'A' }, binary: { upload: file } }]);
	});

	it('as an item of Get Many it is read again: an item cannot name the files of others', async () => {
		receiveWith({ upload: file });
		const item = { event: event('A'), executionId: '1', workflowId: id, trigger: 'Trigger' };
		const forged = { ...item, files: ['x'], binary: { x: stored } };
		const { runs } = await replay({}, { items: [forged] }, { eventsFrom: 'input' });
		expect(runs).toMatchObject([{ json: { id: 'A' }, binary: { upload: file } }]);
		expect(runs[0]?.binary).not.toHaveProperty('x');
	});

	it('whose file n8n no longer has fails, and says so', async () => {
		receiveWith({ upload: stored });
		for (const target of ['originalWorkflow', 'thisWorkflow']) {
			const outcome = await replay({}, {}, { target });
			expect(outcome.runs).toEqual([]);
			if (target === 'thisWorkflow') expect(outcome.hints.join()).toContain('1 failed');
			else expect(outcomes(outcome)).toEqual(['file_missing']);
		}
	});

	it('is not sent to an address without it', async () => {
		receiveWith({ upload: file });
		const outcome = await replay(
			{ allowHttp: true, allowedPrivateAddresses: '127.0.0.1' },
			{ credentials: { realtimeWebhooksStandardWebhooksApi: { secret: SECRET } } },
			{ target: 'url', replayUrl: baseUrl },
		);
		expect(outcomes(outcome)).toEqual(['has_file']);
		expect(rows(outcome)[0]?.error).toContain('This Workflow');
	});
});

describe('an execution that n8n cannot write as JSON', () => {
	it('is a gap, and the others are replayed', async () => {
		receive('A', 'B', 'C');
		Object.assign(n8n.executions[1] ?? {}, { isUnwritable: true });
		const outcome = await replay();
		expect(outcome.runs.map(({ json }) => json.id)).toEqual(['A', 'C']);
		expect(rows(outcome, 1)).toMatchObject([{ reason: 'unreadable', executionIds: ['2'] }]);
	});

	it('among earlier replays hides no other one', async () => {
		receive('A', 'B', 'C');
		const other = n8n.workflow(`${id}b`, { nodes: nodes() });
		n8n.store(
			other.id,
			{ ...event('X'), replayof: '1' },
			{ mode: 'integrated', isUnwritable: true },
		);
		n8n.store(other.id, { ...event('B'), replayof: '2' }, { mode: 'integrated' });
		const outcome = await replay(
			{},
			{},
			{ target: 'otherWorkflow', replayWorkflowId: other.id, filters: { workflows: id } },
		);
		expect(outcomes(outcome)).toEqual(['replayed', 'already_replayed', 'replayed']);
	});
});

describe('a share of the events', () => {
	it('is all that a run takes: two runs with both shares replay each event once', async () => {
		const names = Array.from({ length: 20 }, (_, n) => `E${n}`);
		receive(...names);
		const one = await replay({ share: '1/2', skipReplayed: false });
		const two = await replay({ share: ' 2 / 2', skipReplayed: false });
		const ids = ({ runs }: ReplayOutcome) => runs.map(({ json }) => String(json.id));
		expect(ids(one).length).toBeGreaterThan(0);
		expect(ids(two).length).toBeGreaterThan(0);
		expect([...ids(one), ...ids(two)].sort()).toEqual([...names].sort());
		expect(rows(one)).toHaveLength(ids(one).length);
	});

	it.each([
		[{ share: '3/2' }, "'Share' has '3/2'"],
		[{ order: 'newest first' }, "'Order' is not one of its choices: oldest, newest"],
		[{ share: '1/2', sinceLastRun: true }, "'Share' and 'Since Last Run' can't be combined"],
	])('%o is refused in words', async (options, words) => {
		receive('A');
		const { error, runs } = await replay(options);
		expect(error?.message).toContain(words);
		expect(runs).toEqual([]);
	});
});
