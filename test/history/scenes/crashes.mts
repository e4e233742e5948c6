import { describe, expect, test, vi } from 'vitest';
import { publishBaileys } from '../../support/baileysWorkflow.mts';
import { publishReplayer } from '../../support/replayWorkflow.mts';
import type { LoadedHistory } from '../loadedHistory.mts';
import { send } from '../mixedWorkflows.mts';
import { expectSameList } from '../sameList.mts';
import { replaysAfter } from './replays.mts';

/** Deliveries that are acknowledged before n8n is killed, at least. */
const ACKNOWLEDGED = 40;

const PATIENCE = { timeout: 200_000, interval: 250 };

/** n8n ends at the worst moment. */
export function crashScene(history: () => LoadedHistory): void {
	describe('n8n ends', () => {
		test('by kill -9 while it receives: every acknowledged event is found, and runs again', async () => {
			const { n8n } = history();
			const live = await publishBaileys(n8n);
			const before = await history().store.newestId();
			const acknowledged = new Set<string>();
			let isDown = false;
			let number = 0;
			const sender = async () => {
				while (!isDown) {
					const id = `KILL${number++}`;
					// What has no answer may be sent again by its sender, and is not looked at here.
					const isTaken = await send(live, id).then(
						() => true,
						() => false,
					);
					if (isTaken) acknowledged.add(id);
				}
			};
			const senders = Array.from({ length: 4 }, sender);
			await vi.waitUntil(() => acknowledged.size >= ACKNOWLEDGED, PATIENCE);
			await n8n.kill9();
			isDown = true;
			await Promise.all(senders);
			await n8n.startAgain();
			await n8n.client.waitForWebhook(live.path);
			const workflows = [live.workflow.id];
			const replayer = await publishReplayer(n8n, {
				parameters: { target: 'originalWorkflow', filters: { workflows }, options: {} },
			});
			// In n8n itself: only there it is known that nothing runs any more that began before.
			const { results, gaps, error } = await replayer.ask();
			expect(error?.message).toBeUndefined();
			expect(gaps).toEqual([]);
			expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['replayed']));
			const found = results.map(({ event }) => String((event as { id: unknown }).id));
			expect(new Set(found).size).toBe(found.length);
			expect([...acknowledged].filter((id) => !found.includes(id))).toEqual([]);
			const replays = await replaysAfter(history(), before);
			expectSameList(
				replays.map(({ id }) => id),
				found,
			);
		});

		test('in good order while it replays: what is left runs when it is asked again, once', async () => {
			const { n8n } = history();
			const live = await publishBaileys(n8n);
			const ids = Array.from({ length: 20 }, (_, number) => `STOP${number}`);
			for (const id of ids) await send(live, id);
			await n8n.client.waitForExecutions(live.workflow.id, ids.length);
			const replayer = await publishReplayer(n8n, {
				parameters: {
					target: 'originalWorkflow',
					filters: { workflows: [live.workflow.id] },
					options: { eventsPerSecond: 4 },
				},
			});
			const before = await history().store.newestId();
			await replayer.start();
			await vi.waitUntil(async () => (await replaysAfter(history(), before)).length > 2, PATIENCE);
			await n8n.stop();
			await n8n.startAgain();
			await n8n.client.waitForWebhook(live.path);
			const answer = await replayer.ask();
			expect(answer.error?.message).toBeUndefined();
			expect(answer.results).toHaveLength(ids.length);
			const replays = await replaysAfter(history(), before);
			const succeeded = replays.filter(({ status }) => status === 'success');
			expect(succeeded.map(({ id }) => id)).toEqual(ids);
		});
	});
}
