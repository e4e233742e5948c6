import { randomUUID } from 'node:crypto';
import type { NodeKeys } from './nodeKeys';
import { Script } from './script';
import type { SharedRedis } from './sharedRedis';

/** What nobody has listened to for longer is as if nobody ever had, in milliseconds. */
const KEEP_MS = 7 * 24 * 3_600_000;

/** A process under load reads a reply late, and the first of all has to connect. */
const TAKE_LIMIT_MS = 5_000;

/** n8n stops, and waits for it. */
const LEAVE_LIMIT_MS = 1_000;

/**
 * Replies whether it has the turn; and, where it was another's before, for how many milliseconds nobody had said that
 * he listens: -1 where nobody ever did.
 *
 * KEYS listening. ARGV process, lease.
 */
const TAKE = new Script(`local holder, at = unpack(redis.call('HMGET', KEYS[1], 'holder', 'at'))
local age = at and math.max(0, now - tonumber(at)) or -1
local isOwn = holder == ARGV[1]
if holder and holder ~= '' and not isOwn and age < tonumber(ARGV[2]) and tonumber(at) <= now then return { 0, 0 } end
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], ${KEEP_MS})
return { 1, isOwn and 0 or math.floor(age) }`);

/** KEYS listening. ARGV process. */
const LEAVE = new Script(`if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'holder', '', 'at', string.format('%.0f', now))
return 1`);

/** An answer of {@link ListeningTurn.take}. */
export interface Turn {
	/** Whether this process is the one that listens. */
	readonly isOwn: boolean;
	/** Milliseconds since another one had said so last; undefined where none ever did, or this one has it already. */
	readonly awayMs: number | undefined;
}

/**
 * Which process listens to a server, and when one did last: where it ends, the next one knows for how long
 * nobody has listened. It holds for a lease, so that a process that was killed is followed by another.
 */
export class ListeningTurn {
	private readonly process = randomUUID();

	constructor(
		private readonly redis: SharedRedis,
		private readonly keys: NodeKeys,
		private readonly leaseMs: number,
	) {}

	/** Takes the turn, or says that it is still there. @throws {SharedRedisError} */
	async take(): Promise<Turn> {
		const reply = await this.run(TAKE, [this.process, this.leaseMs], TAKE_LIMIT_MS);
		const [taken, awayMs = 0] = Array.isArray(reply) ? reply.map(Number) : [];
		const isOwn = taken === 1;
		return { isOwn, awayMs: isOwn && awayMs > 0 ? awayMs : undefined };
	}

	/** Gives it up: who comes next need not wait. @throws {SharedRedisError} */
	async leave(): Promise<void> {
		await this.run(LEAVE, [this.process], LEAVE_LIMIT_MS);
	}

	private async run(
		script: Script,
		args: ReadonlyArray<string | number>,
		limitMs: number,
	): Promise<unknown> {
		const keys = [this.keys.listening] as const;
		return await this.redis.run(script, { keys, args, limitMs });
	}
}
