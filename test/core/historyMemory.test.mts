import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isObject } from '../../lib/event/json.ts';
import { readingMemory } from '../../lib/history/memory/readingMemory.ts';
import { httpPools } from '../../lib/net/http.ts';
import { EventHistory } from '../../nodes/History/EventHistory.node.ts';
import {
	EVENT_STORE_KEY,
	N8nExecutionsStandIn,
	redacted,
	startedWith,
	type KeptExecution,
} from '../support/n8nExecutions.mts';
import { runAction } from '../support/runAction.mts';

const node = new EventHistory();

let n8n: N8nExecutionsStandIn;
let baseUrl: string;

beforeEach(async () => {
	readingMemory.clear();
	n8n = new N8nExecutionsStandIn();
	baseUrl = await n8n.start();
	n8n.workflow('w1', { name: 'Orders' });
	n8n.workflow('w2', { name: 'Chats' });
});
afterEach(async () => {
	httpPools.closeAll();
	await n8n.stop();
});

interface Question {
	readonly operation?: string;
	readonly filters?: IDataObject;
	readonly options?: IDataObject;
	readonly apiKey?: string;
	readonly more?: IDataObject;
}

/** Asks the node, and counts the pages with data that n8n gave for it. */
async function ask({ operation = 'getMany', apiKey = EVENT_STORE_KEY, ...rest }: Question = {}) {
	const before = n8n.calls.length;
	const { filters = {}, options = {}, more = {} } = rest;
	const { outputs, error } = await run(operation, options, { filters, ...more }, apiKey);
	const calls = n8n.calls.slice(before);
	return {
		text: JSON.stringify(outputs),
		ids: (outputs[0] ?? []).flatMap(({ json }) => idOf(json.event)),
		error: error?.message,
		dataPages: calls.filter((call) => call.includes('includeData=true')).length,
	};
}

function idOf(event: unknown): unknown[] {
	return isObject(event) ? [event.id] : [];
}

async function run(
	operation: string,
	options: IDataObject = {},
	more: IDataObject = {},
	apiKey = EVENT_STORE_KEY,
) {
	return await runAction(node, {
		items: [{ json: {} }],
		parameters: { resource: 'event', operation, returnAll: true, options, ...more } as never,
		credentials: { realtimeWebhooksN8nEventStoreApi: { baseUrl, apiKey } },
	});
}

/** The answer of a node that remembers nothing. */
async function askAnew(question: Question = {}) {
	const options = { ...question.options, memoryMb: 0 };
	return await ask({ ...question, options });
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
		data: { raw: {}, __proto: 1, word: '\ud800 ñ' },
		...changes,
	};
}

function store(count: number, changes: (n: number) => Partial<KeptExecution> = () => ({})) {
	for (let n = 1; n <= count; n += 1) {
		n8n.store(n % 3 === 0 ? 'w2' : 'w1', event(`e${n}`), changes(n));
	}
}

function change(id: number, changes: Partial<KeptExecution>): void {
	const found = n8n.executions.find((one) => one.id === id);
	if (found === undefined) throw new Error(`No execution ${id}`);
	Object.assign(found, changes);
}

function remove(id: number): void {
	n8n.executions.splice(
		n8n.executions.findIndex((one) => one.id === id),
		1,
	);
}

describe('A history that was read before', () => {
	it.each(['newest', 'oldest'])('is not read again with its data: %s first', async (order) => {
		store(700);
		const first = await ask({ options: { order } });
		const second = await ask({ options: { order } });
		expect(first.dataPages).toBeGreaterThan(3);
		expect(second.dataPages).toBe(0);
		expect(second.text).toBe(first.text);
		expect(second.text).toBe((await askAnew({ options: { order } })).text);
		expect(second.ids).toHaveLength(700);
	});

	it('is shared by the operations, the filters and the orders', async () => {
		store(300, (n) => (n % 10 === 0 ? { status: 'error' } : {}));
		await ask();
		for (const question of [
			{ operation: 'summarize', more: { groupBy: ['type', 'status'] } },
			{ filters: { status: ['error'] } },
			{ filters: { workflows: ['w2'] }, options: { order: 'oldest' } },
			{ filters: { since: '2026-01-01T01:00:00Z', until: '2026-01-01T02:00:00Z' } },
			// Their data are looked at in part, and then again as a whole.
			{ operation: 'summarize', filters: { text: 'ñ' } },
			{ operation: 'summarize', filters: { text: 'not in there' } },
			{ filters: { text: 'ñ' } },
			{},
		]) {
			const answer = await ask(question);
			expect(answer.dataPages, JSON.stringify(question)).toBe(0);
			expect(answer.text).toBe((await askAnew(question)).text);
		}
	});

	it('is read with 0 MB as if nobody had read it', async () => {
		store(30);
		await ask();
		expect((await askAnew()).dataPages).toBeGreaterThan(0);
		readingMemory.clear();
		await askAnew();
		expect(readingMemory.bytes).toBe(0);
	});

	it('is not remembered twice where something beside it has to be read', async () => {
		store(300, (n) => (n % 6 === 0 ? { isDataLost: true } : {}));
		await ask();
		const { bytes } = readingMemory;
		for (let n = 0; n < 5; n += 1) await ask();
		expect(readingMemory.bytes).toBe(bytes);
	});

	it('grows by what came since', async () => {
		store(300);
		await ask();
		n8n.store('w1', event('new1'));
		n8n.store('w2', event('new2'));
		const answer = await ask();
		expect(answer.ids.slice(0, 3)).toEqual(['new2', 'new1', 'e300']);
		expect(answer.dataPages).toBe(1);
		expect((await ask()).dataPages).toBe(0);
	});

	it('shows what was deleted, retried and changed meanwhile', async () => {
		store(300, (n) => (n % 50 === 0 ? { status: 'error' } : {}));
		await ask();
		remove(120);
		change(150, { retrySuccessId: '301' });
		n8n.store('w1', event('e150'), { id: 301, mode: 'retry', retryOf: '150' });
		change(200, { status: 'canceled' });
		change(10, { stoppedAt: '2026-01-01T00:20:00.000Z' });
		const answer = await ask();
		expect(answer.ids).not.toContain('e120');
		expect(answer.text).toContain('"retriedBy":"301"');
		expect(answer.text).toContain('"status":"canceled"');
		expect(answer.text).toContain('2026-01-01T00:20:00.000Z');
		expect(answer.text).toBe((await askAnew()).text);
		expect((await ask()).text).toBe(answer.text);
	});

	it.each(['newest', 'oldest'])(
		'lacks the newest and the oldest when they are gone: %s first',
		async (order) => {
			store(600);
			await ask();
			for (const id of [600, 599, 1, 2]) remove(id);
			const answer = await ask({ options: { order } });
			expect(answer.ids).toHaveLength(596);
			expect(answer.dataPages).toBe(0);
			expect(answer.text).toBe((await askAnew({ options: { order } })).text);
		},
	);

	it('forgets what n8n lists no more, also the bytes of it', async () => {
		store(300);
		await ask();
		const before = readingMemory.bytes;
		n8n.executions.splice(0, 299);
		expect((await ask()).ids).toEqual(['e300']);
		expect(readingMemory.bytes).toBeLessThan(before / 10);
	});

	it('never keeps what runs, has only just ended or begun to wait, or may be hidden', async () => {
		const now = new Date().toISOString();
		const open: Array<Partial<KeptExecution>> = [
			{ status: 'waiting', stoppedAt: now },
			{ status: 'waiting', stoppedAt: null },
			{ status: 'running' },
			{ status: 'new', stoppedAt: null },
			{ stoppedAt: now },
			{ stoppedAt: null },
			{ data: redacted(startedWith('Trigger', [event('hidden')])) },
			{ isDataLost: true },
		];
		for (const changes of open) n8n.store('w1', event('open'), changes);
		n8n.workflow('w3', { settings: { redactionPolicy: 'all' } });
		n8n.store('w3', event('policy'));
		await ask();
		expect(readingMemory.bytes).toBe(0);
	});

	it('keeps what n8n recorded as not to be hidden, and nothing that it recorded as hidden', async () => {
		const recorded = (redaction: unknown) => {
			const data = startedWith('Trigger', [event('e1')]) as {
				executionData: { runtimeData: Record<string, unknown> };
			};
			data.executionData.runtimeData.redaction = redaction;
			return data as unknown as KeptExecution['data'];
		};
		for (const redaction of [
			{ version: 2, production: true, manual: false },
			{ version: 2, production: false, manual: true },
			{ version: 2 },
			{ version: 1, policy: 'non-manual' },
		]) {
			n8n.store('w1', event('e1'), { data: recorded(redaction) });
		}
		await ask();
		expect(readingMemory.bytes).toBe(0);
		for (const redaction of [
			{ version: 2, production: false, manual: false },
			{ version: 1, policy: 'none' },
		]) {
			n8n.executions.splice(0);
			n8n.store('w1', event('e1'), { data: recorded(redaction) });
			await ask();
			expect((await ask()).dataPages).toBe(0);
		}
	});

	it('waiting ones cost no request each', async () => {
		store(600, (n) => (n % 20 === 0 ? { status: 'waiting' } : {}));
		await ask();
		expect((await ask()).dataPages).toBe(0);
		change(300, { status: 'success' });
		expect((await ask()).text).toBe((await askAnew()).text);
	});

	it('what waits is read again when it has gone on, and waits once more', async () => {
		store(30, (n) => (n % 3 === 0 ? { status: 'waiting' } : {}));
		await ask();
		const data = startedWith('Trigger', [event('e12')], 'it broke on its way');
		change(12, { stoppedAt: '2026-02-01T00:00:00.000Z', data });
		const answer = await ask();
		expect(answer.dataPages).toBeGreaterThan(0);
		expect(answer.text).toContain('it broke on its way');
		expect(answer.text).toBe((await askAnew()).text);
	});

	it('what is too large is asked for by its smallest, and read when n8n displays more', async () => {
		const mb = 1024 * 1024;
		store(1_000, (n) => (n % 40 === 0 ? { jsonSizeBytes: (n === 40 ? 150 : 200) * mb } : {}));
		const first = await ask();
		expect(first.text).toContain('too_large');
		const second = await ask();
		expect(second.text).toBe(first.text);
		// Those of the newest stretch, of which none is known to be too large yet, and the smallest.
		expect(second.dataPages).toBeLessThanOrEqual(8);
		n8n.maxDisplaySize = 160 * mb;
		const some = await ask();
		expect(some.ids).toContain('e40');
		expect(some.ids).not.toContain('e80');
		expect(some.text).toBe((await askAnew()).text);
		n8n.maxDisplaySize = 250 * mb;
		const all = await ask();
		expect(all.ids).toHaveLength(1_000);
		expect(all.text).toBe((await askAnew()).text);
	});

	it('what cannot be read is asked for once at each read', async () => {
		store(300, (n) => (n % 100 === 0 ? { isDataLost: true } : {}));
		const first = await ask();
		const second = await ask();
		expect(second.dataPages).toBe(3);
		expect(second.text).toContain('unreadable');
		expect(second.text).toBe(first.text);
		change(200, { isDataLost: false });
		expect((await ask()).ids).toContain('e200');
	});

	it.each([
		['of which each id is one', () => 1],
		['of which few ids are one', (n: number) => (n % 7) + 3],
		['with a large hole', (n: number) => (n === 900 ? 400_000 : 1)],
		['with stretches of both', (n: number) => (n % 1_000 < 500 ? 1 : 40)],
	])('takes few pages of a list %s', async (_name, step) => {
		const count = 1_800;
		for (let n = 1, id = 0; n <= count; n += 1) {
			id += step(n);
			n8n.store('w1', event(`e${n}`), { id });
		}
		await ask();
		const before = n8n.calls.length;
		const answer = await ask();
		const pages = n8n.calls.slice(before).filter((call) => call.includes('limit=250'));
		expect(answer.dataPages).toBe(0);
		expect(answer.ids).toHaveLength(count);
		expect(pages.length).toBeLessThanOrEqual(2 * Math.ceil(count / 250));
		expect(n8n.atOnce.most).toBeLessThanOrEqual(4);
		expect(answer.text).toBe((await askAnew()).text);
	});

	it('belongs to one API key', async () => {
		store(30);
		await ask();
		const other = await ask({ apiKey: 'another-key' });
		expect(other.error).toContain('401');
		expect(other.ids).toEqual([]);
		expect(other.text).not.toContain('e30');
	});

	it('is not shown by a key that may no longer read it', async () => {
		store(30);
		await ask();
		Object.assign(n8n.workflows.find(({ id }) => id === 'w2') ?? {}, { isForeign: true });
		const answer = await ask();
		expect(answer.ids).toHaveLength(20);
		expect(answer.text).toBe((await askAnew()).text);
		n8n.scopes.delete('execution:list');
		const without = await ask();
		expect(without.error).toContain('403');
		expect(without.ids).toEqual([]);
	});

	it('is not changed by what a workflow does to the items of it', async () => {
		store(300);
		await ask();
		const run = async () =>
			(
				await runAction(node, {
					items: [{ json: {} }],
					parameters: { resource: 'event', operation: 'getMany', returnAll: true } as never,
					credentials: { realtimeWebhooksN8nEventStoreApi: { baseUrl, apiKey: EVENT_STORE_KEY } },
				})
			).outputs[0] ?? [];
		const both = await Promise.all([run(), run()]);
		const expected = JSON.stringify(both[1]);
		expect(JSON.stringify(both[0])).toBe(expected);
		for (const { json } of both[0])
			Object.assign(json.event as object, { type: 'changed', data: 1 });
		expect(JSON.stringify(both[1])).toBe(expected);
		expect(JSON.stringify(await run())).toBe(expected);
	});

	it('gives events without data, and with any JSON as data, as they were', async () => {
		for (const data of [undefined, null, 0, '', [], { data: null }]) {
			n8n.store('w1', event('e', { data, after: 'data' }));
		}
		const refused = { type: 'webhook.refused', dedupekey: 'webhook.refused|e' };
		const reasons = [{ reason: 'signature_mismatch', count: 3 }];
		n8n.store('w1', event('r', { ...refused, data: { refused: 3, reasons } }));
		await ask();
		for (const operation of ['summarize', 'report', 'getMany']) {
			const { outputs } = await run(operation, {});
			const anew = await run(operation, { memoryMb: 0 });
			const { html: _page, restarts: _untilNow, ...numbers } = outputs[0]?.[0]?.json ?? {};
			const { html: _other, restarts: _too, ...expected } = anew.outputs[0]?.[0]?.json ?? {};
			expect(JSON.stringify(numbers)).toBe(JSON.stringify(expected));
			if (operation === 'report') expect(numbers.refusedDeliveries).toBe(3);
		}
		expect((await ask()).text).toBe((await askAnew()).text);
	});

	it('stays within its megabytes, and keeps the newest', async () => {
		const noise = (n: number) =>
			Array.from({ length: 400 }, (_, at) =>
				((n * 7919 + at * 104_729) % 99_991).toString(36),
			).join();
		for (let n = 1; n <= 2_000; n += 1) {
			n8n.store('w1', event(`e${n}`, { data: { raw: noise(n) } }));
		}
		const options = { memoryMb: 0.5 };
		const first = await ask({ options });
		expect(readingMemory.bytes).toBeLessThanOrEqual(512 * 1024);
		expect(readingMemory.bytes).toBeGreaterThan(100 * 1024);
		const second = await ask({ options });
		expect(second.text).toBe(first.text);
		expect(second.dataPages).toBeLessThan(first.dataPages);
		const newest = { options, more: { returnAll: false, limit: 50 } };
		expect((await ask(newest)).dataPages).toBe(0);
	});

	it('gives the same as without memory, whatever happens between two reads', async () => {
		const statuses = [
			'success',
			'error',
			'crashed',
			'canceled',
			'waiting',
			'running',
			'new',
		] as const;
		const step = fc.oneof(
			fc.record({
				kind: fc.constant('store' as const),
				status: fc.constantFrom(...statuses),
				workflow: fc.constantFrom('w1', 'w2'),
				mode: fc.constantFrom('webhook', 'manual', 'integrated'),
			}),
			fc.record({
				kind: fc.constantFrom('remove' as const, 'retry' as const, 'end' as const),
				at: fc.nat(),
			}),
			fc.record({
				kind: fc.constant('ask' as const),
				order: fc.constantFrom('newest', 'oldest'),
				status: fc.constantFrom([], ['error'], ['success', 'waiting']),
				workflows: fc.constantFrom([], ['w1']),
				includeReplays: fc.boolean(),
				includeTestRuns: fc.boolean(),
			}),
		);
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
				readingMemory.clear();
				n8n.executions.splice(0);
				store(40, (n) =>
					n % 9 === 0 ? { status: 'waiting' } : n % 7 === 0 ? { isDataLost: true } : {},
				);
				for (const one of steps) {
					const { executions } = n8n;
					if (one.kind === 'store') {
						const { status, workflow, mode } = one;
						n8n.store(workflow, event(`s${executions.length}`), { status, mode });
					} else if (one.kind === 'ask') {
						const { order, status, workflows, includeReplays, includeTestRuns } = one;
						const question = {
							filters: { status, workflows },
							options: { order, includeReplays, includeTestRuns },
						};
						expect((await ask(question)).text).toBe((await askAnew(question)).text);
					} else {
						const found = executions[one.at % Math.max(executions.length, 1)];
						if (found === undefined) continue;
						if (one.kind === 'remove') remove(found.id);
						else if (one.kind === 'end') change(found.id, { status: 'error' });
						else {
							const retry = n8n.store(found.workflowId, event('again'), {
								mode: 'retry',
								retryOf: String(found.id),
							});
							change(found.id, { retrySuccessId: String(retry.id) });
						}
					}
				}
				expect((await ask()).text).toBe((await askAnew()).text);
			}),
			{ numRuns: 25 },
		);
	}, 120_000);
});
