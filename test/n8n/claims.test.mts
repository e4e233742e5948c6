import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishBaileys, TRIGGER, type LiveWorkflow } from '../support/baileysWorkflow.mts';
import { deliver, receivedMessage } from '../support/inboxHub.mts';
import { outputOf, startTestN8n, type Execution, type TestN8n } from '../support/n8n.mts';
import { nothing } from '../support/triggerWorkflow.mts';

/** Ids of the events that passed the trigger and reached the node behind it. */
function passed(executions: Execution[]): string[] {
	return executions.flatMap((execution) =>
		outputOf(execution, 'Nothing').map(({ json }) => String(json.id)),
	);
}

describe('an event is accepted once, in a real n8n', () => {
	let n8n: TestN8n;

	beforeAll(async () => {
		n8n = await startTestN8n();
	});
	afterAll(async () => await n8n?.close());

	test('20 concurrent copies of one event start exactly one execution', async () => {
		const live = await publishBaileys(n8n);
		const copy = receivedMessage({ whatsappMessageId: 'COPY' });
		const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(live.url, copy)));
		expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
		const accepted = answers.filter(({ json }) => (json as { received?: boolean }).received);
		expect(accepted).toHaveLength(1);
		expect(answers.filter(({ json }) => (json as { duplicate?: boolean }).duplicate)).toHaveLength(
			19,
		);
		expect(await n8n.client.waitForExecutions(live.workflow.id)).toHaveLength(1);
	});

	test('200 concurrent events: none is lost, and none passes again after kill -9', async () => {
		const live = await publishBaileys(n8n);
		const events = Array.from({ length: 200 }, (_, index) =>
			receivedMessage({ whatsappMessageId: `EVENT-${index}` }),
		);
		const ids = events.map((_, index) => `EVENT-${index}`).sort();
		const answers = await Promise.all(events.map((event) => deliver(live.url, event)));
		expect(answers.filter(({ json }) => (json as { received?: boolean }).received)).toHaveLength(
			200,
		);
		const before = await n8n.client.waitForExecutions(live.workflow.id, 200);
		expect(passed(before).sort()).toEqual(ids);

		await n8n.kill9();
		await n8n.startAgain();
		await n8n.client.waitForWebhook(live.path);

		await Promise.all(events.map((event) => deliver(live.url, event)));
		// The process does not know them yet: each costs one execution, which ends at the trigger.
		const after = (await n8n.client.waitForExecutions(live.workflow.id, 201)).slice(0, -200);
		expect(passed(after)).toEqual([]);
		expect(after.every((execution) => outputOf(execution, TRIGGER).length === 0)).toBe(true);

		// By now it does.
		const known = await deliver(live.url, events[7]);
		expect(known.json).toEqual({ duplicate: true, id: 'EVENT-7' });
		const fresh = receivedMessage({ whatsappMessageId: 'AFTER' });
		expect((await deliver(live.url, fresh)).json).toEqual({ received: true, id: 'AFTER' });
	});

	test('kill -9 while events come in: all that was acknowledged is stored', async () => {
		const live = await publishBaileys(n8n);
		const acknowledged: string[] = [];
		const sending = Array.from({ length: 60 }, async (_, index) => {
			const event = receivedMessage({ whatsappMessageId: `CRASH-${index}` });
			const answer = await deliver(live.url, event).catch(() => undefined);
			if ((answer?.json as { received?: boolean } | undefined)?.received) {
				acknowledged.push(`CRASH-${index}`);
				if (acknowledged.length === 10) await n8n.kill9();
			}
		});
		await Promise.all(sending);
		expect(acknowledged.length).toBeGreaterThanOrEqual(10);
		await n8n.startAgain();
		await n8n.client.waitForWebhook(live.path);
		const stored = JSON.stringify(
			await n8n.client.listExecutions({ workflowId: live.workflow.id }),
		);
		expect(acknowledged.filter((id) => !stored.includes(`"${id}"`))).toEqual([]);
	});

	test("a retry in n8n of what crashed runs nothing that the sender's repeat has run", async () => {
		const wait = {
			id: randomUUID(),
			name: 'For Long',
			type: 'n8n-nodes-base.wait',
			typeVersion: 1.1,
			position: [220, 0] as [number, number],
			parameters: { resume: 'timeInterval', amount: 8, unit: 'seconds' },
			webhookId: randomUUID(),
		};
		const live = await publishBaileys(n8n, { following: [wait, nothing()] });
		const events = ['RETRY-A', 'RETRY-B'].map((whatsappMessageId) =>
			receivedMessage({ whatsappMessageId }),
		);
		for (const event of events) expect((await deliver(live.url, event)).status).toBe(200);
		await n8n.kill9();
		// As if the crash had come before n8n's store was told: then the sender's repeat passes.
		const database = new DatabaseSync(join(n8n.userFolder, '.n8n', 'database.sqlite'));
		database.exec('DELETE FROM processed_data');
		database.exec(`UPDATE execution_entity SET status = 'crashed' WHERE status = 'running'`);
		database.close();
		await n8n.startAgain();
		await n8n.client.waitForWebhook(live.path);
		const crashed = await n8n.client.waitForExecutions(live.workflow.id, 2);
		expect(crashed.map(({ status }) => status)).toEqual(['crashed', 'crashed']);
		expect((await deliver(live.url, events[0])).json).toEqual({ received: true, id: 'RETRY-A' });
		const retries = crashed.map(
			async ({ id }) => await n8n.client.api('POST', `/executions/${id}/retry`, {}),
		);
		await Promise.all(retries);
		const all = await n8n.client.waitForExecutions(live.workflow.id, 5);
		expect(passed(all).sort()).toEqual(['RETRY-A', 'RETRY-B']);
		expect(n8n.log()).toContain('Nothing was run again, because execution');
	});

	test('a delivery that n8n could not store is accepted when it comes again', async () => {
		const live = await publishBaileys(n8n);
		const event = receivedMessage({ whatsappMessageId: 'DISK-FULL' });
		const database = new DatabaseSync(join(n8n.userFolder, '.n8n', 'database.sqlite'));
		try {
			database.exec('PRAGMA busy_timeout = 10000');
			database.exec(
				`CREATE TRIGGER no_space BEFORE INSERT ON execution_entity WHEN NEW."workflowId" = '${live.workflow.id}' BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`,
			);
			const failed = await Promise.all([1, 2, 3].map(() => deliver(live.url, event)));
			expect(failed.map(({ status }) => status)).toEqual([500, 500, 500]);
			database.exec('DROP TRIGGER no_space');
		} finally {
			database.close();
		}
		expect((await deliver(live.url, event)).json).toEqual({ received: true, id: 'DISK-FULL' });
		expect((await deliver(live.url, event)).json).toEqual({ duplicate: true, id: 'DISK-FULL' });
		const executions = await n8n.client.waitForExecutions(live.workflow.id);
		expect(passed(executions)).toEqual(['DISK-FULL']);
	});

	test('after the window the same event is accepted again', async () => {
		const second = 1 / 3600;
		const live = await publishBaileys(n8n, {
			parameters: { events: ['*'], options: { deduplicationWindow: second } },
		});
		const event = receivedMessage({ whatsappMessageId: 'AGAIN' });
		expect((await deliver(live.url, event)).json).toEqual({ received: true, id: 'AGAIN' });
		await n8n.client.waitForExecutions(live.workflow.id, 1);
		await expect
			.poll(async () => (await deliver(live.url, event)).json, { timeout: 60_000, interval: 250 })
			.toEqual({ received: true, id: 'AGAIN' });
		const executions = await n8n.client.waitForExecutions(live.workflow.id, 2);
		expect(passed(executions)).toEqual(['AGAIN', 'AGAIN']);
	});

	test('a test event in the editor marks nothing', async () => {
		const live: LiveWorkflow = await publishBaileys(n8n);
		const event = receivedMessage({ whatsappMessageId: 'TEST' });
		const { id } = live.workflow;
		const workflow = await n8n.client.rest<Record<string, unknown>>('GET', `/workflows/${id}`);
		for (const attempt of [1, 2]) {
			await n8n.client.rest('POST', `/workflows/${id}/run`, {
				workflowData: workflow,
				triggerToStartFrom: { name: TRIGGER },
			});
			const answer = await deliver(`${n8n.url}/webhook-test/${live.path}`, event);
			expect({ attempt, ...answer }).toMatchObject({
				attempt,
				status: 200,
				json: { received: true },
			});
			await n8n.client.waitForExecutions(id, attempt);
		}
		expect((await deliver(live.url, event)).json).toEqual({ received: true, id: 'TEST' });
		const executions = await n8n.client.waitForExecutions(id, 3);
		expect(executions.map(({ mode }) => mode)).toEqual(['webhook', 'manual', 'manual']);
		expect(passed(executions)).toEqual(['TEST', 'TEST', 'TEST']);
	});
});
