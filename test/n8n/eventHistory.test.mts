import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { socketIo } from '../realtime/scenes/socketIo.mts';
import { publishBaileys, type LiveWorkflow } from '../support/baileysWorkflow.mts';
import { post, receivedMessage, sign } from '../support/inboxHub.mts';
import {
	startTestN8n,
	type Execution,
	type TestN8n,
	type Workflow,
	type WorkflowNode,
} from '../support/n8n.mts';
import { triggerDraft } from '../support/triggerWorkflow.mts';

/** Smaller than one message that a test sends, larger than all others. */
const MOST_DISPLAYED = 50_000;

const PATIENCE = { timeout: 120_000, interval: 250 };

/** What the workflow with the node is asked for, in the body of its webhook. */
interface Question {
	operation?: string;
	eventId?: string;
	executionId?: string;
	by?: string;
	groupBy?: string[];
	limit?: number;
	order?: string;
	/** API key. */
	key?: string;
	[filter: string]: unknown;
}

interface Answer {
	events: Array<Record<string, unknown> & { event?: Record<string, unknown> }>;
	gaps: Array<Record<string, unknown>>;
	error?: { message: string; description?: string };
	hints: string[];
	/** All that n8n stores of it. */
	stored: string;
}

describe('Event History in a real n8n', () => {
	let n8n: TestN8n;
	/** Workflows with the node, by their parameters and key. */
	const readers = new Map<string, { workflow: Workflow; path: string }>();
	let plain: LiveWorkflow;
	let failing: LiveWorkflow;
	let waiting: LiveWorkflow;
	let slow: LiveWorkflow;
	let unsaved: LiveWorkflow;
	let calling: LiveWorkflow;
	let sub: Workflow;
	let webhook: Workflow;

	const node = (
		name: string,
		type: string,
		typeVersion: number,
		parameters: WorkflowNode['parameters'],
	): WorkflowNode => ({
		id: randomUUID(),
		name,
		type,
		typeVersion,
		position: [220, 0],
		parameters,
	});

	async function send(live: LiveWorkflow, id: string, text = 'Hola'): Promise<void> {
		const body = JSON.stringify(receivedMessage({ whatsappMessageId: id, content: text }));
		const answer = await post(live.url, body, { 'x-webhook-signature': sign(body) });
		expect(answer.status).toBe(200);
	}

	/** A workflow that asks the node what the body of a request says. */
	async function createReader(parameters: WorkflowNode['parameters'], key: string) {
		const path = randomUUID();
		const data = { baseUrl: n8n.url, apiKey: key };
		const credential = await n8n.client.createCredential(
			path,
			'realtimeWebhooksN8nEventStoreApi',
			data,
		);
		const of = (field: string, otherwise: string) => `={{ $json.body.${field} ?? ${otherwise} }}`;
		const text = (field: string) => [field, of(field, "''")];
		const list = (field: string) => [field, of(field, '[]')];
		const yes = (field: string) => [field, of(field, 'false')];
		const searched = parameters.operation === 'getMany' ? ['eventId', 'eventTypes', 'text'] : [];
		const history: WorkflowNode = {
			...node('History', `${PACKAGE_NAME}.eventHistory`, 1, {
				resource: 'event',
				eventId: of('eventId', "''"),
				executionId: of('executionId', "''"),
				groupBy: of('groupBy', '[]'),
				limit: of('limit', '50'),
				filters: Object.fromEntries([
					...[...searched, 'sources', 'subject', 'since', 'until'].map(text),
					...['workflows', 'status'].map(list),
				]),
				options: Object.fromEntries([
					['order', of('order', "'newest'")],
					...['includeN8nWebhook', 'includeTestRuns', 'readLargeExecutions'].map(yes),
				]),
				...parameters,
			}),
			credentials: { realtimeWebhooksN8nEventStoreApi: credential },
		};
		const webhookParameters = { httpMethod: 'POST', path, responseMode: 'lastNode' };
		const start = {
			...node('Ask', 'n8n-nodes-base.webhook', 2.1, webhookParameters),
			webhookId: path,
		};
		const draft = {
			name: `Reader ${path}`,
			nodes: [start, history],
			connections: { Ask: { main: [[{ node: 'History', type: 'main' as const, index: 0 }]] } },
		};
		return { workflow: await n8n.createPublished(draft, path), path };
	}

	async function readerFor({ operation = 'getMany', by = 'eventId', limit, key }: Question) {
		const parameters = { operation, by, returnAll: limit === undefined };
		const name = JSON.stringify([parameters, key]);
		const known = readers.get(name);
		if (known !== undefined) return known;
		const reader = await createReader(parameters, key ?? n8n.client.apiKey);
		readers.set(name, reader);
		return reader;
	}

	async function ask({ key, ...question }: Question = {}): Promise<Answer> {
		const { workflow, path } = await readerFor({ key, ...question });
		await n8n.client.waitForWebhook(path);
		await fetch(n8n.client.webhookUrl(path), {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(question),
		}).then(async (answer) => await answer.arrayBuffer());
		const [{ id = '' } = {}] = await n8n.client.listExecutions({
			workflowId: workflow.id,
			includeData: false,
			limit: 1,
		});
		const query = 'includeData=true&ignoreDataSizeLimit=true';
		const execution = await n8n.client.api<Execution>('GET', `/executions/${id}?${query}`);
		const run = execution.data?.resultData.runData.History?.[0];
		const output = (index: number) => (run?.data?.main?.[index] ?? []).map(({ json }) => json);
		return {
			events: output(0),
			gaps: output(1),
			error: run?.error as Answer['error'],
			hints: (run?.hints ?? []).map(({ message }) => message),
			stored: JSON.stringify(execution),
		};
	}

	const ids = ({ events }: Answer) => events.map(({ event }) => event?.id);

	const gapOf = ({ gaps }: Answer, reason: string, workflow?: LiveWorkflow) =>
		gaps.find(
			(gap) => gap.reason === reason && (!workflow || gap.workflowId === workflow.workflow.id),
		);

	beforeAll(async () => {
		n8n = await startTestN8n({
			env: { EXECUTIONS_DATA_MAX_DISPLAY_SIZE: String(MOST_DISPLAYED) },
		});
		const wait = (amount: number, unit: string) => [
			node('Wait', 'n8n-nodes-base.wait', 1.1, { amount, unit }),
			node('After', 'n8n-nodes-base.noOp', 1, {}),
		];
		const fail = node('Fail', 'n8n-nodes-base.stopAndError', 1, { errorMessage: 'on purpose' });
		const passthrough = node('When called', 'n8n-nodes-base.executeWorkflowTrigger', 1.1, {
			inputSource: 'passthrough',
		});
		sub = await n8n.createPublished({ name: 'Sub', nodes: [passthrough], connections: {} });
		const call = node('Call', 'n8n-nodes-base.executeWorkflow', 1.2, {
			workflowId: { __rl: true, mode: 'id', value: sub.id },
		});
		plain = await publishBaileys(n8n);
		failing = await publishBaileys(n8n, { following: [fail] });
		waiting = await publishBaileys(n8n, { following: wait(2, 'hours') });
		slow = await publishBaileys(n8n, { following: wait(50, 'seconds') });
		unsaved = await publishBaileys(n8n, { settings: { saveDataSuccessExecution: 'none' } });
		calling = await publishBaileys(n8n, { following: [call] });
		const path = randomUUID();
		const parameters = { httpMethod: 'POST', path, responseMode: 'onReceived' };
		const hook = { ...node('Webhook', 'n8n-nodes-base.webhook', 2.1, parameters), webhookId: path };
		webhook = await n8n.createPublished({ name: 'Plain', nodes: [hook], connections: {} }, path);

		await send(plain, 'P1');
		await send(failing, 'F1');
		await send(waiting, 'W1');
		await send(unsaved, 'U1');
		await send(calling, 'C1');
		await send(plain, 'BIG', 'x'.repeat(MOST_DISPLAYED));
		await send(plain, 'P2', 'Señal única');
		await fetch(n8n.client.webhookUrl(path), {
			method: 'POST',
			headers: { authorization: 'Bearer of-the-sender', 'content-type': 'application/json' },
			body: '{"order":17}',
		});
		await n8n.client.waitForExecutions(calling.workflow.id);
		await n8n.client.waitForExecutions(webhook.id);
		await n8n.client.waitForExecutions(plain.workflow.id, 3);
	});
	afterAll(async () => await n8n?.close());

	test('finds every event once, and tells what it cannot give', async () => {
		const answer = await ask();
		expect(ids(answer)).toEqual(['P2', 'C1', 'W1', 'F1', 'P1']);
		expect(gapOf(answer, 'too_large', plain)).toMatchObject({ count: 1 });
		expect(gapOf(answer, 'not_saved', unsaved)).toBeDefined();
		expect(gapOf(answer, 'missing')).toMatchObject({ count: 1 });
		expect(answer.gaps).toHaveLength(3);
		expect(answer.hints).toEqual([
			expect.stringMatching(/^Read \d+ executions, found 5 events, 3 gaps: see the Gaps output$/),
		]);
		expect(answer.stored).not.toContain(n8n.client.apiKey);
		expect(ids(await ask({ order: 'oldest' }))).toEqual(['P1', 'F1', 'W1', 'C1', 'P2']);
	});

	test('tells how each ended', async () => {
		const { events } = await ask({ workflows: [failing.workflow.id] });
		expect(events).toMatchObject([
			{
				event: { id: 'F1', type: 'whatsapp.message.received' },
				workflowId: failing.workflow.id,
				workflowName: failing.workflow.name,
				trigger: 'Baileys Trigger',
				mode: 'webhook',
				status: 'error',
				failedNode: 'Fail',
				error: 'on purpose',
				durationMs: expect.any(Number),
				executionUrl: expect.stringContaining(`/workflow/${failing.workflow.id}/executions/`),
			},
		]);
		const { events: open } = await ask({ status: ['waiting'] });
		expect(open).toMatchObject([{ event: { id: 'W1' }, status: 'waiting' }]);
	});

	test('filters', async () => {
		expect(ids(await ask({ text: 'señal ÚNICA' }))).toEqual(['P2']);
		expect(ids(await ask({ eventId: 'C1' }))).toEqual(['C1']);
		expect(ids(await ask({ status: ['error', 'crashed'] }))).toEqual(['F1']);
		expect(ids(await ask({ sources: '/inbox-hub/*', limit: 2 }))).toEqual(['P2', 'C1']);
		expect(ids(await ask({ eventTypes: 'kometia.*' }))).toEqual([]);
		const [, second] = (await ask({ order: 'oldest' })).events;
		const since = String(second?.startedAt);
		expect(ids(await ask({ since, until: since }))).toEqual(['F1']);
		expect(ids(await ask({ since: '2020-01-01T00:00:00Z', until: '2020-01-02' }))).toEqual([]);
	});

	test('reads what is larger than n8n displays where asked to', async () => {
		const answer = await ask({ readLargeExecutions: true, workflows: [plain.workflow.id] });
		expect(ids(answer)).toEqual(['P2', 'BIG', 'P1']);
		expect(answer.gaps).toEqual([]);
	});

	test("makes events of n8n's own Webhook node where asked to", async () => {
		const { events } = await ask({ includeN8nWebhook: true, workflows: [webhook.id] });
		expect(events).toMatchObject([
			{ event: { type: 'n8n.webhook', data: { body: { order: 17 }, raw: { order: 17 } } } },
		]);
		expect(JSON.stringify(events)).not.toContain('of-the-sender');
	});

	test('gets one event by its id, or by its execution', async () => {
		const byEvent = await ask({ operation: 'get', eventId: 'P1' });
		expect(ids(byEvent)).toEqual(['P1']);
		const executionId = String(byEvent.events[0]?.executionId);
		const byExecution = await ask({ operation: 'get', by: 'executionId', executionId });
		expect(byExecution).toMatchObject({ events: byEvent.events, gaps: [] });
		const nowhere = await ask({ operation: 'get', by: 'executionId', executionId: '999999' });
		expect(nowhere).toMatchObject({ events: [], gaps: [{ reason: 'not_found' }] });
		const absent = await ask({ operation: 'get', eventId: 'U1' });
		expect(absent.events).toEqual([]);
		expect(gapOf(absent, 'not_saved', unsaved)).toBeDefined();
	});

	test('summarizes', async () => {
		const { events } = await ask({ operation: 'summarize', groupBy: ['status'] });
		expect(events).toMatchObject([
			{ status: 'success', total: 3, failures: 0, failureRatio: 0 },
			{ status: 'error', total: 1, failures: 1, failureRatio: 1 },
			{ status: 'waiting', total: 1, averageMs: expect.anything() },
		]);
	});

	test('an event that n8n retried is one event, with the outcome of the retry', async () => {
		const [first] = (await ask({ eventId: 'F1' })).events;
		const id = String(first?.executionId);
		const retry = async (body: object) =>
			await n8n.client.api<{ id: string }>('POST', `/executions/${id}/retry`, body);
		const again = await retry({ loadWorkflow: false });
		expect((await ask({ eventId: 'F1' })).events).toMatchObject([
			{ executionId: id, status: 'error', failedNode: 'Fail', retriedBy: again.id },
		]);
		const { name, nodes, connections } = await n8n.client.getWorkflow(failing.workflow.id);
		const repaired = nodes.map((one) =>
			one.name === 'Fail' ? { ...one, type: 'n8n-nodes-base.noOp', parameters: {} } : one,
		);
		await n8n.client.updateWorkflow(failing.workflow.id, { name, nodes: repaired, connections });
		const healed = await retry({ loadWorkflow: true });
		for (const order of ['newest', 'oldest']) {
			expect((await ask({ eventId: 'F1', order })).events).toMatchObject([
				{ executionId: id, status: 'success', error: null, retriedBy: healed.id },
			]);
		}
		expect(ids(await ask({ status: ['error'] }))).toEqual([]);
	});

	test('a running event is a gap, and after a crash it is found with its data', async () => {
		await send(slow, 'S1');
		await vi.waitUntil(async () => {
			const running = await n8n.client.listExecutions({
				workflowId: slow.workflow.id,
				status: 'running',
			});
			return running.length === 1;
		}, PATIENCE);
		const before = await ask({ workflows: [slow.workflow.id] });
		expect(before.events).toEqual([]);
		expect(gapOf(before, 'running', slow)).toMatchObject({ count: 1 });
		expect((await ask({ status: ['running'] })).events).toMatchObject([
			{ event: { id: 'S1' }, status: 'running' },
		]);
		await n8n.kill9();
		await n8n.startAgain();
		const after = await ask({ status: ['crashed'] });
		expect(after.events).toMatchObject([{ event: { id: 'S1' }, status: 'crashed' }]);
	});

	test('an event of a realtime trigger is found too', async () => {
		const scene = await socketIo.open();
		try {
			const references: Record<string, { id: string; name: string }> = {};
			for (const [type, data] of Object.entries(scene.credentials)) {
				references[type] = await n8n.client.createCredential(`${type} ${randomUUID()}`, type, data);
			}
			const draft = triggerDraft({
				type: 'realtimeTrigger',
				name: 'Realtime Trigger',
				path: randomUUID(),
				parameters: { transport: 'socketIo', events: '*', ...scene.triggerParameters },
				credentials: references,
			});
			const { id } = await n8n.createPublished(draft);
			await vi.waitUntil(async () => await scene.listening(), PATIENCE);
			await scene.send('order.created', { number: 4711 });
			await n8n.client.waitForExecutions(id);
			expect((await ask({ workflows: [id] })).events).toMatchObject([
				{ event: { type: 'socketio.order.created', verification: 'connection' }, mode: 'trigger' },
			]);
			await n8n.client.unpublish(id);
		} finally {
			await scene.close();
		}
	});

	test('names a key that may not, and reads without the scope that is only for gaps', async () => {
		const keyWith = async (scopes: string[]) => {
			const body = { label: randomUUID(), scopes, expiresAt: null };
			return (await n8n.client.rest<{ rawApiKey: string }>('POST', '/api-keys', body)).rawApiKey;
		};
		const wrong = await ask({ key: 'not-a-key' });
		expect(wrong.error?.message).toContain('responded with 401');
		expect(wrong.stored).not.toContain('not-a-key');
		const unscoped = await ask({ key: await keyWith(['workflow:list']) });
		expect(unscoped.error?.description).toContain('execution:list');
		const key = await keyWith(['execution:list']);
		const listing = await ask({ key, limit: 1 });
		expect(listing.events).toHaveLength(1);
		expect(gapOf(listing, 'no_access')?.hint).toContain('workflow:list');
		const single = await ask({ key, operation: 'get', by: 'executionId', executionId: '1' });
		expect(single.error?.description).toContain('execution:read');
	});

	test('the editor lists the workflows to choose from', async () => {
		const { workflow } = await readerFor({});
		const [reader] = (await n8n.client.getWorkflow(workflow.id)).nodes.slice(1);
		const choices = await n8n.client.rest<Array<{ name: string; value: string }>>(
			'POST',
			'/dynamic-node-parameters/options',
			{
				path: 'parameters.filters.workflows',
				methodName: 'loadWorkflows',
				nodeTypeAndVersion: { name: `${PACKAGE_NAME}.eventHistory`, version: 1 },
				currentNodeParameters: reader?.parameters,
				credentials: reader?.credentials,
			},
		);
		expect(choices).toContainEqual({ name: plain.workflow.name, value: plain.workflow.id });
	});

	test('what is damaged or deleted is told', async () => {
		const [oldest] = (await ask({ order: 'oldest' })).events;
		await n8n.stop();
		const database = new DatabaseSync(join(n8n.userFolder, '.n8n', 'database.sqlite'));
		const [damaged] = database
			.prepare('SELECT id FROM execution_entity WHERE workflowId = ?')
			.all(waiting.workflow.id);
		database.prepare('DELETE FROM execution_data WHERE executionId = ?').run(Number(damaged?.id));
		database.close();
		await n8n.startAgain();
		await n8n.client.api('DELETE', `/executions/${String(oldest?.executionId)}`);
		for (const order of ['newest', 'oldest']) {
			const answer = await ask({ order });
			expect(ids(answer)).not.toContain('P1');
			expect(gapOf(answer, 'unreadable', waiting)).toMatchObject({
				count: 1,
				executionIds: [String(damaged?.id)],
			});
			expect(gapOf(answer, 'pruned')).toMatchObject({ until: expect.any(String) });
		}
	});

	test('an execution whose data n8n cannot write as JSON is a gap, and nothing else is', async () => {
		const live = await publishBaileys(n8n);
		for (const id of ['J1', 'J2', 'J3', 'J4', 'J5']) await send(live, id);
		const executions = await n8n.client.waitForExecutions(live.workflow.id, 5);
		const bad = executions.map(({ id }) => id).sort((a, b) => Number(a) - Number(b))[2] ?? '';
		const database = new DatabaseSync(join(n8n.userFolder, '.n8n', 'database.sqlite'));
		database.exec('PRAGMA busy_timeout = 10000');
		const row = database.prepare('SELECT data FROM execution_data WHERE executionId = ?').get(bad);
		// As a workflow leaves it that nests beyond reason: n8n stores it, and cannot write it as JSON.
		const parts = JSON.parse(String(row?.data)) as [{ resultData: string }, ...object[]];
		const result = Number(parts[0].resultData);
		const next = parts.length;
		parts[result] = { ...parts[result], nested: String(next) };
		const levels = Array.from({ length: 20_000 }, (_, level) => ({ in: String(next + level + 1) }));
		const unwritable = JSON.stringify([...parts, ...levels, {}]);
		database
			.prepare('UPDATE execution_data SET data = ? WHERE executionId = ?')
			.run(unwritable, bad);
		database.close();
		const list = n8n.client.listExecutions({ workflowId: live.workflow.id });
		await expect(list).rejects.toThrow('500');

		for (const order of ['newest', 'oldest']) {
			const answer = await ask({ workflows: [live.workflow.id], order });
			const found = ids(answer);
			expect(order === 'newest' ? found.reverse() : found).toEqual(['J1', 'J2', 'J4', 'J5']);
			// What other tests have deleted is a gap of everybody.
			expect(answer.gaps.filter(({ reason }) => reason !== 'pruned')).toMatchObject([
				{ reason: 'unreadable', count: 1, executionIds: [bad], workflowId: live.workflow.id },
			]);
		}
		const single = await ask({ operation: 'get', by: 'executionId', executionId: bad });
		expect(single.gaps).toMatchObject([{ reason: 'unreadable', executionIds: [bad] }]);
		const summary = await ask({
			operation: 'summarize',
			groupBy: ['type'],
			workflows: [live.workflow.id],
		});
		expect(gapOf(summary, 'unreadable')).toMatchObject({ executionIds: [bad] });
		await n8n.client.api('DELETE', `/executions/${bad}`);
	});
});
