import type { IWebhookFunctions } from 'n8n-workflow';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { lookupsOf } from '../../nodes/Kometia/lookUp.ts';
import type { CoreTrigger } from '../conformance/coreTrigger.mts';
import { KometiaTriggers, sent } from '../support/kometiaTriggers.mts';
import { deduplicateIn } from '../support/n8nCore.mts';
import { memoryDeduplicator } from '../support/n8nWebhook.mts';

const FLOOD = 5_000;
const AT_ONCE = 50;

let kometia: KometiaTriggers;

beforeAll(async () => await deduplicateIn(memoryDeduplicator()));

beforeEach(async () => {
	kometia = await KometiaTriggers.open();
});

afterEach(async () => {
	vi.useRealTimers();
	await kometia.close();
});

/** How much the node remembers of lookups. */
function memoryOf({ workflowId, nodeId }: CoreTrigger) {
	const context = { getWorkflow: () => ({ id: workflowId }), getNode: () => ({ id: nodeId }) };
	return lookupsOf(context as IWebhookFunctions).lookup.size;
}

describe('a flood', () => {
	/** Sends forged ids, so many at a time, and counts the answers by status. */
	async function flood(trigger: CoreTrigger, idOf: (at: number) => string) {
		const counts: Record<number, number> = {};
		let next = 0;
		const sender = async () => {
			while (next < FLOOD) {
				const { status } = await trigger.send(sent({ id: idOf(next++) }));
				counts[status] = (counts[status] ?? 0) + 1;
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, sender));
		return counts;
	}

	test('of 5,000 made-up ids costs no more lookups than the limits allow, and no execution', async () => {
		// The clock stands still, so that all of it happens within one minute.
		vi.useFakeTimers({ toFake: ['Date'] });
		const trigger = await kometia.start({ lookupsPerMinute: 60, lookupsAtOnce: 5 });
		const counts = await flood(trigger, (at) => `forged_${at}`);
		expect(counts).toEqual({ 401: 60, 503: FLOOD - 60 });
		expect(kometia.store.calls).toHaveLength(60);
		expect(kometia.store.mostAtOnce).toBeLessThanOrEqual(5);
		expect(trigger.events()).toHaveLength(0);
		expect(memoryOf(trigger)).toEqual({ running: 0, found: 0, missing: 60 });
		// Of 60 refusals only the first few are in the log.
		expect(trigger.log().match(/does not know event/g)?.length).toBeLessThanOrEqual(3);

		const event = kometia.order('evt_genuine');
		expect((await trigger.send(sent(event))).status).toBe(503);
		vi.setSystemTime(Date.now() + 60_000);
		expect((await trigger.send(sent(event))).status).toBe(200);
		expect(trigger.events()).toMatchObject([{ id: 'evt_genuine' }]);
	});

	test('of one made-up id costs one lookup', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		const trigger = await kometia.start();
		expect(await flood(trigger, () => 'forged')).toEqual({ 401: FLOOD });
		expect(kometia.store.calls).toHaveLength(1);
	});

	test('of copies of a genuine event costs one lookup and one execution', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		kometia.order();
		const trigger = await kometia.start();
		expect(await flood(trigger, () => 'evt_1')).toEqual({ 200: FLOOD });
		expect(kometia.store.calls).toHaveLength(1);
		expect(trigger.events()).toHaveLength(1);
	});
});
