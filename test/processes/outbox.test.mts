import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FirstExecutions } from '../../lib/cluster/firstExecutions.ts';
import { Outbox, OUTBOX_LIMITS, type OutboxLoss } from '../../lib/cluster/outbox.ts';
import { RunnerSign } from '../../lib/cluster/runners.ts';
import { connection, freshKeys, redisCommand } from '../support/clusterRedis.mts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';

describe.runIf(redisIsInstalled)('the outbox', () => {
	let server: RedisServer;
	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(async () => await server.stop());

	/** A process with its view on the outbox of one node. */
	function nodeOf(limits: Partial<typeof OUTBOX_LIMITS> = {}, keys = freshKeys()) {
		const redis = connection(server);
		const losses: OutboxLoss[] = [];
		const outbox = new Outbox({
			redis,
			keys,
			limits: { ...OUTBOX_LIMITS, ...limits },
			onLoss: (loss) => losses.push(loss),
		});
		const first = new FirstExecutions(redis, keys, new RunnerSign(redis, 'n8n'));
		const begin = async (executionId: string, key: string, retryOf?: string) =>
			await first.begin({
				executionId,
				...(retryOf === undefined ? {} : { retryOf }),
				keys: [key],
				windowMs: 3_600_000,
				capacity: 100,
			});
		const bytes = async () => Number(await redisCommand(server, {}, 'GET', keys.outboxBytes));
		const runners = async () => Number(await redisCommand(server, {}, 'HLEN', keys.running));
		return { keys, outbox, losses, begin, bytes, runners };
	}

	const event = (key: string, text = '') => ({ key, item: { json: { id: key, text } } });

	test('an event stays until its execution has ended, and is given back as it was', async () => {
		const { outbox, begin, bytes } = nodeOf();
		const item = { json: { id: 'a', text: 'ñ 👍\u0000', amount: '1.50' }, binary: { data: {} } };
		await outbox.put({ key: 'a', item });
		expect(await outbox.list()).toMatchObject([
			{ executionId: undefined, since: expect.any(Date) },
		]);
		expect(await begin('1', 'a')).toMatchObject({ passes: true, isKept: true });
		const [entry] = await outbox.ofExecution('1');
		if (entry === undefined) throw new Error('there is none');
		expect(await outbox.read(entry)).toEqual({ key: 'a', item });
		expect(await outbox.ofExecution('2')).toEqual([]);
		await outbox.ended('1', ['a']);
		expect(await outbox.list()).toEqual([]);
		expect(await outbox.read(entry)).toBeUndefined();
		expect(await bytes()).toBe(0);
	});

	test('who runs an event is known for as long as it is in the outbox, also where nobody tells its end', async () => {
		const { outbox, begin, runners } = nodeOf({ entries: 2 });
		for (const key of ['a', 'b', 'c', 'd']) {
			await outbox.put(event(key));
			await begin(`1${key}`, key);
		}
		expect(await runners()).toBe(2);
		const [oldest] = await outbox.list();
		if (oldest === undefined) throw new Error('there is none');
		await outbox.remove([oldest]);
		expect(await runners()).toBe(1);
		await outbox.ended('1d', ['d']);
		expect(await runners()).toBe(0);
	});

	test('whoever comes first, the process that accepted it or the worker: what has ended stays ended', async () => {
		const { outbox, begin } = nodeOf();
		expect(await begin('1', 'a')).toMatchObject({ isKept: false });
		await outbox.put(event('a'));
		expect(await outbox.list()).toMatchObject([{ executionId: '1' }]);
		await outbox.ended('1', ['a']);
		await outbox.put(event('a'));
		expect(await outbox.list()).toEqual([]);
		// Its execution ended before anybody had put it there.
		await begin('2', 'b');
		await outbox.ended('2', ['b']);
		await outbox.put(event('b'));
		expect(await outbox.list()).toEqual([]);
	});

	test('an execution that has ended is still the one that passed', async () => {
		const { outbox, begin } = nodeOf();
		await begin('1', 'a');
		await outbox.ended('1', ['a']);
		expect(await begin('2', 'a')).toEqual({ passes: false, executionId: '1' });
		expect(await begin('2', 'a', '1')).toMatchObject({ passes: true });
	});

	test('what another execution has taken over does not end with the first', async () => {
		const { outbox, begin } = nodeOf();
		await outbox.put(event('a'));
		await begin('1', 'a');
		await begin('2', 'a', '1');
		await outbox.ended('1', ['a']);
		expect(await outbox.list()).toMatchObject([{ executionId: '2' }]);
		await outbox.ended('2', ['a']);
		expect(await outbox.list()).toEqual([]);
	});

	test('one that Redis was not told to have begun is taken out at its end, and no other', async () => {
		const { outbox, begin } = nodeOf();
		await outbox.put(event('a'));
		await begin('0', 'another');
		await outbox.ended('1', ['a']);
		expect(await outbox.list()).toHaveLength(1);
		await outbox.ended('1', ['a'], false);
		expect(await outbox.list()).toEqual([]);
		await outbox.put(event('b'));
		await begin('2', 'b');
		await outbox.ended('1', ['b'], false);
		expect(await outbox.list()).toMatchObject([{ executionId: '2' }]);
	});

	test('an event is not read where another execution has begun with it since it was listed', async () => {
		const { outbox, begin } = nodeOf();
		await outbox.put(event('a'));
		const [unbegun] = await outbox.list();
		await begin('1', 'a');
		const [begun] = await outbox.list();
		if (unbegun === undefined || begun === undefined) throw new Error('there is none');
		expect(await outbox.read(unbegun)).toBeUndefined();
		expect(await outbox.read(begun)).toEqual(event('a'));
		await outbox.handOver(begun, '7');
		expect(await outbox.read(begun)).toBeUndefined();
		expect(await outbox.list()).toMatchObject([{ executionId: '7' }]);
		expect(await begin('8', 'a')).toEqual({ passes: false, executionId: '7' });
		await outbox.ended('7', ['a']);
		expect(await outbox.list()).toEqual([]);
	});

	test('to put it twice keeps it once', async () => {
		const { outbox, bytes } = nodeOf();
		await outbox.put(event('a'));
		const once = await bytes();
		await outbox.put(event('a'));
		expect([(await outbox.list()).length, await bytes()]).toEqual([1, once]);
	});

	test('beyond the count the oldest give way, and that is told', async () => {
		const { outbox, losses } = nodeOf({ entries: 2 });
		for (const key of ['a', 'b', 'c', 'd']) await outbox.put(event(key));
		const kept = await Promise.all(
			(await outbox.list()).map(async (each) => await outbox.read(each)),
		);
		expect(kept.map((each) => each?.key)).toEqual(['c', 'd']);
		expect(losses).toEqual([
			{ kind: 'gaveWay', count: 1 },
			{ kind: 'gaveWay', count: 1 },
		]);
	});

	test('beyond the bytes as many give way as are needed', async () => {
		const { outbox, losses, bytes } = nodeOf({ bytes: 1_000 });
		for (const key of ['a', 'b', 'c']) await outbox.put(event(key, 'x'.repeat(200)));
		expect(losses).toEqual([]);
		await outbox.put(event('d', 'x'.repeat(600)));
		expect(losses).toEqual([{ kind: 'gaveWay', count: 2 }]);
		expect(await outbox.list()).toHaveLength(2);
		expect(await bytes()).toBeLessThanOrEqual(1_000);
	});

	test('what is too old goes, and that is told where others come', async () => {
		const { outbox, losses } = nodeOf({ ageMs: 40 });
		for (let i = 0; losses.length === 0; i += 1) await outbox.put(event(`${i}`));
		expect(losses[0]).toMatchObject({ kind: 'gaveWay' });
		await expect.poll(async () => (await outbox.list()).length).toBe(0);
	});

	test('one that is too large is not kept, and told', async () => {
		const { outbox, losses } = nodeOf({ entryBytes: 1_000 });
		await outbox.put(event('a', 'x'.repeat(1_000)));
		expect(await outbox.list()).toEqual([]);
		expect(losses).toEqual([{ kind: 'tooLarge', bytes: expect.any(Number) }]);
	});

	test('a long list comes whole and in order; what was brought back is removed', async () => {
		const { outbox } = nodeOf();
		await Promise.all(
			Array.from({ length: 1_200 }, async (_, i) => await outbox.put(event(`${i}`))),
		);
		const entries = await outbox.list();
		expect(new Set(entries.map(({ member }) => member.toString('hex'))).size).toBe(1_200);
		const times = entries.map(({ since }) => since.getTime());
		expect(times).toEqual([...times].sort((a, b) => a - b));
		await outbox.remove(entries.slice(0, 1_100));
		expect(await outbox.list()).toEqual(entries.slice(1_100));
	});
});
