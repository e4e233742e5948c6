import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishBaileys, type LiveWorkflow } from '../support/baileysWorkflow.mts';
import { deliver, receivedMessage, sign } from '../support/inboxHub.mts';
import { startTestN8n, type TestN8n, type WorkflowNode } from '../support/n8n.mts';
import { WebhookReceiver } from '../support/webhookReceiver.mts';

/** How the node behind the trigger fares. */
type Work = 'succeed' | 'fail' | 'hang';

/** What the workflows work on: each has a path of its own, and is told how its work goes. */
class WorkPlace {
	private constructor(private readonly server: WebhookReceiver) {}

	static async open(): Promise<WorkPlace> {
		return new WorkPlace(await WebhookReceiver.start());
	}

	/** A workflow's node that works here, and what the test needs to know of it. */
	bench(how: Work, extra: Partial<WorkflowNode> = {}) {
		const path = `/${randomUUID()}`;
		const hanging: ServerResponse[] = [];
		const bench = {
			how,
			hanging,
			runs: () => this.server.received.filter((one) => one.path === path).length,
			/** Ends what hangs. */
			finish: (status = 200) => {
				for (const response of hanging.splice(0)) response.writeHead(status).end('{}');
			},
			node: {
				id: randomUUID(),
				name: 'Work',
				type: 'n8n-nodes-base.httpRequest',
				typeVersion: 4.2,
				position: [220, 0],
				parameters: { url: `${this.server.url}${path}`, options: {} },
				...extra,
			} satisfies WorkflowNode,
		};
		this.server.answers.set(path, (response) => {
			if (bench.how === 'hang') hanging.push(response);
			else response.writeHead(bench.how === 'fail' ? 404 : 200).end('{"secret":"of the workflow"}');
		});
		return bench;
	}

	async close(): Promise<void> {
		await this.server.close();
	}
}

const FAILED = { status: 500, json: { error: 'workflow_failed' } };
const received = (id: string) => ({ status: 200, json: { received: true, id } });
const duplicate = (id: string) => ({ status: 200, json: { duplicate: true, id } });

describe('an answer when the workflow has ended, in a real n8n', () => {
	let n8n: TestN8n;
	let work: WorkPlace;

	beforeAll(async () => {
		work = await WorkPlace.open();
		n8n = await startTestN8n();
	});
	afterAll(async () => {
		await n8n?.close();
		await work?.close();
	});

	const publish = async (
		following: WorkflowNode[],
		settings: Record<string, unknown> = {},
	): Promise<LiveWorkflow> =>
		await publishBaileys(n8n, {
			parameters: { events: ['*'], options: { answer: 'whenEnded' } },
			following,
			settings,
		});
	const message = (whatsappMessageId: string) => receivedMessage({ whatsappMessageId });
	const send = async (live: LiveWorkflow, id: string) => await deliver(live.url, message(id));

	test('is 200 and nothing of its data, or 500 and the event may come again', async () => {
		const bench = work.bench('fail');
		const live = await publish([bench.node]);
		const failed = await send(live, 'EVENT');
		expect(failed).toMatchObject(FAILED);
		expect(failed.json).toEqual(FAILED.json);
		expect(await send(live, 'EVENT')).toMatchObject(FAILED);
		bench.how = 'succeed';
		const answer = await send(live, 'EVENT');
		expect(answer).toMatchObject(received('EVENT'));
		expect(answer.json).toEqual(received('EVENT').json);
		expect(await send(live, 'EVENT')).toMatchObject(duplicate('EVENT'));
		expect(bench.runs()).toBe(3);
		const executions = await n8n.client.waitForExecutions(live.workflow.id, 3);
		expect(executions.map(({ status }) => status)).toEqual(['success', 'error', 'error']);
	});

	test('counts for what n8n saves nothing of', async () => {
		const bench = work.bench('fail');
		const live = await publish([bench.node], {
			saveDataSuccessExecution: 'none',
			saveDataErrorExecution: 'none',
		});
		expect(await send(live, 'UNSAVED')).toMatchObject(FAILED);
		bench.how = 'succeed';
		expect(await send(live, 'UNSAVED')).toMatchObject(received('UNSAVED'));
		expect(await send(live, 'UNSAVED')).toMatchObject(duplicate('UNSAVED'));
	});

	test('is 200 where a node failed and its setting lets the workflow go on', async () => {
		const bench = work.bench('fail', { onError: 'continueRegularOutput' });
		const live = await publish([bench.node]);
		expect(await send(live, 'GOES-ON')).toMatchObject(received('GOES-ON'));
	});

	test('is 500 for a run that takes longer than the workflow may', async () => {
		const bench = work.bench('hang');
		const live = await publish([bench.node], { executionTimeout: 1 });
		expect(await send(live, 'SLOW')).toMatchObject(FAILED);
		bench.how = 'succeed';
		bench.finish();
		expect(await send(live, 'SLOW')).toMatchObject(received('SLOW'));
	});

	test('is 500 for a run that somebody stops', async () => {
		const bench = work.bench('hang');
		const live = await publish([bench.node]);
		const answer = send(live, 'STOPPED');
		await expect.poll(() => bench.hanging.length, { timeout: 30_000 }).toBe(1);
		const [running] = await n8n.client.listExecutions({
			workflowId: live.workflow.id,
			status: 'running',
		});
		await n8n.client.rest('POST', `/executions/${running?.id}/stop`);
		expect(await answer).toMatchObject(FAILED);
		bench.how = 'succeed';
		bench.finish();
		expect(await send(live, 'STOPPED')).toMatchObject(received('STOPPED'));
	});

	test('of copies that come meanwhile one takes over where the first failed', async () => {
		const bench = work.bench('hang');
		const live = await publish([bench.node]);
		const copies = Array.from({ length: 5 }, async () => await send(live, 'COPY'));
		await expect.poll(() => bench.hanging.length, { timeout: 30_000 }).toBe(1);
		bench.how = 'succeed';
		bench.finish(404);
		const answers = await Promise.all(copies);
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 500]);
		expect(answers.filter(({ json }) => 'received' in (json as object))).toHaveLength(1);
		expect(bench.runs()).toBe(2);
	});

	test('is kept although the sender hung up', async () => {
		const bench = work.bench('hang');
		const live = await publish([bench.node]);
		const body = JSON.stringify(message('HUNG-UP'));
		const sending = request(live.url, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-webhook-signature': sign(body) },
		});
		sending.on('error', () => undefined).end(body);
		await expect.poll(() => bench.hanging.length, { timeout: 30_000 }).toBe(1);
		sending.destroy();
		await sleep(300);
		const copy = send(live, 'HUNG-UP');
		await sleep(300);
		bench.finish();
		expect(await copy).toMatchObject(duplicate('HUNG-UP'));
		expect(bench.runs()).toBe(1);
	});

	test('what sleeps until later counts as ended: n8n has stored it and goes on by itself', async () => {
		const live = await publish([
			{
				id: randomUUID(),
				name: 'Wait',
				type: 'n8n-nodes-base.wait',
				typeVersion: 1.1,
				position: [220, 0],
				parameters: { resume: 'timeInterval', amount: 2, unit: 'hours' },
				webhookId: randomUUID(),
			},
		]);
		expect(await send(live, 'SLEEPS')).toMatchObject(received('SLEEPS'));
		expect(await send(live, 'SLEEPS')).toMatchObject(duplicate('SLEEPS'));
	});

	test('Respond to Webhook fails behind this trigger, as n8n lets it follow its own only', async () => {
		const live = await publish([
			{
				id: randomUUID(),
				name: 'Respond',
				type: 'n8n-nodes-base.respondToWebhook',
				typeVersion: 1.4,
				position: [220, 0],
				parameters: { respondWith: 'noData', options: {} },
			},
		]);
		expect(await send(live, 'RESPOND')).toMatchObject(FAILED);
		const [execution] = await n8n.client.waitForExecutions(live.workflow.id, 1);
		expect(JSON.stringify(execution)).toContain('No Webhook node found in the workflow');
	});

	test('kill -9 in the middle leaves the event free, and what was done is not done again', async () => {
		const done = work.bench('succeed');
		const finished = await publish([done.node]);
		expect(await send(finished, 'DONE')).toMatchObject(received('DONE'));
		const bench = work.bench('hang');
		const live = await publish([bench.node]);
		const lost = send(live, 'CRASHED').catch(() => 'lost');
		await expect.poll(() => bench.hanging.length, { timeout: 30_000 }).toBe(1);
		await n8n.kill9();
		expect(await lost).toBe('lost');
		bench.how = 'succeed';
		bench.finish();

		await n8n.startAgain();
		await n8n.client.waitForWebhook(live.path);
		await n8n.client.waitForWebhook(finished.path);
		expect(await send(live, 'CRASHED')).toMatchObject(received('CRASHED'));
		expect(await send(live, 'CRASHED')).toMatchObject(duplicate('CRASHED'));
		expect(bench.runs()).toBe(2);
		// The process does not know it yet: this costs an execution, which ends at the trigger.
		expect(await send(finished, 'DONE')).toMatchObject({ status: 200 });
		expect(await send(finished, 'DONE')).toMatchObject(duplicate('DONE'));
		expect(done.runs()).toBe(1);

		await n8n.kill9();
		await n8n.startAgain();
		await n8n.client.waitForWebhook(live.path);
		expect(await send(live, 'CRASHED')).toMatchObject({ status: 200 });
		expect(await send(finished, 'DONE')).toMatchObject({ status: 200 });
		expect([bench.runs(), done.runs()]).toEqual([2, 1]);
	});
});

describe('an answer when the workflow has ended, where n8n runs one workflow at a time', () => {
	let n8n: TestN8n;
	let work: WorkPlace;

	beforeAll(async () => {
		work = await WorkPlace.open();
		n8n = await startTestN8n({ env: { N8N_CONCURRENCY_PRODUCTION_LIMIT: '1' } });
	});
	afterAll(async () => {
		await n8n?.close();
		await work?.close();
	});

	test('what waited for its turn when n8n crashed runs once, whoever comes again', async () => {
		const bench = work.bench('hang');
		const live = await publishBaileys(n8n, {
			parameters: { events: ['*'], options: { answer: 'whenEnded' } },
			following: [bench.node],
		});
		const send = async (id: string) =>
			await deliver(live.url, receivedMessage({ whatsappMessageId: id }));
		const first = send('FIRST').catch(() => 'lost');
		await expect.poll(() => bench.hanging.length, { timeout: 30_000 }).toBe(1);
		const second = send('SECOND').catch(() => 'lost');
		await expect
			.poll(
				async () =>
					await n8n.client.listExecutions({ workflowId: live.workflow.id, status: 'new' }),
				{ timeout: 30_000 },
			)
			.toHaveLength(1);
		await n8n.kill9();
		expect([await first, await second]).toEqual(['lost', 'lost']);
		bench.finish();
		await n8n.startAgain();
		await n8n.client.waitForWebhook(live.path);
		// n8n runs the second one by itself.
		await expect.poll(() => bench.hanging.length, { timeout: 60_000 }).toBe(1);
		const again = send('SECOND');
		await sleep(500);
		bench.how = 'succeed';
		bench.finish();
		expect(await again).toMatchObject(duplicate('SECOND'));
		expect(await send('FIRST')).toMatchObject(received('FIRST'));
		expect(bench.runs()).toBe(3);
	});
});
