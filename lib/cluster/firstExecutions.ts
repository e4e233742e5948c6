import { memberOf, type NodeKeys } from './nodeKeys';
import { KNOWN_KEYS } from './rememberedKeys';
import type { RunnerSign } from './runners';
import { Script } from './script';
import type { SharedRedis } from './sharedRedis';

/** One execution that is about to pass with an event. */
export interface Beginning {
	readonly executionId: string;
	/**
	 * The execution that it is a retry of: that one is over, whatever it has done. `any` where n8n does not
	 * tell; undefined where it is no retry.
	 */
	readonly retryOf?: string | 'any';
	/** What the event is recognised by, the first one in the outbox too. */
	readonly keys: readonly [string, ...string[]];
	/** Milliseconds. */
	readonly windowMs: number;
	/** Keys that are remembered at most. */
	readonly capacity: number;
}

export type Begun =
	| {
			readonly passes: true;
			/** This execution has passed before: n8n runs it anew. */
			readonly again: boolean;
			/** Redis has known the key, and its window is over: what else knows it does not count. */
			readonly windowIsOver: boolean;
			/** Whether its event is in the outbox. */
			readonly isKept: boolean;
	  }
	| { readonly passes: false; readonly executionId: string };

/**
 * Replies with the other execution; or with a list of three numbers, see {@link Begun}.
 *
 * KEYS known, order, outbox, running. ARGV execution, window, capacity, retry of, process, members.
 */
const BEGIN = new Script(`${KNOWN_KEYS}
local again, over = 0, 0
for i = 6, #ARGV do
	local expiry, execution = look(KEYS[1], ARGV[i])
	local passed = idOf(execution)
	if isOver(expiry, execution) then
		over = 1
	elseif passed == ARGV[1] then
		again = 1
	elseif passed ~= '' and passed ~= ARGV[4] and ARGV[4] ~= 'any' then
		return passed
	end
end
local window = tonumber(ARGV[2])
for i = 6, #ARGV do remember(KEYS[1], KEYS[2], ARGV[i], now + window, ARGV[1]) end
keep(KEYS[1], KEYS[2], window, tonumber(ARGV[3]))
if ARGV[5] ~= '' then
	redis.call('HSET', KEYS[4], ARGV[6], ARGV[5])
	redis.call('PEXPIRE', KEYS[4], 604800000)
end
return { again, over, redis.call('HEXISTS', KEYS[3], ARGV[6]) }`);

/** A worker under load reads a reply late, and an event that was accepted is worth waiting for. */
const COMMAND_LIMIT_MS = 5_000;

/**
 * The first execution of a key wins, over all processes: another one with the same event stops, and is
 * told which has passed. A retry takes over from the execution that it retries, and of two retries of
 * one execution the first does.
 *
 * What begins is stored in n8n, whoever claimed it: a repeat that comes later is a duplicate.
 */
export class FirstExecutions {
	constructor(
		private readonly redis: SharedRedis,
		private readonly keys: NodeKeys,
		private readonly sign?: RunnerSign,
	) {}

	/** @throws {SharedRedisError} where Redis cannot be asked */
	async begin({ executionId, retryOf, keys, windowMs, capacity }: Beginning): Promise<Begun> {
		this.sign?.show();
		const answer = await this.redis.run(BEGIN, {
			keys: [this.keys.known, this.keys.order, this.keys.outbox, this.keys.running],
			args: [
				executionId,
				windowMs,
				capacity,
				retryOf ?? '',
				this.sign?.id ?? '',
				...keys.map(memberOf),
			],
			limitMs: COMMAND_LIMIT_MS,
		});
		if (!Array.isArray(answer)) return { passes: false, executionId: String(answer) };
		const [again, windowIsOver, isKept] = answer.map((flag) => flag === 1);
		return {
			passes: true,
			again: again === true,
			windowIsOver: windowIsOver === true,
			isKept: isKept === true,
		};
	}
}
