import { randomUUID } from 'node:crypto';
import type { IRun, WorkflowExecuteMode } from 'n8n-workflow';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BaileysTrigger } from '../../nodes/Baileys/BaileysTrigger.node.ts';
import {
	createWorkflow,
	deduplicateIn,
	runWorkflow,
	type TestWorkflow,
} from '../support/n8nCore.mts';
import { captureLog } from '../support/n8nLog.mts';
import { memoryDeduplicator } from '../support/n8nWebhook.mts';

let log: ReturnType<typeof captureLog>;
let workflow: TestWorkflow;

/** Keys that n8n's store has from before this process was started. */
let fromBefore: string[] = [];

beforeAll(async () => {
	const store = memoryDeduplicator();
	await deduplicateIn({
		...store,
		checkProcessedAndRecord: async (items, ...rest) => {
			const { new: fresh, processed } = await store.checkProcessedAndRecord(items, ...rest);
			const known = fresh.filter((key) => fromBefore.includes(String(key)));
			return {
				new: fresh.filter((key) => !known.includes(key)),
				processed: [...processed, ...known],
			};
		},
	});
});
beforeEach(() => {
	fromBefore = [];
	log = captureLog();
	workflow = triggerOf(randomUUID());
});
afterEach(() => log.stop());

/** What this process knows of a workflow's events is kept by its id: another id is another process. */
function triggerOf(id: string): TestWorkflow {
	const type = new BaileysTrigger();
	return createWorkflow({ Trigger: { type, parameters: { events: ['*'] } } }, {}, { id });
}

const item = (id: string) => ({ json: { id, dedupekey: `message|${id}` } });

const passedOf = (run: IRun) =>
	run.data.resultData.runData.Trigger?.[0]?.data?.main?.[0]?.map(({ json }) => json.id);

const execute = async (mode: WorkflowExecuteMode, ...ids: string[]) =>
	passedOf(await runWorkflow(workflow, 'Trigger', ids.map(item), mode));

describe('a retry in n8n, from the trigger on', () => {
	test('ends at the trigger where the event has passed, and says in which execution', async () => {
		expect(await execute('webhook', 'A')).toEqual(['A']);
		expect(await execute('retry', 'A')).toEqual([]);
		expect(log.text()).toContain(
			'Nothing was run again, because execution execution-1 already handled the same event',
		);
	});

	test('passes once where nothing has, and then no copy passes any more', async () => {
		expect(await execute('retry', 'A')).toEqual(['A']);
		expect(await execute('retry', 'A')).toEqual([]);
		expect(await execute('webhook', 'A')).toEqual([]);
	});

	test('passes although the event was recorded before the crash, where no copy of it passes', async () => {
		fromBefore = ['message|A'];
		expect(await execute('webhook', 'A')).toEqual([]);
		expect(await execute('retry', 'A')).toEqual(['A']);
	});

	test('of several events, those pass that have not', async () => {
		expect(await execute('webhook', 'A')).toEqual(['A']);
		expect(await execute('retry', 'A', 'B')).toEqual(['B']);
	});

	test('passes once also after a restart, where n8n keeps no trace of the retry that did', async () => {
		const retried = async (retryOf: string) =>
			passedOf(
				await runWorkflow(workflow, 'Trigger', [item('A')], 'retry', undefined, { retryOf }),
			);
		fromBefore = ['message|A', 'message|A\nretry of 7'];
		expect(await retried('7')).toEqual([]);
		expect(log.text()).toContain('Nothing was run again');
		// The retry crashed, and is retried itself.
		workflow = triggerOf(randomUUID());
		expect(await retried('9')).toEqual(['A']);
	});

	test.each([
		['retry', 'retry'],
		['retry', 'webhook'],
		['webhook', 'retry'],
	] as const)('at the same moment as another execution (%s, %s): one passes', async (a, b) => {
		const passed = await Promise.all([execute(a, 'A'), execute(b, 'A')]);
		expect(passed.flat()).toEqual(['A']);
	});
});

test('a test in the editor and a replay pass whatever has passed before', async () => {
	expect(await execute('webhook', 'A')).toEqual(['A']);
	expect(await execute('manual', 'A')).toEqual(['A']);
	expect(await execute('integrated', 'A')).toEqual(['A']);
});
