import { randomUUID } from 'node:crypto';
import { memberOf, type NodeKeys } from './nodeKeys';
import { Script } from './script';
import type { SharedRedis } from './sharedRedis';

/** What is asked for. */
export interface WantedPlaces {
	readonly perSecond: number;
	/** Places that can be used. */
	readonly most: number;
	/** Milliseconds within which they have to be. */
	readonly withinMs: number;
}

/** Places one after the other, `1 / perSecond` apart, that nobody else gets. */
export interface Places {
	/** Milliseconds until the first. */
	readonly waitMs: number;
	/** 0: there is none in time, and none was taken. */
	readonly count: number;
}

/**
 * Replies with the milliseconds until the first place, and how many were taken. A rate that was another one before,
 * or a clock that was set back, holds up nothing. Asked with the same token once more, it takes nothing more.
 *
 * KEYS places. ARGV token, rate, most, within.
 */
const TAKE = new Script(`
local every, within = 1000 / tonumber(ARGV[2]), tonumber(ARGV[4])
local known = redis.call('HMGET', KEYS[1], 'next', 'at', 'rate', 'token', 'from', 'count')
if known[4] == ARGV[1] then
	return { math.max(0, math.ceil(tonumber(known[5]) - now)), tonumber(known[6]) }
end
local nextAt = tonumber(known[1] or '0')
if known[3] ~= ARGV[2] then nextAt = math.min(nextAt, now + every) end
if tonumber(known[2] or '0') > now then nextAt = now end
local from = math.max(now, nextAt)
local wait = math.ceil(from - now)
if wait > within then return { wait, 0 } end
local count = math.min(tonumber(ARGV[3]), math.floor((within - wait) / every) + 1)
nextAt = from + count * every
local ms = function(number) return string.format('%.3f', number) end
redis.call('HSET', KEYS[1], 'next', ms(nextAt), 'at', ms(now), 'rate', ARGV[2], 'token', ARGV[1], 'from', ms(from), 'count', count)
redis.call('PEXPIRE', KEYS[1], math.ceil(nextAt - now) + 1000)
return { wait, count }`);

/** The requests of all processes under one rate limit for each key, spaced evenly. */
export class RatePlaces {
	constructor(
		private readonly redis: SharedRedis,
		private readonly keys: NodeKeys,
	) {}

	/**
	 * Takes the next places of a key, several at once, so that Redis is not asked for each.
	 *
	 * @param limitMs for the answer
	 * @throws {SharedRedisError}
	 */
	async take(key: string, wanted: WantedPlaces, limitMs: number): Promise<Places> {
		const { perSecond, most, withinMs } = wanted;
		const reply = await this.redis.run(TAKE, {
			keys: [this.keys.places(memberOf(key))],
			args: [randomUUID(), perSecond, most, Math.max(0, Math.floor(withinMs))],
			limitMs,
		});
		const [waitMs = 0, count = 0] = Array.isArray(reply) ? reply.map(Number) : [];
		return { waitMs, count };
	}
}
