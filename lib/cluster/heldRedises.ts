import { connectionKey } from '../net/pool';
import type { SharedRedisSettings } from './n8nRedis';
import { RunnerSign } from './runners';
import { SharedRedis } from './sharedRedis';

/** A Redis as the processes that share something in it see it. */
export interface HeldRedis {
	readonly redis: SharedRedis;
	/** What says there of this process that it lives. */
	readonly sign: RunnerSign;
}

interface Entry extends HeldRedis {
	readonly holders: Set<string>;
}

/** Long enough for what is under way to be told, short enough to hold no server busy. */
const IDLE_MS = 60_000;

/**
 * Redis servers that users name: one connection of a process for each different set of settings, whoever
 * holds it. What nobody holds any more is forgotten, and its connection closes by itself when it is idle:
 * executions that began before are still told to where they began.
 */
export class HeldRedises {
	private readonly byKey = new Map<string, Entry>();

	private readonly heldBy = new Map<string, string>();

	/**
	 * @param prefix of this n8n
	 * @param idleMs milliseconds until a connection that nobody uses closes. @default 60,000
	 */
	constructor(
		private readonly prefix: string,
		private readonly idleMs: number = IDLE_MS,
	) {}

	/** Different servers and logins that somebody holds. */
	get size(): number {
		return this.byKey.size;
	}

	/**
	 * The one with these settings. Nothing connects yet.
	 *
	 * @param holder holds one at a time: what it held before is left
	 */
	hold(holder: string, settings: SharedRedisSettings): HeldRedis {
		// By what can be written as JSON, which is all but how names are looked up.
		const key = connectionKey([settings]);
		if (this.heldBy.get(holder) !== key) this.leave(holder);
		let found = this.byKey.get(key);
		if (found === undefined) {
			const redis = new SharedRedis(settings, this.idleMs);
			found = { redis, sign: new RunnerSign(redis, this.prefix), holders: new Set() };
			this.byKey.set(key, found);
		}
		found.holders.add(holder);
		this.heldBy.set(holder, key);
		return found;
	}

	/** Where the holder holds none, nothing happens. */
	leave(holder: string): void {
		const key = this.heldBy.get(holder);
		if (key === undefined) return;
		this.heldBy.delete(holder);
		const left = this.byKey.get(key);
		left?.holders.delete(holder);
		if (left === undefined || left.holders.size > 0) return;
		left.sign.stop();
		this.byKey.delete(key);
	}
}
