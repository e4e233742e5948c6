import { memberOf, type NodeKeys } from './nodeKeys';
import { Script } from './script';
import type { SharedRedis } from './sharedRedis';

/** `mayProbe`: it is open, and who is told so may send one request to see whether it still is. */
export type SharedCircuit = 'closed' | 'mayProbe' | 'open';

/** What nobody has found failing for so long is tried again as if nothing had been, in milliseconds. */
const OPEN_MS = 5 * 60_000;

/** Between two probes, by whatever process; shorter than the shortest wait of one run between two. */
const PROBE_EVERY_MS = 750;

/** Replies with those that are open. KEYS circuits. */
const LIST = new Script(`redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
return redis.call('ZRANGE', KEYS[1], 0, -1)`);

/** Replies 1 for each that is open and may be probed, 0 for the others. KEYS circuits, probes. ARGV milliseconds, members. */
const PROBE = new Script(`local may = {}
for i = 2, #ARGV do
	local probed = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[i]) or '0')
	if probed > now and probed <= now + ARGV[1] then
		may[#may + 1] = 0
	else
		redis.call('ZADD', KEYS[2], now + ARGV[1], ARGV[i])
		may[#may + 1] = 1
	end
end
redis.call('PEXPIRE', KEYS[2], ${OPEN_MS})
return may`);

/** KEYS circuits. ARGV milliseconds, member. */
const OPEN = new Script(`redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[2])
return redis.call('PEXPIRE', KEYS[1], ARGV[1])`);

/** KEYS circuits, probes. ARGV member. */
const CLOSE = new Script(`redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('ZREM', KEYS[1], ARGV[1])`);

/** Which receivers only fail, as far as any process has seen, and who asks whether they are back. */
export class SharedCircuits {
	/** @param limitMs for each answer of Redis */
	constructor(
		private readonly redis: SharedRedis,
		private readonly keys: NodeKeys,
		private readonly limitMs: number,
	) {}

	/**
	 * How the circuits of these names are. Where none is open, which is usual, that is one short command, however
	 * many names there are.
	 *
	 * @throws {SharedRedisError}
	 */
	async ask(names: readonly string[]): Promise<SharedCircuit[]> {
		const { circuits, probes } = this.keys;
		const listed = await this.redis.run(LIST, { ...this.limit([circuits], []), inBytes: true });
		const open = new Set((listed as Buffer[]).map((member) => member.toString('hex')));
		if (open.size === 0) return names.map(() => 'closed');
		const states = names.map((name): { state: SharedCircuit; member: Buffer } => {
			const member = memberOf(name);
			return { state: open.has(member.toString('hex')) ? 'open' : 'closed', member };
		});
		const found = states.filter(({ state }) => state === 'open');
		if (found.length > 0) {
			const members = found.map(({ member }) => member);
			const command = this.limit([circuits, probes], [PROBE_EVERY_MS, ...members]);
			const may = (await this.redis.run(PROBE, command)) as readonly unknown[];
			for (const [index, one] of found.entries()) if (may[index] === 1) one.state = 'mayProbe';
		}
		return states.map(({ state }) => state);
	}

	/** It only fails. @throws {SharedRedisError} */
	async open(name: string): Promise<void> {
		await this.redis.run(OPEN, this.limit([this.keys.circuits], [OPEN_MS, memberOf(name)]));
	}

	/** It works again. @throws {SharedRedisError} */
	async close(name: string): Promise<void> {
		const { circuits, probes } = this.keys;
		await this.redis.run(CLOSE, this.limit([circuits, probes], [memberOf(name)]));
	}

	private limit(
		keys: readonly [string, ...string[]],
		args: ReadonlyArray<string | number | Buffer>,
	) {
		return { keys, args, limitMs: this.limitMs };
	}
}
