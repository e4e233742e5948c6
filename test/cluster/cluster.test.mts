import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROCESSORS, WORKERS } from '../../scripts/cluster/n8nCluster.mts';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { until } from '../../scripts/support/until.mts';
import { randomNumbers } from '../support/randomNumbers.mts';
import { eventStoreCredential, inARow, nodeOf, replayNode } from '../support/replayWorkflow.mts';
import { outputOf } from '../support/n8n.mts';
import { WebhookReceiver } from '../support/webhookReceiver.mts';
import { missingForCluster, TestCluster } from '../support/testCluster.mts';
import { ListeningScene } from './listeningScene.mts';
import {
	aMoment,
	LAST,
	PATIENCE_MS,
	publishRecovery,
	Scene,
	withRepeats,
	type Counts,
	type RecoverItem,
	type Sent,
} from './scenes.mts';

const AWAY_MS = 4_000;

const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

const NOTHING = { lost: [], doubled: [] };

/** Ids of so many events. */
const idsOf = (prefix: string, count: number) =>
	Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);

const title = 'A real cluster: main, two processors, two workers, Redis, PostgreSQL';

describe.skipIf(missingForCluster !== undefined)(
	missingForCluster === undefined ? title : `${title} (${missingForCluster})`,
	() => {
		let cluster: TestCluster;
		let recover: (processor: number) => Promise<RecoverItem[]>;
		let killed: Scene;
		let sentToKilled: Sent;

		beforeAll(async () => {
			cluster = await TestCluster.start();
			recover = await publishRecovery(cluster);
		});
		afterAll(async () => await cluster?.close());

		/** Every scene ends with it. */
		function tell(what: string, counts: Counts): void {
			const { events, deliveries, executions, statuses, lost, doubled } = counts;
			console.log(
				`${what}: ${events} events in ${deliveries} deliveries, ${executions} executions ${JSON.stringify(statuses)}, lost ${lost.length}, doubled ${doubled.length}`,
			);
			expect({ lost, doubled }).toEqual(NOTHING);
		}

		test('50 copies at once over two processors are one execution', async () => {
			const scene = await Scene.publish(cluster);
			const copies = Array.from({ length: 50 }, async (_, index) => {
				// A processor that has just started may not have reached Redis yet: 503, and it is sent again.
				return await until('a copy is answered', PATIENCE_MS, async () => {
					const { status, json } = await scene.send('COPY-1', index);
					return status === 200 ? (json as object) : undefined;
				});
			});
			const answers = await Promise.all(copies);
			expect(answers.filter((json) => 'received' in json)).toHaveLength(1);
			expect(answers.filter((json) => 'duplicate' in json)).toHaveLength(49);
			const counts = await scene.count(new Set(['COPY-1']), 50);
			expect(counts.executions).toBe(1);
			tell('50 copies', counts);
		});

		test('two workers that use a node for the first time both keep their keys', async () => {
			const scene = await Scene.publish(cluster);
			const ids = idsOf('FIRST', 10);
			await scene.sendAll(ids, ids.length);
			tell('first use', await scene.count(new Set(ids), ids.length));
			expect(await cluster.keysHeld(scene.workflowId)).toBe(ids.length);
		});

		// What dead workers had comes back after minutes of silence, in which the next scenes run.
		test('both workers are killed with what they run, one of them for good', async () => {
			killed = await Scene.publish(cluster, { following: [aMoment(3)] });
			sentToKilled = await killed.sendDuring({ before: 20, seed: 12 }, async () => {
				await Promise.all(WORKERS.map(async (name) => await cluster.cluster.kill9(name)));
			});
			await cluster.cluster.startPart('worker1');
		});

		test('300 events in random order, a third of them again, are each once, and all keys are kept', async () => {
			const scene = await Scene.publish(cluster);
			const ids = idsOf('MANY', 300);
			const all = withRepeats(ids, 0.3, randomNumbers(7));
			await scene.sendAll(all, 20);
			const counts = await scene.count(new Set(ids), all.length);
			tell('random order', counts);
			expect(counts.executions).toBe(ids.length);
			expect(await cluster.keysHeld(scene.workflowId)).toBe(ids.length);
		});

		test('kill -9 of a processor', async () => {
			const scene = await Scene.publish(cluster);
			const counts = await scene.underLoad({ before: 20, seed: 11 }, async () => {
				await cluster.cluster.kill9('processor1');
				await cluster.cluster.startPart('processor1');
			});
			tell('kill -9 of a processor', counts);
		});

		test('kill -9 of main, which also listens to a realtime server', async () => {
			const scene = await Scene.publish(cluster);
			const listening = await ListeningScene.publish(cluster);
			for (const number of [1, 2]) listening.send(number);
			await listening.heard('withHistory', 2);
			await listening.heard('without', 2);
			const counts = await scene.underLoad({ before: 20, seed: 13 }, async () => {
				await cluster.cluster.kill9('main');
				listening.send(3);
				await cluster.cluster.startPart('main');
				await listening.listening();
				listening.send(4);
			});
			tell('kill -9 of main', counts);
			const withHistory = await listening.heard('withHistory', 4);
			const without = await listening.heard('without', 4);
			console.log(`  heard: ${JSON.stringify({ withHistory, without })}`);
			expect(withHistory).toEqual({ numbers: [1, 2, 3, 4], gaps: 0 });
			expect(without).toEqual({ numbers: [1, 2, 4], gaps: 1 });
			await listening.close();
		});

		test('two recoveries at once run each event of the killed workers once', async () => {
			const recovered: RecoverItem[] = [];
			const { acknowledged, deliveries } = sentToKilled;
			const counts = await killed.count(acknowledged, deliveries, async () => {
				const both = await Promise.all([recover(0), recover(1)]);
				recovered.push(...both.flat().filter(({ outcome }) => outcome !== 'skipped'));
			});
			await cluster.cluster.startPart('worker2');
			tell('kill -9 of both workers', counts);
			console.log(`  brought back by two recoveries at once: ${recovered.length}`);
			const runAgain = recovered.flatMap(({ executionId }) => executionId ?? []);
			expect(new Set(runAgain).size).toBe(runAgain.length);
			// More than one of them ran.
			expect(recovered.length).toBeGreaterThan(cluster.cluster.concurrency);
		});

		test('kill -9 of a Redis that writes down each change', async () => {
			const scene = await Scene.publish(cluster, { following: [aMoment()] });
			const counts = await scene.underLoad(
				{ before: 20, seed: 14 },
				async () => {
					await cluster.cluster.kill9('redis');
					await cluster.cluster.startPart('redis');
				},
				async () => await recover(0),
			);
			tell('kill -9 of Redis', counts);
		});

		test('Redis away for 4 seconds', async () => {
			const scene = await Scene.publish(cluster);
			const counts = await scene.underLoad(
				{ before: 20, seed: 15 },
				async () => {
					await cluster.cluster.stopPart('redis');
					await sleep(AWAY_MS);
					await cluster.cluster.startPart('redis');
				},
				async () => await recover(0),
			);
			tell('Redis away for 4 s', counts);
		});

		test('Redis emptied: what was handled before is stopped by n8n itself', async () => {
			const scene = await Scene.publish(cluster);
			const ids = idsOf('GONE', 20);
			const acknowledged = new Set(ids);
			await Promise.all(ids.map(async (id, index) => await scene.send(id, index)));
			tell('before Redis is emptied', await scene.count(acknowledged, ids.length));
			await until('nothing is left to do', PATIENCE_MS, async () =>
				(await scene.isIdle()) ? true : undefined,
			);
			await cluster.redis('FLUSHALL');
			// At the processor that does not know them by itself.
			const repeats = ids.map(async (id, index) => await scene.send(id, index + 1));
			for (const { status } of await Promise.all(repeats)) expect(status).toBe(200);
			await until('the repeats have ended', PATIENCE_MS, async () =>
				(await scene.isIdle()) ? true : undefined,
			);
			const counts = await scene.count(acknowledged, 2 * ids.length);
			expect(counts.executions).toBe(2 * ids.length);
			tell('Redis emptied', counts);
		});

		test('two replays at once on two workers replay each event once', async () => {
			const scene = await Scene.publish(cluster);
			const ids = idsOf('AGAIN', 12);
			await scene.sendAll(ids, ids.length);
			tell('before the replays', await scene.count(new Set(ids), ids.length));
			const path = randomUUID();
			const filters = { workflows: [scene.workflowId] };
			const nodes = [
				nodeOf(
					'Ask',
					'n8n-nodes-base.webhook',
					2.1,
					{ httpMethod: 'POST', path, responseMode: 'lastNode', responseData: 'allEntries' },
					{ webhookId: path },
				),
				replayNode(
					{ target: 'originalWorkflow', filters, options: {} },
					{ realtimeWebhooksN8nEventStoreApi: await eventStoreCredential(cluster) },
				),
			];
			const draft = { name: 'Replays', nodes, connections: inARow(nodes), settings: {} };
			await cluster.createPublished(draft, path);
			const asked = cluster.urlsOf(path).map(async (url) => {
				const answer = await fetch(url, { method: 'POST' });
				return (await answer.json()) as Array<{ outcome: string }>;
			});
			const outcomes = (await Promise.all(asked)).flat().map(({ outcome }) => outcome);
			expect(outcomes.filter((outcome) => outcome === 'replayed')).toHaveLength(ids.length);
			const { completed } = await cluster.outcomeOf(scene.workflowId, LAST);
			const times = ids.map((id) => completed.get(id));
			console.log(
				`two replays: ${ids.length} events, each ran ${[...new Set(times)].join()} times`,
			);
			expect(times).toEqual(ids.map(() => 2));
		});

		test('ten executions on two workers keep the rate limit of a subscriber together', async () => {
			const receiver = await WebhookReceiver.start();
			try {
				const path = randomUUID();
				const url = `${receiver.url}/hook`;
				const nodes = [
					nodeOf(
						'Ask',
						'n8n-nodes-base.webhook',
						2.1,
						{ httpMethod: 'POST', path, responseMode: 'lastNode' },
						{ webhookId: path },
					),
					nodeOf('Event', 'n8n-nodes-base.set', 3.4, {
						mode: 'raw',
						jsonOutput: '{ "type": "order.paid", "data": {} }',
					}),
					nodeOf('Notify', `${PACKAGE_NAME}.webhookNotifier`, 1, {
						subscribersFrom: 'list',
						subscribers: JSON.stringify([{ url, secret: SIGNING_SECRET, rateLimit: 0.01 }]),
						options: { allowHttp: true, allowedPrivateAddresses: '127.0.0.1', retryWithin: 0 },
					}),
				];
				const draft = { name: 'Notify', nodes, connections: inARow(nodes), settings: {} };
				const { id } = await cluster.createPublished(draft, path);
				const asked = Array.from({ length: 10 }, async (_, index) => {
					const to = cluster.urlsOf(path)[index % 2] ?? '';
					await (await fetch(to, { method: 'POST' })).text();
				});
				await Promise.all(asked);
				const ended = await cluster.client.waitForExecutions(id, 10, PATIENCE_MS);
				expect(ended.map(({ status }) => status)).toEqual(Array(10).fill('success'));
				const reasons = ended.flatMap((one) => outputOf(one, 'Notify', 1));
				console.log(
					`ten executions: ${receiver.received.length} requests, ${reasons.length} later`,
				);
				expect(receiver.received).toHaveLength(1);
				expect(reasons).toHaveLength(9);
			} finally {
				await receiver.close();
			}
		});

		test('the package is loaded by each process, and none has written a secret into its log', () => {
			const names = ['main', ...PROCESSORS, ...WORKERS] as const;
			expect(cluster.cluster.pids().size).toBe(names.length + 2);
			for (const name of names) {
				const log = cluster.cluster.log(name);
				expect(log).not.toContain(`${PACKAGE_NAME} could not`);
				expect(log).not.toContain('current-secret-0123456789');
			}
		});
	},
);
