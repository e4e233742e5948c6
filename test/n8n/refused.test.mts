import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishBaileys, TRIGGER, type LiveWorkflow } from '../support/baileysWorkflow.mts';
import { deliver, post, receivedMessage } from '../support/inboxHub.mts';
import { outputOf, startTestN8n, type TestN8n } from '../support/n8n.mts';

/** Three seconds, so that a test sees an interval end. */
const INTERVAL = { refusedInterval: 0.05 };

describe('refused deliveries, in a real n8n', () => {
	let n8n: TestN8n;

	beforeAll(async () => {
		n8n = await startTestN8n();
	});
	afterAll(async () => await n8n?.close());

	const forge = async (url: string) => await post(url, JSON.stringify(receivedMessage()));
	const publish = async (events: string[], options: Record<string, unknown> = INTERVAL) =>
		await publishBaileys(n8n, { parameters: { events, options } });
	const passed = async (live: LiveWorkflow, count: number) =>
		(await n8n.client.waitForExecutions(live.workflow.id, count)).map((execution) => ({
			mode: execution.mode,
			event: outputOf(execution, 'Nothing')[0]?.json,
		}));
	const listen = async ({ workflow: { id } }: LiveWorkflow) => {
		const workflowData = await n8n.client.rest<Record<string, unknown>>('GET', `/workflows/${id}`);
		await n8n.client.rest('POST', `/workflows/${id}/run`, {
			workflowData,
			triggerToStartFrom: { name: TRIGGER },
		});
	};

	test('are an event at once, and one for the rest of the interval although nobody sends', async () => {
		const live = await publish(['webhook.refused']);
		for (let n = 0; n < 4; n += 1) {
			expect(await forge(live.url)).toMatchObject({
				status: 401,
				json: { error: 'signature_missing' },
			});
		}
		expect((await deliver(live.url, receivedMessage())).json).toEqual({ ignored: true });
		const [rest, first] = await passed(live, 2);
		expect(first).toMatchObject({
			mode: 'webhook',
			event: { type: 'webhook.refused', source: '/inbox-hub', data: { refused: 1 } },
		});
		expect(rest).toMatchObject({
			mode: 'trigger',
			event: {
				verification: 'none',
				data: {
					refused: 3,
					reasons: [{ reason: 'signature_missing', count: 3 }],
					sourceAddressCount: 1,
					ignored: 1,
				},
			},
		});
		await sleep(3_500);
		expect(await passed(live, 2)).toHaveLength(2);
		expect(n8n.log().match(/Deliveries are refused: .*/g)).toHaveLength(1);
		expect(n8n.log()).toContain('signature_missing (1); from ');
	});

	test('are none where only all events are wanted', async () => {
		const live = await publish(['*']);
		await forge(live.url);
		await forge(live.url);
		await sleep(3_500);
		expect(await n8n.client.listExecutions({ workflowId: live.workflow.id })).toEqual([]);
	});

	test('are told no more once the workflow is unpublished, and again after a restart', async () => {
		const live = await publish(['webhook.refused']);
		await forge(live.url);
		await forge(live.url);
		await n8n.client.unpublish(live.workflow.id);
		await n8n.client.waitForWebhook(live.path, { live: false });
		await sleep(3_500);
		expect(await passed(live, 1)).toHaveLength(1);

		const other = await publish(['webhook.refused']);
		await n8n.stop();
		await n8n.startAgain();
		await n8n.client.waitForWebhook(other.path);
		await forge(other.url);
		await forge(other.url);
		expect((await passed(other, 2)).map(({ mode }) => mode)).toEqual(['trigger', 'webhook']);
	});

	test('end the listening in the editor with an error that says why', async () => {
		const live = await publish(['*', 'webhook.refused']);
		await listen(live);
		const url = `${n8n.url}/webhook-test/${live.path}`;
		expect(await forge(url)).toMatchObject({ status: 401, json: { error: 'signature_missing' } });
		const [execution] = await n8n.client.waitForExecutions(live.workflow.id, 1);
		expect(execution).toMatchObject({ mode: 'manual', status: 'error' });
		const shown = JSON.stringify(execution);
		expect(shown).toContain(
			'The delivery was refused (signature_missing): it has no signature where one is expected',
		);
		expect(shown).toContain('If it is genuine: the sender does not sign');
		expect(shown).not.toContain('Hola');
		expect(execution && outputOf(execution, 'Nothing')).toEqual([]);
		expect((await forge(url)).status).toBe(404);

		// A genuine one is a test as ever, and the published workflow has seen nothing of it all.
		await listen(live);
		expect((await deliver(url, receivedMessage())).json).toMatchObject({ received: true });
		const [test] = await n8n.client.waitForExecutions(live.workflow.id, 2);
		expect(test).toMatchObject({ mode: 'manual', status: 'success' });
		await sleep(3_500);
		expect(
			await n8n.client.listExecutions({ workflowId: live.workflow.id, includeData: false }),
		).toHaveLength(2);
	});
});
