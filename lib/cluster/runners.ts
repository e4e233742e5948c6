import { randomUUID } from 'node:crypto';
import type { NodeKeys } from './nodeKeys';
import type { OutboxEntry } from './outbox';
import { Script } from './script';
import type { SharedRedis } from './sharedRedis';

/** KEYS alive. ARGV milliseconds. */
const SHOW = new Script(`return redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])`);

/** KEYS running. ARGV member. */
const RUNNER = new Script(`return redis.call('HGET', KEYS[1], ARGV[1])`);

/** KEYS alive. */
const IS_ALIVE = new Script(`return redis.call('EXISTS', KEYS[1])`);

const SHOW_EVERY_MS = 30_000;

/**
 * For how long a process counts as alive that says nothing, in milliseconds: n8n gives up a worker that
 * stands still for a minute, and overwrites what it goes on to run to its end a moment later.
 */
const ALIVE_MS = 180_000;

const COMMAND_LIMIT_MS = 5_000;

/** Says of this process, from its first execution on, that it lives. */
export class RunnerSign {
	readonly id = randomUUID();

	private timer: NodeJS.Timeout | undefined;

	private isStopped = false;

	/** @param prefix of this n8n */
	constructor(
		private readonly redis: SharedRedis,
		private readonly prefix: string,
	) {}

	/** Never rejects: what Redis is not told now it is told in half a minute. */
	show(): void {
		if (this.timer !== undefined) return;
		this.tell();
		if (this.isStopped) return;
		this.timer = setInterval(() => this.tell(), SHOW_EVERY_MS);
		this.timer.unref();
	}

	/** Says it no longer from time to time: nothing new begins here. */
	stop(): void {
		this.isStopped = true;
		clearInterval(this.timer);
		this.timer = undefined;
	}

	private tell(): void {
		const keys = [aliveKey(this.prefix, this.id)] as const;
		this.redis
			.run(SHOW, { keys, args: [ALIVE_MS], limitMs: COMMAND_LIMIT_MS })
			.catch(() => undefined);
	}
}

/** Which processes run what, as the others see it. */
export class Runners {
	constructor(
		private readonly redis: SharedRedis,
		private readonly prefix: string,
		private readonly keys: NodeKeys,
	) {}

	/**
	 * Whether the process that began last with an event still lives, whatever n8n says of its execution.
	 *
	 * @throws {SharedRedisError}
	 */
	async isAlive({ member }: OutboxEntry): Promise<boolean> {
		const limit = { limitMs: COMMAND_LIMIT_MS };
		const keys = [this.keys.running] as const;
		const id = await this.redis.run(RUNNER, { keys, args: [member], ...limit });
		if (typeof id !== 'string') return false;
		const alive = [aliveKey(this.prefix, id)] as const;
		return (await this.redis.run(IS_ALIVE, { keys: alive, args: [], ...limit })) === 1;
	}
}

function aliveKey(prefix: string, id: string): string {
	return `${prefix}:realtime-webhooks:alive:${id}`;
}
