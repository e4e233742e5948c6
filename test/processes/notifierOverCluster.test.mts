import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import type { INodeExecutionData, INodeType } from 'n8n-workflow';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { COLUMNS } from '../../lib/subscriber/registryTable.ts';
import { redisCommand } from '../support/clusterRedis.mts';
import { DataTablesStandIn, TABLE_SCOPES } from '../support/dataTables.mts';
import { captureLog } from '../support/n8nLog.mts';
import { queueModeEnvironment } from '../support/queueMode.mts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';
import { runAction } from '../support/runAction.mts';
import { WebhookReceiver } from '../support/webhookReceiver.mts';

const API_KEY = 'n8n-api-key-0123456789';
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const TABLE = 'webhook_subscribers';
const DAY_MS = 86_400_000;
const PATIENCE = { timeout: 30_000, interval: 100 };

/** Longer than a webhook processor waits for Redis. */
const LATE_MS = 1_500;

/** Starts no test before the last one's limits are forgotten. */
const RESET = async (redis: RedisServer) => await redisCommand(redis, {}, 'FLUSHALL');

describe.runIf(redisIsInstalled)('deliveries of several workers', () => {
	let redis: RedisServer;
	let receiver: WebhookReceiver;

	beforeAll(async () => {
		redis = await RedisServer.start();
	});
	afterAll(async () => await redis.stop());
	beforeEach(async () => {
		await RESET(redis);
		queueModeEnvironment(redis);
		receiver = await WebhookReceiver.start();
	});
	afterEach(async () => {
		vi.unstubAllEnvs();
		await receiver.close();
	});

	/** The nodes as a process of its own loads them: nothing but Redis and n8n is shared. */
	async function worker() {
		vi.resetModules();
		const [{ WebhookNotifier }, { WebhookSubscription }] = (await Promise.all([
			import('../../nodes/Notifier/WebhookNotifier.node.ts'),
			import('../../nodes/Subscription/WebhookSubscription.node.ts'),
		])) as [{ WebhookNotifier: new () => INodeType }, { WebhookSubscription: new () => INodeType }];
		return { notifier: new WebhookNotifier(), subscription: new WebhookSubscription() };
	}

	type Worker = Awaited<ReturnType<typeof worker>>;

	const events = (count: number): INodeExecutionData[] =>
		Array.from({ length: count }, (_, index) => ({
			json: { type: 'order.paid', id: `evt_${index}`, source: '/shop', data: {} },
		}));

	/** Delivers so many events to the subscribers of a list, or of the registry. */
	async function deliver(
		{ notifier }: Worker,
		count: number,
		from: { subscribers: object[] } | { baseUrl: string },
		options: Record<string, number> = {},
	) {
		const outcome = await runAction(notifier, {
			items: events(count),
			parameters: {
				operation: 'send',
				...('subscribers' in from
					? { subscribersFrom: 'list', subscribers: JSON.stringify(from.subscribers) }
					: { subscribersFrom: 'registry', dataTable: TABLE }),
				body: 'cloudEvent',
				options: {
					allowHttp: true,
					allowedPrivateAddresses: '127.0.0.1',
					retryWithin: 0,
					...options,
				},
			},
			credentials: {
				...('baseUrl' in from ? { realtimeWebhooksN8nEventStoreApi: n8n(from.baseUrl) } : {}),
				realtimeWebhooksStandardWebhooksApi: { secret: SECRET },
			},
		});
		expect(outcome.error).toBeUndefined();
		const [delivered = [], retryLater = [], gaveUp = []] = outcome.outputs.map((output) =>
			output.map(({ json }) => json),
		);
		return { delivered, retryLater, gaveUp, reasons: retryLater.map(({ reason }) => reason) };
	}

	const n8n = (baseUrl: string) => ({
		baseUrl,
		apiKey: API_KEY,
		encryptionSecret: 'encryption-s3cret-of-the-credential',
		previousEncryptionSecret: '',
	});
	const subscriber = (path: string, more: object = {}) => ({
		id: path.slice(1),
		url: `${receiver.url}${path}`,
		...more,
	});

	describe('a rate limit', () => {
		test('is that of all together', async () => {
			const slow = { subscribers: [subscriber('/slow', { rateLimit: 0.01 })] };
			const [one, two] = [await worker(), await worker()];
			const ran = await Promise.all([deliver(one, 3, slow), deliver(two, 3, slow)]);
			expect(receiver.of('/slow')).toHaveLength(1);
			expect(ran.flatMap(({ reasons }) => reasons)).toEqual(Array(5).fill('rate_limited'));
			// A limit that was wrong holds up nothing once it is corrected.
			const quick = { subscribers: [subscriber('/slow', { rateLimit: 1_000 })] };
			expect((await deliver(two, 1, quick, { retryWithin: 60 })).delivered).toHaveLength(1);
		});

		test('spaces what two send at once, and Redis is not asked for each', async () => {
			const at: number[] = [];
			receiver.answers.set('/paced', (response) => {
				at.push(performance.now());
				response.end();
			});
			const paced = { subscribers: [subscriber('/paced', { rateLimit: 50 })] };
			const [one, two] = [await worker(), await worker()];
			const before = await scriptsRun();
			const ran = await Promise.all(
				[one, two].map(async (each) => await deliver(each, 25, paced, { retryWithin: 300 })),
			);
			expect(ran.flatMap(({ delivered }) => delivered)).toHaveLength(50);
			// The first and the last of 50 are 49 places of 20 ms apart; two limits of their own would take half.
			expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeGreaterThan(750);
			expect((await scriptsRun()) - before).toBeLessThan(20);
		});
	});

	/** Scripts that Redis has run. */
	async function scriptsRun(): Promise<number> {
		const stats = String(await redisCommand(redis, {}, 'INFO', 'commandstats'));
		const calls = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)];
		return calls.reduce((sum, [, count]) => sum + Number(count), 0);
	}

	test('without a limit a run asks Redis once', async () => {
		const all = { subscribers: [subscriber('/a'), subscriber('/b')] };
		const one = await worker();
		await deliver(one, 1, all);
		const before = await scriptsRun();
		expect((await deliver(one, 100, all)).delivered).toHaveLength(200);
		expect((await scriptsRun()) - before).toBe(1);
	});

	describe('a host that is down for one', () => {
		const threshold = { circuitThreshold: 3 };

		test('gets one request of another at most, and all is sent as soon as one is taken', async () => {
			const hook = { subscribers: [subscriber('/hook'), subscriber('/other')] };
			receiver.answer('/hook', 503);
			receiver.answer('/other', 503);
			const [one, two] = [await worker(), await worker()];
			await deliver(one, 10, hook, threshold);
			expect(receiver.received.length).toBeGreaterThanOrEqual(3);
			receiver.received.length = 0;
			const { reasons, retryLater } = await deliver(two, 10, hook, threshold);
			expect(retryLater.at(-1)?.message).toContain('in other executions');
			expect(receiver.received.length).toBeLessThanOrEqual(1);
			expect(reasons).toHaveLength(20);
			expect(reasons.filter((reason) => reason === 'circuit_open').length).toBeGreaterThan(18);

			receiver.answers.clear();
			await expect
				.poll(async () => (await deliver(two, 10, hook, threshold)).delivered.length, PATIENCE)
				.toBe(20);
			expect((await deliver(one, 10, hook, threshold)).delivered).toHaveLength(20);
		});

		test('is asked by one of many runs at a time', async () => {
			const hook = { subscribers: [subscriber('/hook')] };
			receiver.answer('/hook', 503);
			const workers = [await worker(), await worker(), await worker()];
			await deliver(workers[0] as Worker, 10, hook, threshold);
			receiver.received.length = 0;
			await Promise.all(workers.map(async (each) => await deliver(each, 10, hook, threshold)));
			expect(receiver.received.length).toBeLessThanOrEqual(2);
		});

		test('a subscriber that only fails is tried with one, and the others get theirs', async () => {
			const both = { subscribers: [subscriber('/broken'), subscriber('/fine')] };
			receiver.answer('/broken', 400);
			const [one, two] = [await worker(), await worker()];
			await deliver(one, 10, both, threshold);
			receiver.received.length = 0;
			const { delivered } = await deliver(two, 10, both, threshold);
			expect(delivered).toHaveLength(10);
			expect(receiver.of('/broken').length).toBeLessThanOrEqual(1);
			receiver.answers.clear();
			await expect
				.poll(async () => (await deliver(one, 10, both, threshold)).delivered.length, PATIENCE)
				.toBe(20);
		});
	});

	test('a Redis that answers late, as under load, still counts', async () => {
		const slow = createServer((socket) => {
			const onward = connect(redis.port, '127.0.0.1');
			socket.pause();
			setTimeout(() => socket.pipe(onward).pipe(socket), LATE_MS);
			for (const end of [socket, onward]) end.on('error', () => undefined);
		});
		slow.listen(0, '127.0.0.1');
		await once(slow, 'listening');
		try {
			queueModeEnvironment({ port: (slow.address() as AddressInfo).port });
			const list = { subscribers: [subscriber('/slow', { rateLimit: 0.001 })] };
			const both = [await worker(), await worker()];
			await Promise.all(both.map(async (each) => await deliver(each, 1, list)));
			expect(receiver.of('/slow')).toHaveLength(1);
		} finally {
			slow.close();
		}
	});

	test('Redis away: each keeps its own limits, says so once, and names no secret', async () => {
		const own = await RedisServer.start('--requirepass', 'a-long-secret');
		queueModeEnvironment(own);
		vi.stubEnv('QUEUE_BULL_REDIS_PASSWORD', 'a-long-secret');
		await own.stop();
		const log = captureLog();
		const one = await worker();
		const list = {
			subscribers: [subscriber('/slow', { rateLimit: 0.01 }), subscriber('/hook')],
		};
		const { delivered, reasons } = await deliver(one, 3, list);
		expect(delivered).toHaveLength(4);
		expect(reasons).toEqual(['rate_limited', 'rate_limited']);
		await deliver(one, 3, list);
		expect(log.text().match(/within this worker only/g)).toHaveLength(1);
		expect(log.text()).not.toContain('a-long-secret');
	});

	describe('the registry', () => {
		let standIn: DataTablesStandIn;
		let baseUrl: string;

		beforeEach(async () => {
			standIn = new DataTablesStandIn();
			standIn.scopes.set(API_KEY, TABLE_SCOPES);
			baseUrl = await standIn.start();
		});
		afterEach(async () => await standIn.stop());

		const rows = () => standIn.table(TABLE).rows;
		const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
		const add = (id: string, more: object = {}) =>
			standIn.insert(standIn.add(TABLE, COLUMNS), [
				{ subscriberId: id, url: `${receiver.url}/${id}`, events: '*', ...more },
			]);

		/** Lets the requests of a path wait; gives the answers in the order of the requests. */
		function held(path: string) {
			const waiting: Array<(status: number) => void> = [];
			receiver.answers.set(path, (response) => {
				waiting.push((status) => response.writeHead(status).end());
			});
			return async (index: number, status: number) => {
				await expect.poll(() => waiting.length, PATIENCE).toBeGreaterThan(index);
				waiting[index]?.(status);
			};
		}

		async function createOrUpdate({ subscription }: Worker, id: string) {
			return await runAction(subscription, {
				items: [{ json: {} }],
				parameters: {
					resource: 'subscriber',
					operation: 'createOrUpdate',
					dataTable: TABLE,
					matchBy: 'id',
					subscriberId: id,
					url: 'https://1.1.1.1/hook',
					events: '*',
					additionalFields: {},
					options: {},
				},
				credentials: { realtimeWebhooksN8nEventStoreApi: n8n(baseUrl) },
			});
		}

		test('a test event of one worker and a delivery of another share the rate limit', async () => {
			add('slow', { rateLimit: 0.01 });
			const [one, two] = [await worker(), await worker()];
			expect((await deliver(one, 1, { baseUrl })).delivered).toHaveLength(1);
			const { error, outputs } = await runAction(two.subscription, {
				items: [{ json: {} }],
				parameters: {
					resource: 'subscriber',
					operation: 'sendTestEvent',
					dataTable: TABLE,
					subscriberId: 'slow',
					options: { allowHttp: true, allowedPrivateAddresses: '127.0.0.1' },
				},
				credentials: { realtimeWebhooksN8nEventStoreApi: n8n(baseUrl) },
			});
			expect(error).toBeUndefined();
			expect(outputs[0]?.[0]?.json).toMatchObject({ delivered: false, reason: 'rate_limited' });
			expect(receiver.of('/slow')).toHaveLength(1);
		});

		test('has one row for a subscriber that two workers add at the same moment', async () => {
			standIn.add(TABLE, COLUMNS);
			// The first row is seen by others only when the second has been looked for.
			let seen: () => void = () => undefined;
			const second = new Promise<void>((resolve) => (seen = resolve));
			standIn.beforeCommit = async ([row]) => {
				if (row?.id !== 1) return;
				await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 300))]);
			};
			standIn.before = (call) => {
				const isAnswered = rows().some(({ id }) => id === 2);
				if (call.startsWith('GET') && isAnswered) setImmediate(seen);
			};
			const both = [await worker(), await worker()];
			const outcomes = await Promise.all(
				both.map(async (each) => await createOrUpdate(each, 'shop-1')),
			);
			for (const { error } of outcomes) expect(error).toBeUndefined();
			expect(rows().map(({ subscriberId }) => subscriberId)).toEqual(['shop-1']);
		});

		test('a success of one worker is not undone by the failure of another: nobody is disabled', async () => {
			add('shop', { failingSince: daysAgo(6) });
			const answer = held('/shop');
			const [one, two] = [await worker(), await worker()];
			const failing = deliver(one, 1, { baseUrl });
			await expect.poll(() => receiver.of('/shop').length, PATIENCE).toBe(1);
			const taken = deliver(two, 1, { baseUrl });
			await answer(1, 200);
			await taken;
			expect(rows()[0]?.failingSince ?? null).toBeNull();
			await answer(0, 500);
			const { gaveUp } = await failing;
			expect(gaveUp).toEqual([]);
			expect(rows()[0]).toMatchObject({ disabledReason: null });
			expect(rows()[0]?.active).not.toBe(false);
		});

		test('the first of two failures counts', async () => {
			add('shop');
			const answer = held('/shop');
			const both = [await worker(), await worker()].map(
				async (each) => await deliver(each, 1, { baseUrl }),
			);
			await answer(0, 500);
			await Promise.race(both);
			const since = rows()[0]?.failingSince;
			expect(since).toBeTruthy();
			await answer(1, 500);
			await Promise.all(both);
			expect(rows()[0]?.failingSince).toBe(since);
		});

		test('who was given another address meanwhile is not disabled for what the old one said', async () => {
			add('shop');
			const answer = held('/shop');
			const gone = deliver(await worker(), 1, { baseUrl });
			await expect.poll(() => receiver.of('/shop').length, PATIENCE).toBe(1);
			Object.assign(rows()[0] ?? {}, { url: `${receiver.url}/moved` });
			await answer(0, 410);
			expect((await gone).gaveUp).toMatchObject([{ reason: 'status_410' }]);
			expect(rows()[0]?.active).not.toBe(false);
		});
	});
});
