import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type WorkAnswer, type WorkClaim, WorkClaims } from '../../lib/cluster/workClaims.ts';
import { connection, freshKeys } from '../support/clusterRedis.mts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';

function held(answer: WorkAnswer): WorkClaim {
	if (answer.state !== 'claimed') throw new Error(`not claimed but ${answer.state}`);
	return answer.claim;
}

describe.runIf(redisIsInstalled)('claims of work over several workers', () => {
	let server: RedisServer;
	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(async () => await server.stop());

	function workers({ leaseMs = 30_000 } = {}) {
		const keys = freshKeys();
		const [one, two] = [connection(server), connection(server)];
		return {
			one: new WorkClaims({ redis: one, keys, leaseMs }),
			two: new WorkClaims({ redis: two, keys, leaseMs }),
			kill: () => one.close(),
		};
	}

	test('of two runs that overlap one does each piece, and the other is told', async () => {
		const { one, two } = workers();
		const pieces = Array.from({ length: 20 }, (_, i) => `event ${i}`);
		const run = async (worker: WorkClaims) =>
			await Promise.all(pieces.map(async (piece) => (await worker.take(piece)).state));
		const [first, second] = await Promise.all([run(one), run(two)]);
		expect(pieces.map((_, i) => [first?.[i], second?.[i]].sort())).toEqual(
			pieces.map(() => ['busy', 'claimed']),
		);
	});

	test('what was done is known, with its execution; what was not may be tried by the next', async () => {
		const { one, two } = workers();
		await held(await one.take('a')).done('7');
		expect(await two.take('a')).toEqual({ state: 'done', executionId: '7' });
		await held(await one.take('b')).done();
		expect(await two.take('b')).toEqual({ state: 'done' });
		await held(await one.take('c')).release();
		expect((await two.take('c')).state).toBe('claimed');
		expect([await one.peek('a'), await one.peek('c'), await one.peek('d')]).toEqual([
			'done',
			'busy',
			undefined,
		]);
	});

	test('of several that see the same failed execution, one takes over', async () => {
		const { one, two } = workers();
		await held(await one.take('a')).seeExecution('7');
		const answers = [await one.take('a'), await two.take('a')];
		const claims = await Promise.all(
			answers.map(async (answer) =>
				answer.state === 'see' ? [answer.executionId, await answer.takeOver()] : [],
			),
		);
		expect(claims.map(([executionId]) => executionId)).toEqual(['7', '7']);
		expect(claims.filter(([, claim]) => claim !== undefined)).toHaveLength(1);
		expect(await two.peek('a')).toBe('busy');
	});

	test('the work of a worker that died is free after a while; it cannot end what is not its own', async () => {
		const { one, two, kill } = workers({ leaseMs: 100 });
		const dead = held(await one.take('a'));
		kill();
		let answer = await two.take('a');
		await expect
			.poll(async () => (answer = answer.state === 'claimed' ? answer : await two.take('a')).state)
			.toBe('claimed');
		await dead.done('7');
		expect(await two.peek('a')).toBe('busy');
	});

	test('only the first word on a piece of work counts', async () => {
		const { one, two } = workers();
		const claim = held(await one.take('a'));
		await claim.release();
		await claim.done('7');
		expect(await two.peek('a')).toBeUndefined();
	});
});
