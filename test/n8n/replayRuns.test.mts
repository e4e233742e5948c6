import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { IDataObject } from 'n8n-workflow';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { publishBaileys, type LiveWorkflow } from '../support/baileysWorkflow.mts';
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
	REPLAY,
	replayNode,
	type ReplayAnswer,
	type Replayer,
} from '../support/replayWorkflow.mts';

const PATIENCE = { timeout: 200_000, interval: 250 };

describe('Replays of many, at the same time, and after a crash, in a real n8n', () => {
	let n8n: TestN8n;

	beforeAll(async () => {
		n8n = await startTestN8n();
	});
	afterAll(async () => await n8n?.close());

	async function executionsOf(workflowId: string): Promise<Execution[]> {
		return await n8n.client.listExecutions({ workflowId });
	}

	async function replaysOf(workflowId: string): Promise<Execution[]> {
		const executions = await executionsOf(workflowId);
		return executions.filter(({ mode }) => mode === 'integrated').reverse();
	}

	const idsOf = (executions: readonly Execution[]) =>
		executions.map((execution) => String(triggerOutput(execution)[0]?.json.id));

	async function receive(live: LiveWorkflow, ...ids: string[]): Promise<void> {
		for (const id of ids) {
			const { status } = await deliver(live.url, receivedMessage({ whatsappMessageId: id }));
			expect(status).toBe(200);
		}
		await vi.waitFor(async () => {
			const received = (await executionsOf(live.workflow.id)).map(triggerOutput);
			const known = new Set(received.map(([item]) => item?.json.id));
			expect(ids.filter((id) => !known.has(id))).toEqual([]);
		}, PATIENCE);
	}

	async function replayer(
		live: LiveWorkflow,
		parameters: IDataObject = {},
		options: IDataObject = {},
		more: Partial<Parameters<typeof publishReplayer>[1]> = {},
	): Promise<Replayer> {
		const filters = { workflows: [live.workflow.id], ...(parameters.filters as object) };
		const all = { target: 'originalWorkflow', ...parameters, filters, options };
		return await publishReplayer(n8n, { parameters: all as WorkflowNode['parameters'], ...more });
	}

	const outcomes = ({ error, results }: ReplayAnswer) => {
		expect(error).toBeUndefined();
		return results.map(({ outcome, reason }) => reason ?? outcome);
	};

	const wait = (amount: number, unit = 'seconds') =>
		nodeOf('Wait', 'n8n-nodes-base.wait', 1.1, { amount, unit }, { webhookId: randomUUID() });

	const fail = () =>
		nodeOf('Fail', 'n8n-nodes-base.stopAndError', 1, { errorMessage: 'on purpose' });

	const nothing = () => nodeOf('Nothing', 'n8n-nodes-base.noOp', 1);

	async function change(live: LiveWorkflow, following: WorkflowNode[]): Promise<void> {
		const { name, nodes, settings } = await n8n.client.getWorkflow(live.workflow.id);
		const changed = [...nodes.slice(0, 1), ...following];
		const draft = { name, nodes: changed, connections: inARow(changed), settings };
		await n8n.client.updateWorkflow(live.workflow.id, draft);
	}

	test('runs that overlap replay nothing twice', async () => {
		const live = await publishBaileys(n8n, { following: [wait(3), nothing()] });
		await receive(live, 'O1', 'O2', 'O3');
		const one = await replayer(live, {}, { concurrency: 2 });
		const other = await replayer(live);
		const answers = await Promise.all([one.ask(), one.ask(), other.ask()]);
		const all = answers.flatMap(outcomes);
		expect(all.filter((outcome) => outcome === 'replayed')).toHaveLength(3);
		expect(
			all.filter(
				(outcome) => !['replayed', 'in_progress', 'already_replayed'].includes(String(outcome)),
			),
		).toEqual([]);
		expect(idsOf(await replaysOf(live.workflow.id)).sort()).toEqual(['O1', 'O2', 'O3']);
	});

	test('a replay that waits goes on by itself, and its run does not wait', async () => {
		const live = await publishBaileys(n8n, { following: [wait(2, 'hours'), nothing()] });
		await receive(live, 'W1');
		const { results, execution } = await (await replayer(live)).ask();
		expect(results).toMatchObject([{ outcome: 'started', reason: 'waiting' }]);
		expect(execution.status).toBe('success');
		const [waiting] = await replaysOf(live.workflow.id);
		expect(waiting?.status).toBe('waiting');
		expect(outcomes(await (await replayer(live)).ask())).toEqual(['in_progress']);
	});

	test('only starts, and knows later how it ended', async () => {
		const live = await publishBaileys(n8n, { following: [fail()] });
		await receive(live, 'S1');
		const start = await replayer(live, { replayWait: 'start' });
		const { results } = await start.ask();
		expect(results).toMatchObject([
			{ outcome: 'started', replayExecutionId: expect.stringMatching(/^\d+$/) },
		]);
		await vi.waitFor(
			async () => expect((await replaysOf(live.workflow.id))[0]?.status).toBe('error'),
			PATIENCE,
		);
		await change(live, [nothing()]);
		expect(outcomes(await start.ask())).toEqual(['started']);
		await vi.waitFor(
			async () => expect((await replaysOf(live.workflow.id))[1]?.status).toBe('success'),
			PATIENCE,
		);
		expect(outcomes(await start.ask())).toEqual(['already_replayed']);
	});

	test('goes on where the last run ended', async () => {
		const live = await publishBaileys(n8n);
		await receive(live, 'B1');
		const run = await replayer(live, {}, { sinceLastRun: true, skipReplayed: false });
		// What is younger than a second is left to the next run.
		await vi.waitFor(async () => expect(await settled(n8n)).toBe(true), PATIENCE);
		expect(outcomes(await run.ask())).toEqual([]);
		await receive(live, 'C1', 'C2');
		await vi.waitFor(async () => expect(await settled(n8n)).toBe(true), PATIENCE);
		expect(outcomes(await run.ask())).toEqual(['replayed', 'replayed']);
		expect(outcomes(await run.ask())).toEqual([]);
		await receive(live, 'D1');
		await n8n.client.unpublish(live.workflow.id);
		await vi.waitFor(async () => expect(await settled(n8n)).toBe(true), PATIENCE);
		expect(outcomes(await run.ask())).toEqual(['unpublished']);
		await n8n.client.publish(live.workflow.id);
		expect(outcomes(await run.ask())).toEqual(['replayed']);
		expect(outcomes(await run.ask())).toEqual([]);
		expect(idsOf(await replaysOf(live.workflow.id))).toEqual(['C1', 'C2', 'D1']);
	});

	test('into this workflow: the events are items, and count when it has succeeded', async () => {
		const live = await publishBaileys(n8n);
		await receive(live, 'T1', 'T2');
		const failing = nodeOf('Fail once', 'n8n-nodes-base.filter', 2, {
			conditions: {
				options: { typeValidation: 'loose' },
				conditions: [
					{
						id: randomUUID(),
						leftValue: "={{ $('Ask').first().json.body.fail }}",
						rightValue: '',
						operator: { type: 'boolean', operation: 'true', singleValue: true },
					},
				],
				combinator: 'and',
			},
		});
		const filters = { since: '2026-01-01T00:00:00Z' };
		const parameters = { target: 'thisWorkflow', filters };
		const options = { sinceLastRun: true };
		const run = await replayer(live, parameters, options, { after: [failing, fail()] });
		await vi.waitFor(async () => expect(await settled(n8n)).toBe(true), PATIENCE);
		const first = await run.ask({ fail: true });
		const expected = ['T1', 'T2'].map((id) => ({
			id,
			specversion: '1.0',
			replayof: expect.any(String),
			data: { messageId: id },
		}));
		expect(first.results).toMatchObject(expected);
		expect(first.execution.status).toBe('error');
		const second = await run.ask({ fail: false });
		expect(second.results).toMatchObject(expected);
		expect(second.execution.status).toBe('success');
		expect((await run.ask()).results).toEqual([]);
		const again = await replayer(live, parameters, {}, { after: [nothing()] });
		expect((await again.ask()).results).toHaveLength(2);
		expect((await again.ask()).results).toEqual([]);
		expect(await replaysOf(live.workflow.id)).toEqual([]);
	});

	test('to an address: signed, once, and told where it fails', async () => {
		const live = await publishBaileys(n8n);
		await receive(live, 'U1', 'U2');
		const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
		const verified: IDataObject[] = [];
		let status = 500;
		const server: Server = createServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk: Buffer) => chunks.push(chunk));
			request.on('end', () => {
				const body = Buffer.concat(chunks).toString();
				const headers = request.headers as Record<string, string>;
				verified.push(new Webhook(secret).verify(body, headers) as IDataObject);
				response.writeHead(status).end();
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const replayUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
		const { id } = await n8n.client.createCredential(
			'Signs',
			'realtimeWebhooksStandardWebhooksApi',
			{ secret },
		);
		const credentials = {
			realtimeWebhooksN8nEventStoreApi: await eventStoreCredential(n8n),
			realtimeWebhooksStandardWebhooksApi: { id, name: 'Signs' },
		};
		const parameters = { target: 'url', replayUrl };
		const options = { allowHttp: true, allowedPrivateAddresses: '127.0.0.1' };
		try {
			const refused = await (await replayer(live, parameters, {}, { credentials })).ask();
			expect(refused.error?.message).toContain("'URL'");
			expect(verified).toEqual([]);
			const run = await replayer(live, parameters, options, { credentials });
			status = 404;
			expect((await run.ask()).results).toMatchObject([
				{ outcome: 'failed', reason: 'not_delivered', error: expect.stringContaining('404') },
				{ outcome: 'failed', url: replayUrl },
			]);
			status = 200;
			verified.length = 0;
			expect(outcomes(await run.ask())).toEqual(['replayed', 'replayed']);
			expect(verified).toMatchObject([
				{ id: 'U1', source: '/inbox-hub/sales_1', replayof: expect.any(String) },
				{ id: 'U2', replayedat: expect.any(String) },
			]);
			expect(outcomes(await run.ask())).toEqual(['already_replayed', 'already_replayed']);
			expect(JSON.stringify(await executionsOf(run.workflowId))).not.toContain(secret);
		} finally {
			server.closeAllConnections();
			server.close();
		}
	});

	test("a request to n8n's own Webhook node runs again as it was, without its answer", async () => {
		const path = randomUUID();
		const hook = nodeOf(
			'Hook',
			'n8n-nodes-base.webhook',
			2.1,
			{ httpMethod: 'POST', path, responseMode: 'responseNode' },
			{ webhookId: path },
		);
		const respond = nodeOf('Respond', 'n8n-nodes-base.respondToWebhook', 1.4, {
			respondWith: 'json',
			responseBody: '={{ { got: $json.body.order } }}',
			options: {},
		});
		const after = nodeOf('After', 'n8n-nodes-base.set', 3.4, {
			mode: 'raw',
			jsonOutput:
				"={{ JSON.stringify({ order: $('Hook').first().json.body.order, key: $('Hook').first().json.headers['x-token'] }) }}",
			options: {},
		});
		const nodes = [hook, respond, after];
		const draft = { name: 'Plain hook', nodes, connections: inARow(nodes) };
		const workflow = await n8n.createPublished(draft, path);
		const answer = await fetch(n8n.client.webhookUrl(path), {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-token': 'of the sender' },
			body: '{"order":17}',
		});
		expect(await answer.json()).toEqual({ got: 17 });
		await n8n.client.waitForExecutions(workflow.id);
		const live = { workflow } as LiveWorkflow;
		const run = await replayer(live, {}, { includeN8nWebhook: true });
		expect(outcomes(await run.ask())).toEqual(['replayed']);
		const [again] = await replaysOf(workflow.id);
		expect(again && outputOf(again, 'After')[0]?.json).toEqual({ order: 17, key: 'of the sender' });
		await n8n.stop();
		await n8n.startAgain();
		await n8n.client.waitForWebhook(path);
		const after2 = await run.ask();
		expect(outcomes(after2)).toEqual(['already_replayed']);
		expect(JSON.stringify(after2.execution.data?.resultData.runData[REPLAY])).not.toContain(
			'of the sender',
		);
	});

	test('workflows that replay each other come to an end', async () => {
		const store = { realtimeWebhooksN8nEventStoreApi: await eventStoreCredential(n8n) };
		const ids: string[] = [];
		const parameters = (workflows: string[]) => ({
			target: 'originalWorkflow',
			filters: { workflows },
			options: { skipReplayed: false, includeReplays: true },
		});
		const first = await publishBaileys(n8n);
		const second = await publishBaileys(n8n);
		await receive(first, 'L1');
		await receive(second, 'L2');
		ids.push(first.workflow.id, second.workflow.id);
		await change(first, [replayNode(parameters([ids[1] ?? '']), store)]);
		await change(second, [replayNode(parameters([ids[0] ?? '']), store)]);
		const run = await replayer(first, {}, { skipReplayed: false });
		expect(outcomes(await run.ask())).toEqual(['replayed']);
		const [inner] = await replaysOf(second.workflow.id);
		expect(inner && outputOf(inner, REPLAY)[0]?.json).toMatchObject({
			outcome: 'skipped',
			reason: 'loop',
		});
		expect(await replaysOf(first.workflow.id)).toHaveLength(1);
		expect(await replaysOf(second.workflow.id)).toHaveLength(1);
		const own = await replayer({ workflow: { id: '' } } as LiveWorkflow, { filters: {} });
		expect((await own.ask()).error).toBeUndefined();
	});

	test('a thousand events arrive once each, in order, and not a second time', async () => {
		const live = await publishBaileys(n8n);
		const ids = Array.from({ length: 1_000 }, (_, n) => `M${String(n).padStart(4, '0')}`);
		let next = 0;
		const sender = async () => {
			while (next < ids.length) {
				const id = ids[next++];
				await deliver(live.url, receivedMessage({ whatsappMessageId: id }));
			}
		};
		await Promise.all([sender(), sender(), sender(), sender()]);
		await vi.waitFor(async () => {
			expect(await allOf(n8n, live.workflow.id, false)).toHaveLength(1_000);
		}, PATIENCE);
		const received = idsOf((await allOf(n8n, live.workflow.id)).reverse());
		expect(new Set(received).size).toBe(1_000);
		const run = await replayer(live);
		const first = await run.ask();
		expect(first.error).toBeUndefined();
		expect(first.hints).toContain('Events: 1000 replayed.');
		const replays = (await allOf(n8n, live.workflow.id)).filter(
			({ mode }) => mode === 'integrated',
		);
		expect(idsOf(replays.reverse())).toEqual(received);
		const second = await run.ask();
		expect(second.hints).toContain('Events: 1000 skipped.');
		expect(await allOf(n8n, live.workflow.id, false)).toHaveLength(2_000);
	});

	test('killed in the middle: nothing is lost, and what succeeded does not run again', async () => {
		const { live, ids, run } = await replaysUnderWay();
		await n8n.kill9();
		await n8n.startAgain();
		await n8n.client.waitForWebhook(live.path);
		const before = await succeededOnceQuiet(live);
		expect(before.length).toBeLessThan(ids.length);
		expect(already(await run.ask())).toEqual(before);
		expect(await succeededOnceQuiet(live)).toEqual(ids);
		expect(outcomes(await run.ask())).toEqual([]);
	});

	test('killed before a replay had begun: n8n runs it when it starts, and it does not run twice', async () => {
		const { live, ids, run } = await replaysUnderWay();
		await n8n.kill9();
		const resumed = storeNotBegun(n8n, live.workflow.id);
		await n8n.startAgain();
		await n8n.client.waitForWebhook(live.path);
		const first = await run.ask();
		expect(first.results.find(({ replayExecutionId }) => replayExecutionId === resumed)).toEqual(
			expect.objectContaining({
				outcome: 'skipped',
				reason: expect.stringMatching(/^(in_progress|already_replayed)$/) as string,
			}),
		);
		expect(await succeededOnceQuiet(live)).toEqual(ids);
		const rest = already(await run.ask());
		expect(ids.filter((id) => rest.includes(id))).toEqual(rest);
		expect(await succeededOnceQuiet(live)).toEqual(ids);
	});

	/** Replays of which some have ended, and one is running. */
	async function replaysUnderWay() {
		const live = await publishBaileys(n8n, { following: [wait(0.6), nothing()] });
		const ids = Array.from({ length: 10 }, (_, n) => `K${n}`);
		await receive(live, ...ids);
		const filters = { since: '2026-01-01T00:00:00Z' };
		const run = await replayer(live, { filters }, { sinceLastRun: true });
		await vi.waitFor(async () => expect(await settled(n8n)).toBe(true), PATIENCE);
		await run.start();
		await vi.waitFor(async () => {
			expect((await replaysOf(live.workflow.id)).length).toBeGreaterThan(2);
			expect(await openOf(live.workflow.id)).toHaveLength(1);
		}, PATIENCE);
		return { live, ids, run };
	}

	/** n8n lists executions that have not ended only where they are asked for. */
	async function openOf(workflowId: string): Promise<Execution[]> {
		const lists = (['new', 'running'] as const).map(
			async (status) => await n8n.client.listExecutions({ workflowId, status, includeData: false }),
		);
		return (await Promise.all(lists)).flat();
	}

	/** Events whose replays succeeded, once n8n runs none: also those that it took up when it started. */
	async function succeededOnceQuiet(live: LiveWorkflow): Promise<string[]> {
		await vi.waitFor(async () => expect(await openOf(live.workflow.id)).toEqual([]), PATIENCE);
		const replays = await replaysOf(live.workflow.id);
		return idsOf(replays.filter(({ status }) => status === 'success')).sort();
	}

	const already = ({ results }: ReplayAnswer) =>
		results
			.filter(({ reason }) => reason === 'already_replayed')
			.map(({ event }) => String((event as IDataObject).id))
			.sort();
});

/**
 * Stores the replay that was running when n8n was killed a second time, as one that had not begun:
 * of the first, n8n's event log says that it had.
 *
 * @returns id of the second
 */
function storeNotBegun(n8n: TestN8n, workflowId: string): string {
	const database = new DatabaseSync(join(n8n.userFolder, '.n8n', 'database.sqlite'));
	const read = (statement: string, value: SQLInputValue) => {
		const row = database.prepare(statement).get(value);
		if (row === undefined) throw new Error(`Nothing found: ${statement}`);
		return row;
	};
	const insert = (table: string, row: Record<string, SQLInputValue>) => {
		const columns = Object.keys(row).map((column) => `"${column}"`);
		const places = columns.map(() => '?');
		const statement = `INSERT INTO ${table} (${columns.join()}) VALUES (${places.join()})`;
		return String(database.prepare(statement).run(...Object.values(row)).lastInsertRowid);
	};
	try {
		const { id, ...row } = read(
			"SELECT * FROM execution_entity WHERE workflowId = ? AND mode = 'integrated' AND status = 'running'",
			workflowId,
		);
		const data = read('SELECT * FROM execution_data WHERE executionId = ?', id ?? null);
		const executionId = insert('execution_entity', { ...row, status: 'new', startedAt: null });
		insert('execution_data', { ...data, executionId });
		return executionId;
	} finally {
		database.close();
	}
}

/** Whether the newest execution is old enough that a run looks at it. */
async function settled(n8n: TestN8n): Promise<boolean> {
	const [newest] = await n8n.client.listExecutions({ limit: 1, includeData: false });
	return newest === undefined || Date.now() - Date.parse(newest.startedAt) > 1_500;
}

/** All executions of a workflow, newest first. */
async function allOf(n8n: TestN8n, workflowId: string, includeData = true): Promise<Execution[]> {
	const all: Execution[] = [];
	let cursor: string | null = '';
	while (cursor !== null) {
		const page: { data: Execution[]; nextCursor: string | null } = await n8n.client.api(
			'GET',
			`/executions?workflowId=${workflowId}&includeData=${includeData}&limit=250${cursor === '' ? '' : `&cursor=${cursor}`}`,
		);
		all.push(...page.data);
		cursor = page.nextCursor;
	}
	return all;
}
