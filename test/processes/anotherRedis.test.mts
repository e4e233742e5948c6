import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { redisCommand } from '../support/clusterRedis.mts';
import { deliver, receivedMessage } from '../support/inboxHub.mts';
import { deduplicateIn } from '../support/n8nCore.mts';
import { captureLog } from '../support/n8nLog.mts';
import {
	ClusterProcess,
	clusterWorkflow,
	passedItems,
	queueModeEnvironment,
	type ClusterWorkflow,
} from '../support/queueMode.mts';
import { RacyDeduplicator } from '../support/racyDeduplicator.mts';
import { freePort, redisIsInstalled, RedisServer } from '../support/redisServer.mts';

const PASSWORD = 'a-long-secret';
const WRONG = 'not-the-right-one';
const ANOTHER = { deduplicationStore: 'anotherRedis' };
const CREDENTIAL = 'realtimeWebhooksRealtimeRedisApi';

describe.runIf(redisIsInstalled)("a trigger that names another Redis than n8n's own", () => {
	let own: RedisServer;
	let named: RedisServer;
	const store = new RacyDeduplicator();
	let workflow: ClusterWorkflow;
	let closers: Array<() => Promise<void>>;

	beforeAll(async () => {
		own = await RedisServer.start();
		await deduplicateIn(store);
	});
	afterAll(async () => await own.stop());
	beforeEach(async () => {
		named = await RedisServer.start('--requirepass', PASSWORD);
		queueModeEnvironment(own);
		await redisCommand(own, {}, 'FLUSHALL');
		Object.assign(store, { entries: undefined, failures: 0 });
		workflow = clusterWorkflow();
		closers = [];
	});
	afterEach(async () => {
		vi.unstubAllEnvs();
		await Promise.all(closers.map(async (close) => await close()));
		await named.stop();
	});

	const credential = (more: ICredentialDataDecryptedObject = {}) => ({
		host: '127.0.0.1',
		port: named.port,
		password: PASSWORD,
		...more,
	});
	const start = async (
		redis: ICredentialDataDecryptedObject | undefined = credential(),
		options: object = ANOTHER,
	) => await ClusterProcess.start(workflow, { ...options }, ['*'], redis);
	/** Connected, as a trigger is that was published: on a busy machine that takes longer than a delivery waits. */
	const startPublished = async () => {
		const process = await start();
		await expect.poll(async () => await process.publish()).toBeUndefined();
		return process;
	};
	const startWithout = async () => await ClusterProcess.start(workflow, ANOTHER);
	const serve = async (process: ClusterProcess) => {
		const host = await process.serve();
		closers.push(async () => await host.close());
		return host.url;
	};
	const keysIn = async (server: RedisServer, password = '') =>
		(await redisCommand(server, { password }, 'KEYS', '*')) as string[];
	const passed = (runs: Array<Awaited<ReturnType<ClusterProcess['work']>>>) =>
		runs.map((run) => passedItems(run).length);
	const nextJob = () => {
		const [job] = workflow.queue;
		if (job === undefined) throw new Error('nothing was queued');
		return job;
	};

	test('claims, first executions, outbox and the sign of life are in there, and nothing in n8n’s', async () => {
		const worker = await startPublished();
		expect((await deliver(await serve(worker), receivedMessage())).status).toBe(200);
		const scope = `n8n:realtime-webhooks:{${workflow.id}:${worker.nodeId}}:`;
		await expect
			.poll(async () => (await keysIn(named, PASSWORD)).sort())
			.toEqual(['known', 'order', 'outbox', 'outbox-bytes', 'outbox-times'].map((k) => scope + k));
		expect(passed([await worker.work(nextJob())])).toEqual([1]);
		await expect.poll(async () => await keysIn(named, PASSWORD)).not.toContain(`${scope}outbox`);
		const alive = (await keysIn(named, PASSWORD)).filter((key) => key.includes(':alive:'));
		expect(alive).toHaveLength(1);
		expect(await keysIn(own)).toEqual([]);
	});

	test('copies at two processors are one execution, and one of two workers passes', async () => {
		const processes = [await startPublished(), await startPublished()];
		const urls = [await serve(processes[0] as never), await serve(processes[1] as never)];
		const body = receivedMessage();
		const answers = await Promise.all(
			Array.from({ length: 20 }, async (_, i) => await deliver(urls[i % 2] as string, body)),
		);
		expect(workflow.queue).toHaveLength(1);
		expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
		const { items } = nextJob();
		const runs = await Promise.all(
			processes.map(async (process, i) => await process.work({ executionId: String(i), items })),
		);
		expect(passed(runs).sort()).toEqual([0, 1]);
		expect(await keysIn(own)).toEqual([]);
	});

	test('a wrong password: 503, told with the server and the credential, and without a secret', async () => {
		const content = credential({ password: WRONG });
		const process = await start(content);
		const url = await serve(process);
		const log = captureLog();
		const answer = await deliver(url, receivedMessage());
		expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
		expect(log.text()).toContain(`Redis at 127.0.0.1:${named.port} refused: WRONGPASS`);
		expect(log.text()).toContain(`the credential '${CREDENTIAL}'`);
		expect(log.text() + JSON.stringify(answer.json)).not.toMatch(/a-long-secret|not-the-right/);
		expect(String(await process.publish())).toContain('WRONGPASS');
		content.password = PASSWORD;
		await expect.poll(async () => (await deliver(url, receivedMessage())).status).toBe(200);
		expect(await keysIn(own)).toEqual([]);
	});

	test('a user with the rights of the documentation is enough', async () => {
		const rights = '~n8n:realtime-webhooks:* +@read +@write +@scripting +@connection +time';
		const setUser = ['ACL', 'SETUSER', 'claims', 'on', '>other-secret', ...rights.split(' ')];
		await redisCommand(named, { password: PASSWORD }, ...setUser);
		expect(readFileSync(join(CHECKOUT, 'docs', 'credentials.md'), 'utf8')).toContain(rights);
		const process = await start(credential({ user: 'claims', password: 'other-secret' }));
		expect(await process.publish()).toBeUndefined();
		const log = captureLog();
		expect((await deliver(await serve(process), receivedMessage())).status).toBe(200);
		expect(passed([await process.work(nextJob())])).toEqual([1]);
		const outbox = `n8n:realtime-webhooks:{${workflow.id}:${process.nodeId}}:outbox`;
		await expect.poll(async () => await keysIn(named, PASSWORD)).not.toContain(outbox);
		expect(log.text()).not.toContain('NOPERM');
		const reader = credential({ user: 'reader', password: 'other-secret' });
		const read = setUser.map((word) => (word === 'claims' ? 'reader' : word));
		await redisCommand(named, { password: PASSWORD }, ...read.filter((word) => word !== '+@write'));
		expect(String(await (await start(reader)).publish())).toMatch(
			/refused: .*(can't run this command|NOPERM)/,
		);
	});

	test('away: 503, and what was accepted passes; back: 200', async () => {
		const process = await start();
		const url = await serve(process);
		expect((await deliver(url, receivedMessage())).status).toBe(200);
		await named.stop();
		const log = captureLog();
		expect((await deliver(url, receivedMessage())).status).toBe(503);
		expect(log.text()).toContain(`127.0.0.1:${named.port}`);
		expect(passed([await process.work(nextJob())])).toEqual([1]);
		expect(await keysIn(own)).toEqual([]);
		await named.start();
		await expect.poll(async () => (await deliver(url, receivedMessage())).status).toBe(200);
	});

	test('another credential counts without a restart, and switching back too', async () => {
		const content: ICredentialDataDecryptedObject = credential();
		const process = await start(content);
		const url = await serve(process);
		await deliver(url, receivedMessage());
		const other = await RedisServer.start();
		closers.push(async () => await other.stop());
		Object.assign(content, { port: other.port, password: '' });
		await expect
			.poll(async () => {
				await deliver(url, receivedMessage());
				return (await keysIn(other)).length;
			})
			.toBeGreaterThan(0);
		process.test.node('Trigger').parameters.options = { deduplicationStore: 'n8nRedis' };
		await deliver(url, receivedMessage());
		await expect.poll(async () => (await keysIn(own)).length).toBeGreaterThan(0);
	});

	test.each([
		['no credential', undefined, /No credential 'Realtime Redis API' is selected\. Select one/],
		[
			'a host that is none',
			{ host: 'redis://:p4ss@h' },
			/'Host' of the Redis credential is not a host name\. Enter only the host name/,
		],
	])('%s: not published, 503, and what was accepted passes', async (_what, content, words) => {
		const process = content === undefined ? await startWithout() : await start(content);
		expect(String(await process.publish())).toMatch(/'Deduplication Store' can't be used: /);
		expect(String(await process.publish('init'))).toMatch(words);
		const log = captureLog();
		const answer = await deliver(await serve(process), receivedMessage());
		expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
		expect(log.text().replaceAll('\\', '')).toMatch(words);
		expect(log.text()).not.toContain('p4ss');
		const json = { id: '1', type: 'message.received', dedupekey: 'a', specversion: '1.0' };
		const execution = { executionId: '1', items: [{ json }] };
		expect(passed([await process.work(execution), await process.work(execution)])).toEqual([1, 0]);
		expect(await keysIn(own)).toEqual([]);
	});

	test('away, a workflow does not go live; one that was live does, when n8n starts again', async () => {
		const process = await start(credential({ port: await freePort() }));
		expect(String(await process.publish())).toMatch(
			/No server accepts connections at 127\.0\.0\.1/,
		);
		expect(await process.publish('init')).toBeUndefined();
		expect(await (await start()).publish()).toBeUndefined();
	});

	test('in regular mode, and where the option is not set, nothing connects', async () => {
		let connections = 0;
		const server = createServer((socket) => {
			connections += 1;
			socket.destroy();
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		closers.push(async () => await new Promise((resolve) => server.close(() => resolve())));
		const content = credential({ port: (server.address() as AddressInfo).port });
		const unset = await start(content, {});
		expect(await unset.publish()).toBeUndefined();
		expect((await deliver(await serve(unset), receivedMessage())).status).toBe(200);
		expect(passed([await unset.work(nextJob())])).toEqual([1]);
		vi.stubEnv('EXECUTIONS_MODE', 'regular');
		const process = await start(content);
		expect(await process.publish()).toBeUndefined();
		const url = await serve(process);
		const body = receivedMessage();
		expect((await deliver(url, body)).status).toBe(200);
		expect((await deliver(url, body)).json).toMatchObject({ duplicate: true });
		expect(passed([await process.work(workflow.queue[1] as never)])).toEqual([1]);
		expect(await (await startWithout()).publish()).toBeUndefined();
		expect(connections).toBe(0);
	});
});
