import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../scripts/support/until.mts';
import { createInboxHubCredential } from '../support/baileysWorkflow.mts';
import { exampleWorkflow } from '../support/exampleWorkflow.mts';
import { deliver, receivedMessage } from '../support/inboxHub.mts';
import {
	outputOf,
	startTestN8n,
	type Execution,
	type TestN8n,
	type WorkflowNode,
} from '../support/n8n.mts';
import { WebhookReceiver, type ReceivedWebhook } from '../support/webhookReceiver.mts';

const LIMIT_MS = 300_000;

let n8n: TestN8n;
let receiver: WebhookReceiver;
let eventStore: { id: string; name: string };
/** Secrets as they were shown once, by subscriber. */
const secrets = new Map<string, string>();

beforeAll(async () => {
	receiver = await WebhookReceiver.start();
	n8n = await startTestN8n();
	eventStore = await eventStoreCredential();
});
afterEach(() => {
	receiver.answers.clear();
	receiver.received.length = 0;
});
afterAll(async () => {
	await n8n?.close();
	await receiver?.close();
});

async function eventStoreCredential() {
	const name = 'Event store';
	const { id } = await n8n.client.createCredential(name, 'realtimeWebhooksN8nEventStoreApi', {
		baseUrl: `http://127.0.0.1:${n8n.port}`,
		apiKey: n8n.client.apiKey,
		encryptionSecret: 'a long random text for tests',
		previousEncryptionSecret: '',
	});
	return { id, name };
}

const local = { allowHttp: true, allowedPrivateAddresses: '127.0.0.1' };

/** n8n's own Webhook node, at a path of its own. */
const webhookNode = (path: string): WorkflowNode => ({
	id: 'hook',
	name: 'Hook',
	type: 'n8n-nodes-base.webhook',
	typeVersion: 2.1,
	position: [0, 0],
	webhookId: path,
	parameters: { path, httpMethod: 'POST', responseMode: 'onReceived', options: {} },
});

/** Runs the node Webhook Subscription for each item, in a workflow that a request starts. */
async function subscriptions(parameters: object, items: object[]): Promise<Execution> {
	const path = randomUUID();
	const workflow = await n8n.createPublished(
		{
			name: `Subscribers ${path}`,
			nodes: [
				webhookNode(path),
				{
					id: 'split',
					name: 'Items',
					type: 'n8n-nodes-base.splitOut',
					typeVersion: 1,
					position: [200, 0],
					parameters: { fieldToSplitOut: 'body.items', options: {} },
				},
				{
					id: 'subscription',
					name: 'Subscription',
					type: 'n8n-nodes-realtime-webhooks.webhookSubscription',
					typeVersion: 1,
					position: [400, 0],
					credentials: { realtimeWebhooksN8nEventStoreApi: eventStore },
					parameters: { resource: 'subscriber', ...parameters },
				},
			],
			connections: {
				Hook: { main: [[{ node: 'Items', type: 'main', index: 0 }]] },
				Items: { main: [[{ node: 'Subscription', type: 'main', index: 0 }]] },
			},
		},
		path,
	);
	const answer = await fetch(n8n.client.webhookUrl(path), {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ items }),
	});
	expect(answer.status).toBe(200);
	const [execution] = await n8n.client.waitForExecutions(workflow.id);
	if (execution === undefined) throw new Error('no execution');
	expect(execution.data?.resultData.error?.message).toBeUndefined();
	await n8n.client.unpublish(workflow.id);
	return execution;
}

/** Registers subscribers at the receiver's paths of their names. */
async function register(dataTable: string, ids: readonly string[]): Promise<void> {
	const execution = await subscriptions(
		{
			operation: 'create',
			dataTable,
			url: '={{ $json.url }}',
			events: '*',
			additionalFields: { subscriberId: '={{ $json.id }}' },
			options: local,
		},
		ids.map((id) => ({ id, url: `${receiver.url}/${id}` })),
	);
	for (const { json } of outputOf(execution, 'Subscription')) {
		secrets.set(String(json.id), String(json.secret));
	}
}

async function insertRows(dataTable: string, ids: readonly string[]): Promise<void> {
	const { data: tables } = await n8n.client.api<{ data: Array<{ id: string; name: string }> }>(
		'GET',
		'/data-tables?limit=250',
	);
	const id = tables.find(({ name }) => name === dataTable)?.id ?? '';
	const data = ids.map((subscriberId) => ({
		subscriberId,
		url: `${receiver.url}/${subscriberId}`,
		events: '*',
		active: true,
	}));
	await n8n.client.api('POST', `/data-tables/${id}/rows`, { data, returnType: 'count' });
}

async function registered(dataTable: string): Promise<Array<Record<string, unknown>>> {
	const execution = await subscriptions(
		{ operation: 'getAll', dataTable, returnAll: true, filters: {} },
		[{}],
	);
	return outputOf(execution, 'Subscription').map(({ json }) => json);
}

/** Publishes the example, started by a Baileys Trigger in the place of Kometia's. */
async function publishExample(dataTable: string, options: object, wait: object = {}) {
	const path = randomUUID();
	const inboxHub = await createInboxHubCredential(n8n);
	const draft = exampleWorkflow('webhook-deliveries-with-retries.json', {
		credentialsOf: {
			baileysTrigger: { realtimeWebhooksInboxHubApi: inboxHub },
			webhookNotifier: { realtimeWebhooksN8nEventStoreApi: eventStore },
		},
		instead: {
			'Kometia Trigger': {
				id: 'trigger',
				type: 'n8n-nodes-realtime-webhooks.baileysTrigger',
				typeVersion: 2,
				webhookId: path,
				parameters: { events: ['*'], options: {} },
			},
		},
		parameters: {
			Deliver: { dataTable, options: { ...local, retryWithin: 0, ...options } },
			'Until It Is Due': { ...wait },
		},
	});
	const workflow = await n8n.createPublished(draft, path);
	return { workflow, url: n8n.client.webhookUrl(path) };
}

const executionsOf = async (workflowId: string) => await n8n.client.listExecutions({ workflowId });

/** All items that a node put out, over all executions. */
const itemsOf = (executions: readonly Execution[], node: string) =>
	executions.flatMap((execution) => outputOf(execution, node).map(({ json }) => json));

const verify = (id: string, delivery: { body: string; headers: object }) =>
	new Webhook(secrets.get(id) ?? '').verify(
		delivery.body,
		delivery.headers as Record<string, string>,
	);

describe('the example workflow for deliveries with retries', () => {
	test('delivers to everybody, waits and tries again, gives up, and disables who is gone', async () => {
		const table = 'subscribers_example';
		await register(table, ['ok', 'flaky', 'never', 'gone']);
		receiver.answers.set('/flaky', (response) =>
			response.writeHead(receiver.of('/flaky').length < 3 ? 503 : 204).end(),
		);
		receiver.answer('/never', 500);
		receiver.answer('/gone', 410);
		const { workflow, url } = await publishExample(
			table,
			{ retrySchedule: '1s, 1s', jitter: 0 },
			// Else each wait is as long as one that a shutdown does not lose.
			{ resume: 'timeInterval', amount: 1, unit: 'seconds' },
		);

		const message = receivedMessage({ whatsappMessageId: 'EXAMPLE-1', content: '¿Llegó? 🎉' });
		expect((await deliver(url, message)).json).toMatchObject({ received: true });
		const executions = await until('all deliveries have an end', LIMIT_MS, async () => {
			const all = await executionsOf(workflow.id);
			const ends = [...itemsOf(all, 'Delivered'), ...itemsOf(all, 'Given Up')];
			return ends.length >= 5 ? all : undefined;
		});

		expect(receiver.of('/ok')).toHaveLength(1);
		expect(receiver.of('/gone')).toHaveLength(1);
		expect(receiver.of('/flaky')).toHaveLength(3);
		expect(receiver.of('/never')).toHaveLength(3);
		for (const id of ['ok', 'flaky', 'never', 'gone']) {
			const deliveries = receiver.of(`/${id}`);
			expect(new Set(deliveries.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
			for (const delivery of deliveries) {
				expect(verify(id, delivery)).toMatchObject({
					specversion: '1.0',
					id: 'EXAMPLE-1',
					type: 'whatsapp.message.received',
				});
			}
		}
		const times = receiver.of('/flaky').map(({ headers }) => headers['webhook-timestamp']);
		expect(new Set(times).size).toBe(3);

		const ends = [...itemsOf(executions, 'Delivered'), ...itemsOf(executions, 'Given Up')];
		const outcomes = ends.flatMap(({ subscriberId, outcome, attempt, reason }) =>
			subscriberId === undefined ? [] : [[subscriberId, outcome, attempt, reason]],
		);
		expect(outcomes.sort()).toEqual([
			['flaky', 'delivered', 3, undefined],
			['gone', 'gaveUp', 1, 'status_410'],
			['never', 'gaveUp', 3, 'status_500'],
			['ok', 'delivered', 1, undefined],
		]);
		expect(ends.filter(({ type }) => type === 'webhook.subscriber.disabled')).toMatchObject([
			{ subject: 'gone', data: { reason: 'gone' } },
		]);
		// One for the event, and one for each retry.
		expect(executions).toHaveLength(5);
		for (const secret of secrets.values()) {
			expect(JSON.stringify(executions)).not.toContain(secret.slice(6));
		}

		const rows = await registered(table);
		const health = rows.map(({ id, active, disabledReason, failingSince }) => [
			id,
			active,
			disabledReason,
			failingSince === null,
		]);
		expect(health.sort()).toEqual([
			['flaky', true, null, true],
			['gone', false, 'gone', false],
			['never', true, null, false],
			['ok', true, null, true],
		]);
	});

	test.each([
		['goes on when its time comes', false],
		['goes on at once where its time came meanwhile, although the API is not there yet', true],
	])('n8n shut down while deliveries wait for a short time: each %s', async (_name, isDue) => {
		const table = `subscribers_shutdown_${isDue}`;
		// n8n's Wait node keeps up to 65 seconds in memory, where a shutdown would lose them.
		const asked = ['15', '64', '66', '75'];
		const ids = [...asked.map((seconds) => `asks-${seconds}`), 'fails'];
		await register(table, ids);
		const { workflow, url } = await publishExample(table, { retrySchedule: '5s', jitter: 0 });
		for (const seconds of asked) {
			receiver.answer(`/asks-${seconds}`, 503, { 'retry-after': seconds });
		}
		receiver.answer('/fails', 500);
		await deliver(url, receivedMessage({ whatsappMessageId: 'SHUTDOWN-1' }));
		await until('all wait as executions', LIMIT_MS, async () => {
			const waiting = await n8n.client.listExecutions({
				workflowId: workflow.id,
				status: 'waiting',
			});
			return waiting.length === ids.length ? true : undefined;
		});
		await n8n.stop();
		receiver.answers.clear();
		receiver.received.length = 0;
		if (isDue) {
			const database = new DatabaseSync(join(n8n.userFolder, '.n8n', 'database.sqlite'));
			database.exec(
				"UPDATE execution_entity SET waitTill = datetime('now', '-1 minute') WHERE status = 'waiting'",
			);
			database.close();
		}
		await n8n.startAgain();
		const executions = await until('all were delivered', LIMIT_MS, async () => {
			const all = await executionsOf(workflow.id);
			return itemsOf(all, 'Delivered').length === ids.length ? all : undefined;
		});
		const attempts = itemsOf(executions, 'Delivered').map(({ attempt }) => attempt);
		expect(attempts).toEqual(ids.map(() => 2));
		expect(executions.map(({ status }) => status)).toEqual([
			'success',
			...ids.map(() => 'success'),
		]);
		for (const id of ids) expect(receiver.of(`/${id}`)).toHaveLength(1);
	});

	test('n8n killed with -9 in the middle: every subscriber gets every event, under the same ids', async () => {
		const table = 'subscribers_crash';
		const ids = Array.from({ length: 12 }, (_, index) => `crash-${index}`);
		const slow = ids.slice(0, 4);
		await register(table, ids);
		const { workflow, url } = await publishExample(table, {
			retrySchedule: '1s, 66s, 1s',
			jitter: 0,
			timeout: 60,
			concurrencyPerHost: 50,
		});
		const recovery = exampleWorkflow('recover-after-a-crash.json', {
			credentialsOf: { eventHistory: { realtimeWebhooksN8nEventStoreApi: eventStore } },
		});
		const { id: recoveryId } = await n8n.createPublished(recovery);

		// Event 0 has a delivery that waits for longer than n8n keeps an execution in memory.
		receiver.answers.set('/crash-11', (response) =>
			response.writeHead(receiver.of('/crash-11').length <= 2 ? 503 : 200).end(),
		);
		await deliver(url, receivedMessage({ whatsappMessageId: 'CRASH-0' }));
		await until('a delivery waits as an execution', LIMIT_MS, async () => {
			const waiting = await n8n.client.listExecutions({
				workflowId: workflow.id,
				status: 'waiting',
			});
			return waiting.length === 1 ? true : undefined;
		});

		for (const id of slow) receiver.answers.set(`/${id}`, () => undefined);
		const events = Array.from({ length: 5 }, (_, index) => `CRASH-${index + 1}`);
		for (const whatsappMessageId of events) {
			expect((await deliver(url, receivedMessage({ whatsappMessageId }))).status).toBe(200);
		}
		await until('the deliveries are under way', LIMIT_MS, async () =>
			slow.every((id) => receiver.of(`/${id}`).length === 1 + events.length) ? true : undefined,
		);
		await n8n.kill9();
		receiver.answers.clear();
		await n8n.startAgain();

		const wanted = ids.length * (1 + events.length);
		const keyOf = ({ path, body }: ReceivedWebhook) => `${path} ${String(JSON.parse(body).id)}`;
		await until('everything was recovered', LIMIT_MS, async () => {
			const all = await executionsOf(workflow.id);
			const delivered = itemsOf(all, 'Delivered').map(({ webhookId }) => String(webhookId));
			return new Set(delivered).size === wanted ? true : undefined;
		});
		expect(new Set(receiver.received.map(keyOf)).size).toBe(wanted);
		const webhookIds = new Map<string, Set<unknown>>();
		for (const delivery of receiver.received) {
			const known = webhookIds.get(keyOf(delivery)) ?? new Set();
			webhookIds.set(keyOf(delivery), known.add(delivery.headers['webhook-id']));
		}
		expect([...webhookIds.values()].every(({ size }) => size === 1)).toBe(true);
		// Those that hung when n8n was killed came a second time.
		expect(receiver.of('/crash-0').length).toBe(1 + 2 * events.length);

		await until('the recovery has told what it did', LIMIT_MS, async () => {
			const told = itemsOf(await executionsOf(recoveryId), 'Event History');
			const recovered = told.filter(({ outcome }) => outcome === 'recovered');
			return recovered.length === events.length ? true : undefined;
		});
		const left = (await executionsOf(workflow.id)).filter(({ status }) => status === 'waiting');
		expect(left).toEqual([]);
	});
});

describe("n8n's own Webhook node as a subscriber", () => {
	test.each([
		[
			'application/json',
			(body: unknown) => expect(body).toMatchObject({ id: 'TO-N8N', specversion: '1.0' }),
		],
		[undefined, (body: unknown) => expect(body).toEqual({})],
	])('gets the event as its content type %s says', async (contentType, check) => {
		const path = randomUUID();
		const { id } = await n8n.createPublished(
			{
				name: `Receives ${path}`,
				nodes: [webhookNode(path)],
				connections: {},
			},
			path,
		);
		const table = `subscribers_n8n_${contentType === undefined ? 'plain' : 'json'}`;
		await subscriptions(
			{
				operation: 'create',
				dataTable: table,
				url: n8n.client.webhookUrl(path),
				events: 'message.*',
				additionalFields: contentType === undefined ? {} : { contentType },
				options: local,
			},
			[{}],
		);
		const { url } = await publishExample(table, {});
		await deliver(url, receivedMessage({ whatsappMessageId: 'TO-N8N' }));
		const [execution] = await n8n.client.waitForExecutions(id);
		if (execution === undefined) throw new Error('no execution');
		check(outputOf(execution, 'Hook')[0]?.json.body);
	});
});

describe('1,000 subscribers, of which many misbehave', () => {
	test('all others get theirs once', async () => {
		const table = 'subscribers_many';
		const ids = Array.from({ length: 1_000 }, (_, index) => `many-${index}`);
		const kindOf = (index: number) =>
			({ 0: 'hang', 1: 'fail', 2: index % 20 === 2 ? 'gone' : 'large' })[index % 10] ?? 'ok';
		const large = Buffer.alloc(10 * 1024 * 1024, 'x');
		for (const [index, id] of ids.entries()) {
			const kind = kindOf(index);
			if (kind === 'hang') receiver.answers.set(`/${id}`, () => undefined);
			if (kind === 'fail') receiver.answer(`/${id}`, 500);
			if (kind === 'gone') receiver.answer(`/${id}`, 410);
			if (kind === 'large') receiver.answers.set(`/${id}`, (response) => response.end(large));
		}
		// The first one makes the table; the others are written as a person would, without a secret.
		await register(table, ids.slice(0, 1));
		await insertRows(table, ids.slice(1));
		const { workflow, url } = await publishExample(table, { timeout: 3, retrySchedule: '10h' });
		await deliver(url, receivedMessage({ whatsappMessageId: 'MANY-1' }));
		const execution = await until('the run has ended', LIMIT_MS, async () => {
			const ended = await executionsOf(workflow.id);
			return ended.find((one) => one.data?.resultData.runData.Delivered !== undefined);
		});

		const got = ids.map((id, index) => [kindOf(index), receiver.of(`/${id}`).length]);
		expect(
			got.filter(([kind, times]) => kind !== 'hang' && kind !== 'fail' && times !== 1),
		).toEqual([]);
		const delivered = outputOf(execution, 'Delivered').map(({ json }) => String(json.subscriberId));
		const fine = ids.filter((_, index) => ['ok', 'large'].includes(kindOf(index)));
		expect(delivered.sort()).toEqual([...fine].sort());
		const gone = (await registered(table)).filter(({ active }) => active === false);
		expect(gone).toHaveLength(50);
	});
});
