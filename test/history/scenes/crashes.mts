import { describe, expect, test, vi } from 'vitest';
import { publishBaileys } from '../../support/baileysWorkflow.mts';
import { publishReplayer } from '../../support/replayWorkflow.mts';
import { ask } from '../ask.mts';
import type { LoadedHistory } from '../loadedHistory.mts';
import { send } from '../mixedWorkflows.mts';
import { newestId, replaysAfter } from './replays.mts';

/** Deliveries that are acknowledged before n8n is killed, at least. */
const ACKNOWLEDGED = 40;

const PATIENCE = { timeout: 200_000, interval: 50 };

/** n8n ends at the worst moment. */
export function crashScene(history: () => LoadedHistory): void {
	describe('n8n ends', () => {
		test('by kill -9 while it receives: every acknowledged event is found, and runs again', async () => {
			const { n8n } = history();
			const live = await publishBaileys(n8n);
			const before = await newestId(history());
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
			expect(error).toBeUndefined();
			expect(gaps).toEqual([]);
			expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['replayed']));
			const found = results.map(({ event }) => String((event as { id: unknown }).id));
			expect(new Set(found).size).toBe(found.length);
			expect([...acknowledged].filter((id) => !found.includes(id))).toEqual([]);
			const replays = await replaysAfter(history(), before);
			expect(replays.map(({ id }) => id)).toEqual(found);
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
			const before = await newestId(history());
			await replayer.start();
			await vi.waitUntil(async () => (await replaysAfter(history(), before)).length > 2, PATIENCE);
			await n8n.stop();
			await n8n.startAgain();
			await n8n.client.waitForWebhook(live.path);
			const answer = await replayer.ask();
			expect(answer.error).toBeUndefined();
			expect(answer.results).toHaveLength(ids.length);
			const replays = await replaysAfter(history(), before);
			const succeeded = replays.filter(({ status }) => status === 'success');
			expect(succeeded.map(({ id }) => id)).toEqual(ids);
		});

		test('while the history is read: the reader waits for it and misses nothing', async () => {
			const { n8n } = history();
			const reference = await history().reference();
			const asked = { status: ['error', 'crashed', 'canceled', 'waiting'] };
			const reading = ask(history(), 'getMany', asked);
			await n8n.stop();
			await n8n.startAgain();
			const { results, error } = await reading;
			if (error !== undefined) {
				expect(error.message).toContain('n8n could not list executions');
				expect(error.description).toContain("'Base URL'");
			}
			const complete =
				error === undefined ? results : (await ask(history(), 'getMany', asked)).results;
			expect(complete.map(({ executionId }) => executionId)).toEqual(
				reference.answer(asked).events.map(({ executionId }) => executionId),
			);
		});
	});
}
