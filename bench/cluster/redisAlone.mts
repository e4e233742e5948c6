import { createClient } from '@redis/client';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '../../scripts/cluster/redisServer.mts';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { freePorts, LOOPBACK } from '../../scripts/support/ports.mts';
import { until } from '../../scripts/support/until.mts';
import { receivedMessage } from '../../test/support/inboxHub.mts';
import { ratioOf, spread, tellFigure } from '../figures.mts';
import { FILL, statsOf, type AskRedis } from './redisStats.mts';

const EVENTS = 1_000;
const ROUNDS = 5;
const WINDOW_MS = 7 * 24 * 3_600_000;
const MANY_KEYS = 1_000_000;
const KEYS_AT_ONCE = 50_000;

/** Of one event. */
interface Cost {
	/** Commands. */
	readonly sent: number;
	/** Milliseconds in Redis. */
	readonly redisMs: number;
	/** Milliseconds until all of it is answered. */
	readonly ms: number;
}

const load = createRequire(import.meta.url);
const built = (name: string): unknown =>
	load(join(CHECKOUT, 'dist', 'lib', 'cluster', `${name}.js`));

/**
 * Prints what the claims, the first execution, the lock and the outbox of one accepted event take of a
 * Redis that writes down each change, without any n8n: commands, time in Redis, time until it is answered.
 */
export async function measureRedisAlone(): Promise<void> {
	const { SharedRedis } = built('sharedRedis') as typeof import('../../lib/cluster/sharedRedis.ts');
	const { NodeKeys } = built('nodeKeys') as typeof import('../../lib/cluster/nodeKeys.ts');
	const { RedisClaims } = built('redisClaims') as typeof import('../../lib/cluster/redisClaims.ts');
	const { FirstExecutions } = built(
		'firstExecutions',
	) as typeof import('../../lib/cluster/firstExecutions.ts');
	const { ClusterLock } = built('clusterLock') as typeof import('../../lib/cluster/clusterLock.ts');
	const { Outbox } = built('outbox') as typeof import('../../lib/cluster/outbox.ts');
	const folder = mkdtempSync(join(tmpdir(), 'redis-bench-'));
	const [port = 0] = await freePorts(1);
	const server = await startRedis({ folder, port });
	const client = createClient({ url: `redis://${LOOPBACK}:${port}` });
	try {
		await client.connect();
		const ask: AskRedis = async (...command) => await client.sendCommand(command);
		const redis = new SharedRedis({
			servers: [{ host: LOOPBACK, port }],
			isCluster: false,
			user: '',
			password: '',
			database: 0,
			tls: undefined,
			addressFamily: 4,
		});
		const keys = new NodeKeys('n8n', 'bench');
		const claims = new RedisClaims(2 * MANY_KEYS, { redis, keys });
		const first = new FirstExecutions(redis, keys);
		const outbox = new Outbox({ redis, keys });
		const lock = new ClusterLock(redis, keys.lock);
		const item = { json: receivedMessage({ content: 'Hola, ¿siguen abiertos hoy? '.repeat(18) }) };
		let id = 0;
		const accept = async (): Promise<void> => {
			const key = randomUUID();
			const executionId = String((id += 1));
			// In the processor.
			const answer = await claims.claim(key, { windowMs: WINDOW_MS, waitMs: 25_000 });
			if (answer.state !== 'claimed') throw new Error(`A new event was ${answer.state}`);
			await Promise.all([answer.claim.store(), outbox.put({ key, item })]);
			// In the worker.
			const capacity = 2 * MANY_KEYS;
			const begun = await first.begin({ executionId, keys: [key], windowMs: WINDOW_MS, capacity });
			if (!begun.passes || !begun.isKept) throw new Error('It did not pass, or is not kept');
			await lock.during(async () => {});
			await outbox.ended(executionId, [key]);
		};
		const measure = async (): Promise<Cost[]> => {
			const rounds: Cost[] = [];
			for (let round = 0; round < ROUNDS; round++) {
				const before = await statsOf(ask);
				const started = performance.now();
				for (let i = 0; i < EVENTS; i++) await accept();
				const ms = (performance.now() - started) / EVENTS;
				const { sent, usec } = (await statsOf(ask)).since(before);
				rounds.push({ sent: sent / EVENTS, redisMs: usec / EVENTS / 1_000, ms });
			}
			return rounds;
		};
		const group = 'What one accepted event costs Redis, without n8n';
		const tell = (name: string, rounds: readonly Cost[]) => {
			const of = (cost: keyof Cost) => ({ group, name, ...spread(rounds.map((one) => one[cost])) });
			tellFigure({ ...of('sent'), unit: 'commands', aim: { atMost: 8 } });
			tellFigure({ ...of('redisMs'), unit: 'ms of Redis' });
			const answered = 'ms until all are answered, one after the other';
			tellFigure({ ...of('ms'), unit: answered, aim: { atMost: 1.5 } });
		};
		await accept();
		const empty = await measure();
		tell(`an accepted event, from 0 to ${ROUNDS * EVENTS} remembered keys`, empty);
		for (let from = 0; from < MANY_KEYS; from += KEYS_AT_ONCE) {
			await ask('EVAL', FILL, '2', keys.known, keys.order, String(from), String(KEYS_AT_ONCE));
		}
		// Writing its file anew takes a core, and is no cost of remembered keys.
		await until('the file is written', 120_000, async () =>
			/aof_rewrite_(in_progress|scheduled):1/.test(String(await ask('INFO', 'persistence')))
				? undefined
				: true,
		);
		const held = Number(await ask('HLEN', keys.known));
		const bytes =
			Number(await ask('MEMORY', 'USAGE', keys.known, 'SAMPLES', '0')) +
			Number(await ask('MEMORY', 'USAGE', keys.order, 'SAMPLES', '0'));
		const each = { value: bytes / held, unit: 'bytes', aim: { atMost: 150 } };
		tellFigure({ group, name: `a remembered key, of ${held}`, ...each });
		const full = await measure();
		tell(`an accepted event, with ${held} remembered keys`, full);
		for (const [what, cost] of [
			['time in Redis', 'redisMs'],
			['time until answered', 'ms'],
		] as const) {
			const [many, few] = [full, empty].map((rounds) => rounds.map((one) => one[cost]));
			const name = `${what} with that many keys / with few`;
			tellFigure({ group, name, ...ratioOf(many ?? [], few ?? []) });
		}
	} finally {
		client.destroy();
		await server.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}
