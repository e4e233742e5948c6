import { randomUUID } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { socketIo } from '../realtime/scenes/socketIo.mts';
import { publishBaileys, TRIGGER, type LiveWorkflow } from '../support/baileysWorkflow.mts';
import { deliver, receivedMessage } from '../support/inboxHub.mts';
import {
	outputOf,
	startTestN8n,
	triggerOutput,
	type Execution,
	type TestN8n,
	type WorkflowNode,
} from '../support/n8n.mts';
import {
	eventStoreCredential,
	inARow,
	nodeOf,
	publishReplayer,
	type ReplayAnswer,
} from '../support/replayWorkflow.mts';
import { triggerDraft } from '../support/triggerWorkflow.mts';

const PATIENCE = { timeout: 120_000, interval: 250 };

describe('Replay in a real n8n', () => {
	let n8n: TestN8n;

	beforeAll(async () => {
		n8n = await startTestN8n();
	});
	afterAll(async () => await n8n?.close());

	const fail = (when = '={{ true }}') => [
		nodeOf('If', 'n8n-nodes-base.filter', 2, {
			conditions: {
				options: { caseSensitive: true, typeValidation: 'loose' },
				conditions: [
					{
						id: randomUUID(),
						leftValue: when,
						rightValue: '',
						operator: { type: 'boolean', operation: 'true', singleValue: true },
					},
				],
				combinator: 'and',
			},
		}),
		nodeOf('Fail', 'n8n-nodes-base.stopAndError', 1, { errorMessage: 'on purpose' }),
	];

	const set = (value: string, name = 'Work') =>
		nodeOf(name, 'n8n-nodes-base.set', 3.4, {
			mode: 'raw',
			jsonOutput: `={{ JSON.stringify({ seen: ${value} }) }}`,
			options: {},
		});

	/** Sends events, one after the other, and waits until their executions have ended. */
	async function receive(live: LiveWorkflow, ...ids: string[]): Promise<void> {
		const before = (await executionsOf(live.workflow.id)).length;
		for (const id of ids) {
			const { status } = await deliver(live.url, receivedMessage({ whatsappMessageId: id }));
			expect(status).toBe(200);
		}
		await vi.waitFor(async () => {
			const executions = await executionsOf(live.workflow.id);
			expect(executions.length).toBe(before + ids.length);
		}, PATIENCE);
	}

	/** Newest first. */
	async function executionsOf(workflowId: string): Promise<Execution[]> {
		return await n8n.client.listExecutions({ workflowId });
	}

	/** The replays of a workflow, oldest first. */
	async function replaysOf(workflowId: string): Promise<Execution[]> {
		const executions = await executionsOf(workflowId);
		return executions.filter(({ mode }) => mode === 'integrated').reverse();
	}

	const idsOf = (executions: readonly Execution[]) =>
		executions.map((execution) => triggerOutput(execution)[0]?.json.id);

	async function replay(
		parameters: IDataObject,
		options: IDataObject = {},
		body: IDataObject = {},
	): Promise<ReplayAnswer> {
		const all = { target: 'originalWorkflow', ...parameters, options };
		const replayer = await publishReplayer(n8n, { parameters: all as WorkflowNode['parameters'] });
		return await replayer.ask(body);
	}

	const ofWorkflow = ({ workflow }: LiveWorkflow, more: IDataObject = {}) => ({
		filters: { workflows: [workflow.id], ...more },
	});

	const outcomes = ({ error, results }: ReplayAnswer) => {
		expect(error).toBeUndefined();
		return results.map(({ outcome, reason }) => (reason === undefined ? outcome : reason));
	};

	/** Puts other nodes behind the trigger of a workflow and publishes it so. */
	async function change(
		live: LiveWorkflow,
		following: WorkflowNode[],
		changeTrigger: (trigger: WorkflowNode) => WorkflowNode = (trigger) => trigger,
	): Promise<void> {
		const { name, nodes, settings } = await n8n.client.getWorkflow(live.workflow.id);
		const [trigger] = nodes;
		if (trigger === undefined) throw new Error('The workflow has no trigger');
		const changed = [changeTrigger(trigger), ...following];
		const draft = { name, nodes: changed, connections: inARow(changed), settings };
		await n8n.client.updateWorkflow(live.workflow.id, draft);
	}

	test('runs an event again through its workflow as it is published today', async () => {
		const live = await publishBaileys(n8n, { following: [set('"old"')] });
		await receive(live, 'E1', 'E2');
		await change(live, [set(`$('${TRIGGER}').first().json.id`)]);
		const answer = await replay(ofWorkflow(live));
		const [first, second] = await replaysOf(live.workflow.id);
		const received = (await executionsOf(live.workflow.id)).reverse();
		expect(answer.error).toBeUndefined();
		expect(answer.results).toEqual([
			{
				event: {
					id: 'E1',
					source: '/inbox-hub/sales_1',
					type: 'whatsapp.message.received',
					subject: '34600000000@s.whatsapp.net',
					time: expect.any(String),
				},
				executionId: received[0]?.id,
				outcome: 'replayed',
				workflowId: live.workflow.id,
				workflowName: live.workflow.name,
				replayExecutionId: first?.id,
				durationMs: expect.any(Number),
			},
			expect.objectContaining({ outcome: 'replayed', replayExecutionId: second?.id }),
		]);
		expect(answer.gaps).toEqual([]);
		expect(answer.hints).toContain('Events: 2 replayed.');
		expect(first).toMatchObject({ status: 'success', mode: 'integrated' });
		const [original] = triggerOutput(received[0] as Execution);
		expect(first && triggerOutput(first)[0]?.json).toEqual({
			...original?.json,
			replayof: received[0]?.id,
			replayedat: expect.stringMatching(/^\d{4}-.*Z$/),
		});
		const work = first && outputOf(first, 'Work')[0]?.json;
		expect(work).toEqual({ seen: 'E1' });
		const link = outputOf(answer.execution, 'Replay')[0];
		expect(link?.metadata).toMatchObject({ subExecution: { executionId: first?.id } });
		expect(JSON.stringify(answer.execution)).not.toContain(n8n.client.apiKey);
	});

	test('replays once, unless told otherwise, and names the first execution for ever', async () => {
		const live = await publishBaileys(n8n);
		await receive(live, 'A', 'B');
		expect(outcomes(await replay(ofWorkflow(live), { dryRun: true }))).toEqual([
			'wouldReplay',
			'wouldReplay',
		]);
		expect(await replaysOf(live.workflow.id)).toEqual([]);
		expect(outcomes(await replay(ofWorkflow(live)))).toEqual(['replayed', 'replayed']);
		const [first] = await replaysOf(live.workflow.id);
		const again = await replay(ofWorkflow(live));
		expect(outcomes(again)).toEqual(['already_replayed', 'already_replayed']);
		expect(again.results[0]).toMatchObject({ outcome: 'skipped', replayExecutionId: first?.id });
		expect(outcomes(await replay(ofWorkflow(live), { dryRun: true }))).toEqual([
			'already_replayed',
			'already_replayed',
		]);
		// n8n's memory is gone, its store is not.
		await n8n.stop();
		await n8n.startAgain();
		await n8n.client.waitForWebhook(live.path);
		expect(outcomes(await replay(ofWorkflow(live)))).toEqual([
			'already_replayed',
			'already_replayed',
		]);
		const options = { skipReplayed: false, order: 'newest', maximum: 3, includeReplays: true };
		const third = await replay(ofWorkflow(live), options);
		expect(third.results.map(({ event }) => (event as IDataObject).id)).toEqual(['B', 'A', 'B']);
		expect(third.hints).toContain(
			"Events: 3 replayed. There are more events: the run stopped at 'Maximum'.",
		);
		const received = (await executionsOf(live.workflow.id)).filter(
			({ mode }) => mode === 'webhook',
		);
		const replays = await replaysOf(live.workflow.id);
		expect(new Set(replays.map((one) => triggerOutput(one)[0]?.json.replayof))).toEqual(
			new Set(received.map(({ id }) => id)),
		);
	});

	test('only what failed, from the items before it, and only once where it failed often', async () => {
		const live = await publishBaileys(n8n, { following: fail("={{ $json.id !== 'OK' }}") });
		await receive(live, 'F1', 'OK', 'F2');
		const first = await replay(ofWorkflow(live), { onlyFailed: true });
		expect(first.results).toMatchObject([
			{ event: { id: 'F1' }, outcome: 'failed', reason: 'execution_failed', error: 'on purpose' },
			{ event: { id: 'F2' }, outcome: 'failed', replayExecutionId: expect.any(String) },
		]);
		const stopped = await replay(ofWorkflow(live), { onlyFailed: true, stopOnFirstFailure: true });
		expect(outcomes(stopped)).toEqual(['execution_failed']);
		expect(stopped.hints[0]).toContain(
			"The rest was not started because of 'Stop on First Failure'.",
		);
		await change(live, [set('$json.id')]);
		const failures = { onlyNewestFailure: true, includeReplays: true };
		const mended = await replay(ofWorkflow(live), failures);
		expect(mended.results.map(({ event }) => (event as IDataObject).id).sort()).toEqual([
			'F1',
			'F2',
		]);
		expect(outcomes(mended)).toEqual(['replayed', 'replayed']);
		const [, ok] = (await executionsOf(live.workflow.id)).reverse();
		const list = nodeOf('List', 'n8n-nodes-base.splitOut', 1, {
			fieldToSplitOut: 'body.items',
			options: { destinationFieldName: '' },
		});
		const replayer = await publishReplayer(n8n, {
			before: [list],
			parameters: { target: 'originalWorkflow', eventsFrom: 'input', options: {} },
		});
		const items = [{ executionId: ok?.id }, { executionId: '987654' }];
		const chosen = await replayer.ask({ items });
		expect(chosen.results).toMatchObject([{ event: { id: 'OK' }, outcome: 'replayed' }]);
		expect(chosen.gaps).toMatchObject([{ reason: 'not_found', executionIds: ['987654'] }]);
	});

	test('finds a trigger that was renamed, and says what to do where there is none', async () => {
		const live = await publishBaileys(n8n, { following: [set('1')] });
		await receive(live, 'R1');
		await change(live, [set("$('New name').first().json.id")], (trigger) => ({
			...trigger,
			name: 'New name',
		}));
		const renamed = await replay(ofWorkflow(live));
		expect(outcomes(renamed)).toEqual(['replayed']);
		const [run] = await replaysOf(live.workflow.id);
		expect(run && outputOf(run, 'Work')[0]?.json).toEqual({
			seen: 'R1',
		});
		const schedule = nodeOf('Schedule', 'n8n-nodes-base.scheduleTrigger', 1.2, {
			rule: { interval: [{ field: 'weeks' }] },
		});
		await change(live, [set('1')], () => schedule);
		const deleted = await replay(ofWorkflow(live), { skipReplayed: false });
		expect(deleted.results).toMatchObject([
			{
				outcome: 'failed',
				reason: 'trigger_missing',
				error: expect.stringContaining(
					`no longer has the trigger '${TRIGGER}' that received the event. Add a trigger`,
				),
			},
		]);
		const another = { target: 'otherWorkflow', replayWorkflowId: live.workflow.id };
		const named = await replay(
			{ ...ofWorkflow(live), ...another },
			{ trigger: 'Schedule', skipReplayed: false },
		);
		expect(outcomes(named)).toEqual(['replayed']);
		expect(idsOf(await replaysOf(live.workflow.id))).toEqual(['R1', 'R1']);
	});

	test('says why a workflow cannot be replayed', async () => {
		const live = await publishBaileys(n8n);
		await receive(live, 'X');
		await n8n.client.unpublish(live.workflow.id);
		const unpublished = await replay(ofWorkflow(live));
		expect(unpublished.results).toMatchObject([
			{ outcome: 'failed', reason: 'unpublished', error: expect.stringContaining('Publish it') },
		]);
		expect(outcomes(await replay(ofWorkflow(live), { dryRun: true }))).toEqual(['unpublished']);
		expect(outcomes(await replay(ofWorkflow(live), { allowUnpublished: true }))).toEqual([
			'replayed',
		]);
		const closed = await publishBaileys(n8n, { settings: { callerPolicy: 'none' } });
		await receive(closed, 'Y');
		expect(outcomes(await replay(ofWorkflow(closed)))).toEqual(['not_callable']);
		expect(await replaysOf(closed.workflow.id)).toEqual([]);
		const gone = await replay({
			...ofWorkflow(live),
			target: 'otherWorkflow',
			replayWorkflowId: 'nowhere',
		});
		expect(outcomes(gone)).toEqual(['no_access']);
	});

	test("a wrong key, a key without a scope and settings that can't be combined are told", async () => {
		const parameters = { target: 'originalWorkflow', options: {} };
		const wrong = { realtimeWebhooksN8nEventStoreApi: await eventStoreCredential(n8n, 'wrong') };
		const refused = await publishReplayer(n8n, { parameters, credentials: wrong });
		expect((await refused.ask()).error).toMatchObject({
			message: expect.stringContaining('401'),
			description: expect.stringContaining("'API Key'"),
		});
		const live = await publishBaileys(n8n);
		await receive(live, 'S');
		const { rawApiKey } = await n8n.client.rest<{ rawApiKey: string }>('POST', '/api-keys', {
			label: 'few scopes',
			scopes: ['execution:list', 'execution:read', 'workflow:list'],
			expiresAt: null,
		});
		const few = { realtimeWebhooksN8nEventStoreApi: await eventStoreCredential(n8n, rawApiKey) };
		const narrow = await publishReplayer(n8n, {
			parameters: { ...parameters, ...ofWorkflow(live) },
			credentials: few,
		});
		expect((await narrow.ask()).error).toMatchObject({
			description: expect.stringContaining('workflow:read'),
		});
		expect(await replaysOf(live.workflow.id)).toEqual([]);
		const both = await replay({ filters: { status: ['success'] } }, { onlyFailed: true });
		expect(both.error?.message).toContain("can't be combined");
	});

	test("a request that came with a file to n8n's own Webhook node runs again with it", async () => {
		const path = randomUUID();
		const parameters = { httpMethod: 'POST', path, responseMode: 'onReceived', options: {} };
		const hook = nodeOf('Webhook', 'n8n-nodes-base.webhook', 2.1, parameters, { webhookId: path });
		const read = nodeOf('Read', 'n8n-nodes-base.extractFromFile', 1.1, {
			operation: 'text',
			binaryPropertyName: 'data',
			options: {},
		});
		const chain = [hook, read];
		const workflow = await n8n.createPublished(
			{ name: `Files ${path}`, nodes: chain, connections: inARow(chain) },
			path,
		);
		const upload = await fetch(n8n.client.webhookUrl(path), {
			method: 'POST',
			headers: { 'content-type': 'application/octet-stream', 'webhook-id': 'FILE-1' },
			body: Buffer.from('the content of the file'),
		});
		expect(upload.status).toBe(200);
		const [received] = await n8n.client.waitForExecutions(workflow.id);
		expect(received && outputOf(received, 'Read')[0]?.json.data).toBe('the content of the file');
		const wanted = { filters: { workflows: [workflow.id] } };
		const options = { includeN8nWebhook: true };
		expect(outcomes(await replay(wanted, options))).toEqual(['replayed']);
		const [again] = await replaysOf(workflow.id);
		expect(again && outputOf(again, 'Read')[0]?.json.data).toBe('the content of the file');

		const here = await publishReplayer(n8n, {
			parameters: { ...wanted, target: 'thisWorkflow', options },
			after: [read],
		});
		const { execution } = await here.ask();
		expect(outputOf(execution, 'Read')[0]?.json.data).toBe('the content of the file');

		const url = { ...wanted, target: 'url', replayUrl: 'https://1.1.1.1/hook' };
		const secret = await n8n.client.createCredential(
			`Signing ${path}`,
			'realtimeWebhooksStandardWebhooksApi',
			{ secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` },
		);
		const sender = await publishReplayer(n8n, {
			parameters: { ...url, options },
			credentials: {
				realtimeWebhooksN8nEventStoreApi: await eventStoreCredential(n8n),
				realtimeWebhooksStandardWebhooksApi: secret,
			},
		});
		expect(outcomes(await sender.ask())).toEqual(['has_file']);
	});

	test('events that came over a realtime connection run again too', async () => {
		const scene = await socketIo.open();
		try {
			const credentials: Record<string, { id: string; name: string }> = {};
			for (const [type, data] of Object.entries(scene.credentials)) {
				credentials[type] = await n8n.client.createCredential(
					`${type} ${randomUUID()}`,
					type,
					data,
				);
			}
			const workflow = await n8n.createPublished(
				triggerDraft({
					type: 'realtimeTrigger',
					name: 'Realtime Trigger',
					path: randomUUID(),
					parameters: { transport: 'socketIo', events: '*', ...scene.triggerParameters },
					credentials,
				}),
			);
			await vi.waitUntil(async () => await scene.listening(), PATIENCE);
			await scene.send('order.created', { number: 4711 });
			await n8n.client.waitForExecutions(workflow.id);
			const answer = await replay({ filters: { workflows: [workflow.id] } });
			expect(answer.results).toMatchObject([
				{ event: { type: 'socketio.order.created' }, outcome: 'replayed' },
			]);
			const [again] = await replaysOf(workflow.id);
			const [received] = (await executionsOf(workflow.id)).reverse();
			expect(again && triggerOutput(again)[0]?.json).toMatchObject({
				...(received && triggerOutput(received)[0]?.json),
				replayof: received?.id,
			});
			await n8n.client.unpublish(workflow.id);
		} finally {
			await scene.close();
		}
	});

	test('what a crash interrupted is there, and runs again', async () => {
		const wait = nodeOf(
			'Wait',
			'n8n-nodes-base.wait',
			1.1,
			{ amount: 50, unit: 'seconds' },
			{ webhookId: randomUUID() },
		);
		const live = await publishBaileys(n8n, { following: [wait] });
		const ids = ['Z1', 'Z2', 'Z3'];
		for (const id of ids) {
			const { status } = await deliver(live.url, receivedMessage({ whatsappMessageId: id }));
			expect(status).toBe(200);
		}
		await n8n.kill9();
		await n8n.startAgain();
		await n8n.client.waitForWebhook(live.path);
		await change(live, [set('$json.id')]);
		const answer = await replay(ofWorkflow(live), { onlyFailed: true });
		expect(outcomes(answer)).toEqual(['replayed', 'replayed', 'replayed']);
		const replays = await replaysOf(live.workflow.id);
		expect(replays.map((run) => outputOf(run, 'Work')[0]?.json)).toEqual(
			ids.map((seen) => ({ seen })),
		);
	});
});
