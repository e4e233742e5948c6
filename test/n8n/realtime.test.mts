import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { REALTIME_SCENES } from '../realtime/scenes.mts';
import type { RealtimeScene } from '../realtime/scene.mts';
import { outputOf, startTestN8n, type TestN8n, type WorkflowNode } from '../support/n8n.mts';
import { APP, Soketi } from '../support/soketi.mts';
import { publicationFailure, triggerDraft } from '../support/triggerWorkflow.mts';
import { NOTIFIER_TOKEN, YapeNotifierStandIn } from '../support/yapeNotifier.mts';

/** n8n publishes in the background, and a listener waits up to 30 s between attempts. */
const PATIENCE = { timeout: 120_000, interval: 250 };

describe('Realtime Trigger and Realtime Broadcast, in a real n8n', () => {
	let n8n: TestN8n;

	beforeAll(async () => {
		n8n = await startTestN8n();
	});
	afterAll(async () => await n8n?.close());

	describe.each(REALTIME_SCENES)('$name', ({ transport, missing, open }) => {
		describe.skipIf(missing !== undefined)(missing ?? 'is installed', () => {
			let scene: RealtimeScene;
			let workflowId = '';

			beforeAll(async () => {
				scene = await open();
				const draft = await workflow(scene.credentials);
				workflowId = (await n8n.createPublished(draft)).id;
				await vi.waitUntil(async () => await scene.listening(), PATIENCE);
			});
			afterAll(async () => await scene?.close());

			async function workflow(contents: RealtimeScene['credentials']) {
				const references: Record<string, { id: string; name: string }> = {};
				for (const [type, data] of Object.entries(contents)) {
					const name = `${type} ${randomUUID()}`;
					const { id } = await n8n.client.createCredential(name, type, data);
					references[type] = { id, name };
				}
				const node = (
					name: string,
					type: string,
					typeVersion: number,
					parameters: WorkflowNode['parameters'],
					types: readonly string[],
				): WorkflowNode => ({
					id: randomUUID(),
					name,
					type: `${PACKAGE_NAME}.${type}`,
					typeVersion,
					position: [typeVersion * -200, 0],
					parameters: { transport, ...parameters },
					credentials: Object.fromEntries(
						types.flatMap((one) => (references[one] ? [[one, references[one]]] : [])),
					),
				});
				return {
					name: `${transport} ${randomUUID()}`,
					nodes: [
						node(
							'Trigger',
							'realtimeTrigger',
							2,
							{ events: 'order.*', ...scene.triggerParameters },
							scene.triggerCredentials,
						),
						node(
							'Broadcast',
							'realtimeBroadcast',
							1,
							{ event: 'echo', payload: 'item', ...scene.broadcastParameters },
							scene.broadcastCredentials,
						),
					],
					connections: {
						Trigger: { main: [[{ node: 'Broadcast', type: 'main' as const, index: 0 }]] },
					},
				};
			}

			const executions = async () => await n8n.client.listExecutions({ workflowId });

			test('an event starts one execution, which broadcasts to the other client', async () => {
				await scene.send('ignored', { number: 0 });
				await scene.send('order.created', { number: 4711, text: '¡Olá, ação! 👋' });
				await expect.poll(() => scene.heard.length, PATIENCE).toBe(1);
				expect(JSON.stringify(scene.heard)).toContain('¡Olá, ação! 👋');
				const [execution, ...others] = await n8n.client.waitForExecutions(workflowId);
				expect(others).toEqual([]);
				expect(execution?.status).toBe('success');
				expect(execution && outputOf(execution, 'Trigger')[0]?.json).toMatchObject({
					specversion: '1.0',
					type: scene.type,
					verification: 'connection',
					data: { payload: { number: 4711 } },
				});
			});

			test('an event that carries its own identity starts no second execution', async () => {
				const before = (await executions()).length;
				const envelope = {
					specversion: '1.0',
					id: randomUUID(),
					source: '/shop',
					type: 'order.paid',
					time: '2026-01-02T03:04:05.000Z',
					data: { total: '12.50' },
				};
				await Promise.all([1, 2, 3].map(async () => await scene.send('order.paid', envelope)));
				await scene.send('order.last', { number: 2 });
				await expect
					.poll(async () => JSON.stringify(await executions()), PATIENCE)
					.toContain('order.last');
				const all = await n8n.client.waitForExecutions(workflowId, before + 2);
				expect(all).toHaveLength(before + 2);
				const paid = all.map((one) => outputOf(one, 'Trigger')[0]?.json);
				expect(paid.filter((json) => json?.id === envelope.id)).toHaveLength(1);
			});

			test('the server is restarted, and the listener comes back', async () => {
				const before = (await executions()).length;
				await scene.restart();
				await expect.poll(async () => await scene.listening(), PATIENCE).toBe(true);
				await scene.send('order.after-restart', { number: 3 });
				await expect.poll(async () => (await executions()).length, PATIENCE).toBe(before + 1);
				expect(n8n.log()).toContain('connected again');
			});

			test('what the server refuses for good does not go live, in its own words', async () => {
				const failure = await publicationFailure(n8n, await workflow(scene.refused.credentials));
				expect(failure).toMatch(scene.refused.words);
			});

			test('listening in the editor shows the next event', async () => {
				const draft = await workflow(scene.credentials);
				const { id } = await n8n.client.createWorkflow(draft);
				await n8n.client.rest('POST', `/workflows/${id}/run`, {
					workflowData: await n8n.client.rest<object>('GET', `/workflows/${id}`),
					triggerToStartFrom: { name: 'Trigger' },
				});
				const shown = async () => {
					await scene.send('order.test', { number: 6 });
					const ended = await n8n.client.listExecutions({ workflowId: id });
					return JSON.stringify(ended);
				};
				await expect.poll(shown, PATIENCE).toContain(scene.type.replace('created', 'test'));
			});

			test('no secret in an execution or in the log; unpublished, nobody listens', async () => {
				const shown = JSON.stringify(await executions()) + n8n.log();
				for (const secret of scene.secrets) expect(shown).not.toContain(secret);
				await n8n.client.unpublish(workflowId);
				await expect.poll(async () => await scene.listening(), PATIENCE).toBe(false);
				await scene.send('order.unheard', { number: 5 });
				expect(JSON.stringify(await executions())).not.toContain('order.unheard');
			});
		});
	});

	test('preset Yape Notifier: payments, and after a restart of the server what was missed', async () => {
		const soketi = await Soketi.start();
		const notifier = new YapeNotifierStandIn(APP);
		notifier.takesTokens = true;
		const baseUrl = await notifier.start();
		try {
			const realtimeWebhooksPusherApi = await n8n.client.createCredential(
				'Pusher (Yape)',
				'realtimeWebhooksPusherApi',
				{
					...soketi.credential,
					secret: '',
				},
			);
			const realtimeWebhooksYapeNotifierApi = await n8n.client.createCredential(
				'Yape',
				'realtimeWebhooksYapeNotifierApi',
				{
					baseUrl,
					token: NOTIFIER_TOKEN,
					webhookSecret: '',
				},
			);
			const draft = triggerDraft({
				type: 'realtimeTrigger',
				name: 'Realtime Trigger',
				path: randomUUID(),
				parameters: {
					transport: 'pusher',
					preset: 'yapeNotifier',
					commerceId: '5',
					events: 'yape.payment.received',
					options: {},
				},
				credentials: { realtimeWebhooksPusherApi, realtimeWebhooksYapeNotifierApi },
			});
			const { id: workflowId } = await n8n.createPublished(draft);
			const amounts = async () =>
				(await n8n.client.listExecutions({ workflowId })).flatMap((one) =>
					outputOf(one, 'Nothing').map(({ json }) => (json.data as { amount: string }).amount),
				);
			await expect.poll(() => notifier.calls, PATIENCE).toContain('GET /api/notifications');
			const tell = async (soles: string) =>
				void (await soketi.pusher.trigger(
					'private-commerce.5',
					'notification.created',
					notifier.store(soles),
				));
			await expect
				.poll(async () => {
					await tell('1');
					return (await amounts()).length;
				}, PATIENCE)
				.toBeGreaterThan(0);
			await soketi.kill();
			notifier.store('22');
			notifier.store('33');
			await soketi.run();
			await expect.poll(amounts, PATIENCE).toEqual(expect.arrayContaining(['22.00', '33.00']));
			const all = await amounts();
			expect(all.filter((amount) => amount === '22.00')).toHaveLength(1);
			expect(n8n.log()).not.toContain(NOTIFIER_TOKEN);
			await n8n.client.unpublish(workflowId);
		} finally {
			await soketi.kill();
			await notifier.stop();
		}
	});
});
