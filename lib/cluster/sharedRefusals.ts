import { randomUUID } from 'node:crypto';
import { MOST_ADDRESSES, type RefusalCounts } from '../receive/refusals';
import type { NodeKeys } from './nodeKeys';
import { Script } from './script';
import type { SharedRedis } from './sharedRedis';

/** What nobody has asked for in this time is forgotten, in milliseconds. */
const KEEP_MS = 7 * 24 * 3_600_000;

const COMMAND_LIMIT_MS = 5_000;

/**
 * Counts in what one process has counted. Sent a second time it counts once.
 *
 * KEYS refused. ARGV process, token, interval, provider, first, last, duplicates, ignored, most addresses,
 * how many reasons, then of each reason its name, count and words, then of each address itself and its count.
 */
const ADD = new Script(`
local sent = 'process ' .. ARGV[1]
if redis.call('HGET', KEYS[1], sent) == ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], sent, ARGV[2], 'interval', ARGV[3], 'provider', ARGV[4])
if ARGV[5] ~= '' then
	local first = redis.call('HGET', KEYS[1], 'first')
	local last = redis.call('HGET', KEYS[1], 'last')
	if not first or tonumber(first) > tonumber(ARGV[5]) then redis.call('HSET', KEYS[1], 'first', ARGV[5]) end
	if not last or tonumber(last) < tonumber(ARGV[6]) then redis.call('HSET', KEYS[1], 'last', ARGV[6]) end
end
redis.call('HINCRBY', KEYS[1], 'duplicates', ARGV[7])
redis.call('HINCRBY', KEYS[1], 'ignored', ARGV[8])
local i = 11
for n = 1, tonumber(ARGV[10]) do
	redis.call('HINCRBY', KEYS[1], 'reason ' .. ARGV[i], ARGV[i + 1])
	redis.call('HSET', KEYS[1], 'words ' .. ARGV[i], ARGV[i + 2])
	i = i + 3
end
local known = tonumber(redis.call('HGET', KEYS[1], 'addresses') or '0')
while i < #ARGV do
	local field = 'address ' .. ARGV[i]
	local isKnown = redis.call('HEXISTS', KEYS[1], field) == 1
	if isKnown or known < tonumber(ARGV[9]) then
		redis.call('HINCRBY', KEYS[1], field, ARGV[i + 1])
		if not isKnown then known = known + 1 end
	end
	i = i + 2
end
redis.call('HSET', KEYS[1], 'addresses', known)
redis.call('PEXPIRE', KEYS[1], ${KEEP_MS})
return 1`);

/**
 * Replies with all that was counted, where something was refused and the interval since the last reply is
 * over; asked with the same token once more, with the same.
 *
 * KEYS refused, taken, told. ARGV token.
 */
const TAKE = new Script(`
local told = redis.call('GET', KEYS[3])
if told then
	local space = string.find(told, ' ', 1, true)
	if string.sub(told, space + 1) == ARGV[1] then return redis.call('HGETALL', KEYS[2]) end
	local interval = tonumber(redis.call('HGET', KEYS[1], 'interval') or '0')
	if tonumber(string.sub(told, 1, space - 1)) + interval > now then return {} end
end
if redis.call('HEXISTS', KEYS[1], 'first') == 0 then return {} end
redis.call('RENAME', KEYS[1], KEYS[2])
redis.call('PEXPIRE', KEYS[2], 60000)
redis.call('SET', KEYS[3], string.format('%.0f %s', now, ARGV[1]), 'PX', ${KEEP_MS})
return redis.call('HGETALL', KEYS[2])`);

/** What all processes have counted since it was told last. */
export interface SharedCounts {
	readonly counts: RefusalCounts;
	/** First part of the event's source. */
	readonly provider: string;
}

/**
 * Deliveries that the processes of one n8n have turned away, counted together: each hands over what it
 * has counted from time to time, and one of them tells the sum once in an interval.
 */
export class SharedRefusals {
	private readonly process = randomUUID();

	constructor(
		private readonly redis: SharedRedis,
		private readonly keys: NodeKeys,
	) {}

	/**
	 * @param intervalMs for which time a sum is told once
	 * @throws {SharedRedisError}
	 */
	async add(counts: RefusalCounts, provider: string, intervalMs: number): Promise<void> {
		const { reasons, addresses, firstAt, lastAt, duplicates, ignored } = counts;
		await this.redis.run(ADD, {
			keys: [this.keys.refused],
			args: [
				this.process,
				randomUUID(),
				intervalMs,
				provider,
				firstAt?.getTime() ?? '',
				lastAt?.getTime() ?? '',
				duplicates,
				ignored,
				MOST_ADDRESSES,
				reasons.length,
				...reasons.flatMap(({ reason, count, whatToDo }) => [reason, count, whatToDo]),
				...addresses.flatMap(({ address, count }) => [address, count]),
			],
			limitMs: COMMAND_LIMIT_MS,
		});
	}

	/** What is to be told now; undefined where there is nothing, or it is not time. @throws {SharedRedisError} */
	async take(): Promise<SharedCounts | undefined> {
		const { refused, refusedTaken, refusedTold } = this.keys;
		const reply = await this.redis.run(TAKE, {
			keys: [refused, refusedTaken, refusedTold],
			args: [randomUUID()],
			limitMs: COMMAND_LIMIT_MS,
		});
		return Array.isArray(reply) && reply.length > 0 ? countsOf(reply.map(String)) : undefined;
	}
}

function countsOf(reply: readonly string[]): SharedCounts {
	const fields = new Map<string, string>();
	for (let i = 0; i + 1 < reply.length; i += 2) fields.set(reply[i] ?? '', reply[i + 1] ?? '');
	const number = (name: string) => Number(fields.get(name) ?? 0);
	const named = (start: string) =>
		[...fields.keys()]
			.filter((name) => name.startsWith(start))
			.map((name) => name.slice(start.length));
	return {
		provider: fields.get('provider') ?? '',
		counts: {
			reasons: named('reason ').map((reason) => ({
				reason,
				count: number(`reason ${reason}`),
				whatToDo: fields.get(`words ${reason}`) ?? '',
			})),
			addresses: named('address ').map((address) => ({
				address,
				count: number(`address ${address}`),
			})),
			firstAt: new Date(number('first')),
			lastAt: new Date(number('last')),
			duplicates: number('duplicates'),
			ignored: number('ignored'),
		},
	};
}
