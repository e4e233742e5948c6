import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type WorkAnswer, type WorkClaim, WorkClaims } from '../../lib/cluster/workClaims.ts';
import type { StoredEvent } from '../../lib/history/storedEvent.ts';
import { N8nApiError, type N8nApi } from '../../lib/history/store/n8nApi.ts';
import { AdmissionDesk } from '../../lib/replay/admission.ts';
import { retryInterrupted } from '../../lib/replay/recover.ts';
import type { ReplayTarget } from '../../lib/replay/replayTarget.ts';
import { connection, freshKeys } from '../support/clusterRedis.mts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';

function held(answer: WorkAnswer): WorkClaim {
	if (answer.state !== 'claimed') throw new Error(`not claimed but ${answer.state}`);
	return answer.claim;
}

/** Everything may be replayed, and nothing was. */
const target: ReplayTarget = {
	wayOf: async () => ({
		targetKey: 'target',
		earlier: async () => ({ succeeded: new Map(), open: new Map() }),
		run: async () => ({ outcome: 'replayed' }),
	}),
};

function storedEvent(id: number): StoredEvent {
	return {
		event: { source: '/shop', id: String(id) },
		executionId: String(id),
		startedAt: new Date(0),
	} as StoredEvent;
}

function interruptedBy(id: string) {
	const execution = {
		id,
		workflowId: 'w',
		status: 'crashed',
		mode: 'webhook',
		retryOf: null,
		retrySuccessId: null,
	};
	return { execution, firstId: id, crashes: 1, attempts: [id] };
}

describe.runIf(redisIsInstalled)('claims of work over several workers', () => {
	let server: RedisServer;
	beforeAll(async () => {
		server = await RedisServer.start();
	});
	afterAll(async () => await server.stop());

	function workers({ leaseMs = 30_000, unsureMs = 3_600_000 } = {}) {
		const keys = freshKeys();
		const [one, two] = [connection(server), connection(server)];
		const rest = { keys, rememberMs: 3_600_000, unsureMs, leaseMs };
		return {
			one: new WorkClaims({ redis: one, ...rest }),
			two: new WorkClaims({ redis: two, ...rest }),
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

	test('two replays that overlap on two workers replay each event once', async () => {
		const { one, two } = workers();
		const events = Array.from({ length: 12 }, (_, i) => storedEvent(i));
		const options = { skipReplayed: true, dryRun: false, oldestFirst: true };
		const run = async (claims: WorkClaims) => {
			const desk = new AdmissionDesk(target, claims, {
				...options,
				statusOf: async () => 'succeeded',
			});
			const replayed: string[] = [];
			for (const event of events) {
				const admission = await desk.decide(event);
				if (!admission.admitted) continue;
				replayed.push(event.executionId);
				await admission.claim?.done('9');
			}
			return replayed;
		};
		const replayed = (await Promise.all([run(one), run(two)])).flat();
		expect(replayed.sort()).toEqual(events.map(({ executionId }) => executionId).sort());
	});

	test('what nobody is sure of is forgotten sooner than what an execution has done', async () => {
		const { one, two } = workers({ unsureMs: 1 });
		await held(await one.take('sure')).done('77');
		await held(await one.take('unsure')).done();
		await expect.poll(async () => (await two.take('unsure')).state).toBe('claimed');
		expect(await two.take('sure')).toEqual({ state: 'done', executionId: '77' });
	});

	test('an attempt that crashed is retried once, over two workers; what n8n refused may be tried again', async () => {
		const { one, two } = workers();
		const calls: string[] = [];
		const api = {
			call: async ({ path }: { path: string }) => {
				calls.push(path);
				if (path.includes('refused')) throw new N8nApiError('no', '', 409);
				return { id: 77, status: 'success' };
			},
		} as unknown as N8nApi;
		const run = async (claims: WorkClaims, id: string) =>
			await retryInterrupted(api, [interruptedBy(id)], {
				mostCrashes: 3,
				concurrency: 1,
				passed: new Map(),
				crashes: new Map(),
				remembered: { note: () => undefined },
				// As another process, which knows nothing of what this one has done.
				listedAt: performance.now(),
				claims,
			});
		expect(await run(one, '1')).toMatchObject([{ outcome: 'recovered' }]);
		expect(await run(two, '1')).toMatchObject([{ outcome: 'skipped' }]);
		expect(await run(one, 'refused')).toMatchObject([{ outcome: 'refused' }]);
		expect(await run(two, 'refused')).toMatchObject([{ outcome: 'refused' }]);
		expect(calls).toHaveLength(3);
	});
});
