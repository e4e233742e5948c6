import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RELEASE_LEASE } from './lease';
import { Script } from './script';
import type { SharedRedis } from './sharedRedis';

/** KEYS lock. ARGV token, milliseconds. */
const TAKE =
	new Script(`if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0`);

/** Longer than n8n's database takes for one statement; who has died with the lock holds it no longer. */
const LEASE_MS = 10_000;

const COMMAND_LIMIT_MS = 5_000;

/** Between two looks at a lock that another process has, in milliseconds: they get longer. */
const FIRST_LOOK_MS = 2;
const LONGEST_LOOK_MS = 50;

interface LockOptions {
	/** Milliseconds until somebody who waits goes without. @default 15,000 */
	readonly waitMs?: number;
	/** Told why work was done without the lock. */
	readonly onWithout?: (error: unknown) => void;
}

/** One at a time in all processes, as far as Redis can tell. */
export class ClusterLock {
	constructor(
		private readonly redis: SharedRedis,
		/** Of the lock in Redis. */
		private readonly key: string,
		private readonly options: LockOptions = {},
	) {}

	/**
	 * Works while nobody else does. Where the lock cannot be had the work is done without it: to do
	 * nothing would be worse.
	 *
	 * @throws what `work` throws
	 */
	async during<T>(work: () => Promise<T>): Promise<T> {
		const token = randomUUID();
		try {
			await this.take(token);
		} catch (error) {
			this.options.onWithout?.(error);
			return await work();
		}
		try {
			return await work();
		} finally {
			// Not awaited: the lease ends by itself, and who waits for the work waits no longer.
			this.redis
				.run(RELEASE_LEASE, { keys: [this.key], args: [token], limitMs: COMMAND_LIMIT_MS })
				.catch(() => undefined);
		}
	}

	/** @throws {Error} where Redis cannot be asked, or somebody else has it for too long */
	private async take(token: string): Promise<void> {
		const deadline = performance.now() + (this.options.waitMs ?? 15_000);
		for (let look = FIRST_LOOK_MS; ; look = Math.min(2 * look, LONGEST_LOOK_MS)) {
			const taken = await this.redis.run(TAKE, {
				keys: [this.key],
				args: [token, LEASE_MS],
				limitMs: COMMAND_LIMIT_MS,
			});
			if (taken === 1) return;
			// Not all who wait look at the same moment.
			const pause = look * (0.5 + Math.random());
			if (performance.now() + pause > deadline) {
				throw new Error('Another process has the lock for too long');
			}
			await sleep(pause);
		}
	}
}
