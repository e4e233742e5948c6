/**
 * **No accepted event is lost with a worker.** n8n keeps an event in the row of its execution, but where
 * the worker that runs it dies, the process that had accepted it overwrites the row, payload and all
 * (`error`, nothing run). So the event also stands here until its execution is known to have ended.
 *
 * Who writes: the process that accepted it, as soon as n8n has stored row and job, one command beside
 * that of the claim. A worker alone could not: it may die between taking the job and the first node.
 * The worker that begins writes it too where it is not there, so that the two would have to die within
 * the same few milliseconds for an event to be in neither row nor outbox. What has ended before is not written
 * any more.
 *
 * How the end becomes known: n8n calls the node when an execution has ended and its row is stored
 * (`onExecutionFinish`), also where it failed or was stopped: then n8n has its data, and the entry goes. It does
 * not for one that waits and goes on elsewhere; that entry stays until whoever looks for what was lost
 * asks n8n how the execution ended, or until it is too old.
 *
 * Who looks: {@link Outbox.list} tells which execution began with each entry. A row in n8n that ended as
 * `error` without having run anything, and whose id stands here, is a lost event. An entry with which no
 * execution began waits in n8n's queue (its row is `new` or `running`, with data), or its worker died
 * before the first node: then no row of the workflow has its key. Before it is run, a claim is to be taken
 * (`WorkClaims`), and afterwards it is to be removed.
 *
 * Bounds, for each node: {@link OUTBOX_LIMITS}. The oldest give way, and that is told.
 */
import { memberOf, type NodeKeys } from './nodeKeys';
import { KNOWN_KEYS } from './rememberedKeys';
import { Script } from './script';
import type { SharedRedis } from './sharedRedis';

/** One event as n8n was given it. */
export interface OutboxEvent {
	/** What it is recognised by. */
	readonly key: string;
	/** The item, as JSON can hold it. */
	readonly item: unknown;
}

/** An event whose execution is not known to have ended. */
export interface OutboxEntry {
	/** Names it in Redis. */
	readonly member: Buffer;
	/** When n8n had stored it, by the clock of Redis. */
	readonly since: Date;
	/** Which execution began with it last; undefined where none did. */
	readonly executionId: string | undefined;
}

export interface OutboxLimits {
	readonly entries: number;
	/** Of all entries together, as JSON. */
	readonly bytes: number;
	/** Of one entry; what is larger is not kept. */
	readonly entryBytes: number;
	/** Milliseconds. */
	readonly ageMs: number;
}

/** For each node. Usually only what runs or waits in the queue is in there. */
export const OUTBOX_LIMITS: OutboxLimits = {
	entries: 10_000,
	bytes: 64 * 1024 * 1024,
	entryBytes: 4 * 1024 * 1024,
	ageMs: 7 * 24 * 3_600_000,
};

/** What could not be kept, for whoever tells the user. */
export type OutboxLoss =
	| { readonly kind: 'gaveWay'; readonly count: number }
	| { readonly kind: 'tooLarge'; readonly bytes: number };

/** KEYS[1] outbox, KEYS[2] times, KEYS[3] bytes, KEYS[4] running. */
const TAKE_OUT = `local function takeOut(member)
	local size = redis.call('HSTRLEN', KEYS[1], member)
	if redis.call('HDEL', KEYS[1], member) == 1 then redis.call('DECRBY', KEYS[3], size) end
	redis.call('ZREM', KEYS[2], member)
	redis.call('HDEL', KEYS[4], member)
end
`;

/**
 * Replies how many gave way.
 *
 * KEYS outbox, times, bytes, running, known. ARGV member, event, entries, bytes, age.
 */
const PUT = new Script(`${KNOWN_KEYS}${TAKE_OUT}
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
local _, execution = look(KEYS[5], ARGV[1])
if string.sub(execution, -1) == '.' then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], now, ARGV[1])
local bytes = redis.call('INCRBY', KEYS[3], #ARGV[2])
local gone = 0
for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[5], 'LIMIT', 0, 64)) do
	takeOut(old)
	gone = gone + 1
end
while redis.call('ZCARD', KEYS[2]) > tonumber(ARGV[3]) or tonumber(redis.call('GET', KEYS[3])) > tonumber(ARGV[4]) do
	local oldest = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
	if not oldest then redis.call('SET', KEYS[3], 0) break end
	takeOut(oldest)
	gone = gone + 1
end
for i = 1, 4 do redis.call('PEXPIRE', KEYS[i], ARGV[5]) end
return gone`);

/** KEYS outbox, times, bytes, running, known. ARGV execution, what may stand in its place, members. */
const END = new Script(`${KNOWN_KEYS}${TAKE_OUT}
for i = 3, #ARGV do
	local expiry, execution = look(KEYS[5], ARGV[i])
	local passed = idOf(execution)
	if passed == ARGV[1] or passed == ARGV[2] then
		if expiry then write(KEYS[5], ARGV[i], expiry, ARGV[1] .. '.') end
		takeOut(ARGV[i])
	end
end
return 1`);

/** KEYS outbox, times, bytes, running. ARGV members. */
const REMOVE = new Script(`${TAKE_OUT}
for i = 1, #ARGV do takeOut(ARGV[i]) end
return 1`);

/** KEYS times, known. ARGV first, last. Replies with member, time, execution, and so on. */
const LIST = new Script(`${KNOWN_KEYS}
local found = redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2], 'WITHSCORES')
local list = {}
for i = 1, #found, 2 do
	list[#list + 1] = found[i]
	list[#list + 1] = found[i + 1]
	local _, execution = look(KEYS[2], found[i])
	list[#list + 1] = idOf(execution)
end
return list`);

/** KEYS outbox, known. ARGV member, the execution that was seen. */
const READ = new Script(`${KNOWN_KEYS}
local _, execution = look(KEYS[2], ARGV[1])
if idOf(execution) ~= ARGV[2] then return false end
return redis.call('HGET', KEYS[1], ARGV[1])`);

/** KEYS outbox, known. ARGV member, execution. */
const HAND_OVER = new Script(`${KNOWN_KEYS}
local expiry = look(KEYS[2], ARGV[1])
if expiry and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then write(KEYS[2], ARGV[1], expiry, ARGV[2]) end
return 1`);

const COMMAND_LIMIT_MS = 5_000;

/** Entries in one reply, so that no script takes long. */
const PAGE = 500;

interface OutboxOptions {
	readonly redis: SharedRedis;
	readonly keys: NodeKeys;
	/** @default OUTBOX_LIMITS */
	readonly limits?: OutboxLimits;
	/** Told what can no longer be brought back where its worker dies. */
	readonly onLoss?: (loss: OutboxLoss) => void;
}

/** The outbox of one node. */
export class Outbox {
	private readonly limits: OutboxLimits;

	constructor(private readonly options: OutboxOptions) {
		this.limits = options.limits ?? OUTBOX_LIMITS;
	}

	/**
	 * Keeps an event until its execution has ended; where it has already, nothing is kept.
	 *
	 * @throws {SharedRedisError}
	 */
	async put({ key, item }: OutboxEvent): Promise<void> {
		const event = Buffer.from(JSON.stringify({ key, item }));
		const { entries, bytes, entryBytes, ageMs } = this.limits;
		if (event.length > entryBytes) {
			this.options.onLoss?.({ kind: 'tooLarge', bytes: event.length });
			return;
		}
		const { keys } = this.options;
		const count = await this.options.redis.run(PUT, {
			keys: [...ownKeys(keys), keys.known],
			args: [memberOf(key), event, entries, bytes, ageMs],
			limitMs: COMMAND_LIMIT_MS,
		});
		if (Number(count) > 0) this.options.onLoss?.({ kind: 'gaveWay', count: Number(count) });
	}

	/**
	 * The execution has ended, and n8n has stored how. What another one has taken over stays.
	 *
	 * @param isKnown whether Redis was told that it has begun. @default true
	 * @throws {SharedRedisError}
	 */
	async ended(executionId: string, eventKeys: readonly string[], isKnown = true): Promise<void> {
		const { redis, keys } = this.options;
		await redis.run(END, {
			keys: [...ownKeys(keys), keys.known],
			args: [executionId, isKnown ? executionId : '', ...eventKeys.map(memberOf)],
			limitMs: COMMAND_LIMIT_MS,
		});
	}

	/**
	 * All entries, the oldest first. Of thousands, one that ends meanwhile may hide another from this look.
	 *
	 * @throws {SharedRedisError}
	 */
	async list(): Promise<OutboxEntry[]> {
		const { redis, keys } = this.options;
		const entries: OutboxEntry[] = [];
		for (;;) {
			const first = entries.length;
			const found = (await redis.run(LIST, {
				keys: [keys.outboxTimes, keys.known],
				args: [first, first + PAGE - 1],
				limitMs: COMMAND_LIMIT_MS,
				inBytes: true,
			})) as readonly Buffer[];
			for (let i = 0; i + 2 < found.length; i += 3) entries.push(entryOf(found.slice(i, i + 3)));
			if (found.length < 3 * PAGE) return entries;
		}
	}

	/** Entries with which an execution began. @throws {SharedRedisError} */
	async ofExecution(executionId: string): Promise<OutboxEntry[]> {
		return (await this.list()).filter((entry) => entry.executionId === executionId);
	}

	/**
	 * The event of an entry; undefined where it is gone, or another execution has begun with it since.
	 *
	 * @throws {SharedRedisError}
	 */
	async read({ member, executionId = '' }: OutboxEntry): Promise<OutboxEvent | undefined> {
		const { redis, keys } = this.options;
		const json = await redis.run(READ, {
			keys: [keys.outbox, keys.known],
			args: [member, executionId],
			limitMs: COMMAND_LIMIT_MS,
		});
		return typeof json === 'string' ? (JSON.parse(json) as OutboxEvent) : undefined;
	}

	/**
	 * Another execution has begun with the event, and shows how it ends: one that is no run of the
	 * trigger, which would tell it by itself.
	 *
	 * @throws {SharedRedisError}
	 */
	async handOver({ member }: OutboxEntry, executionId: string): Promise<void> {
		const { redis, keys } = this.options;
		await redis.run(HAND_OVER, {
			keys: [keys.outbox, keys.known],
			args: [member, executionId],
			limitMs: COMMAND_LIMIT_MS,
		});
	}

	/** Takes entries out, whatever became of them. @throws {SharedRedisError} */
	async remove(entries: readonly OutboxEntry[]): Promise<void> {
		const { redis, keys } = this.options;
		const members = entries.map(({ member }) => member);
		for (let i = 0; i < members.length; i += PAGE) {
			await redis.run(REMOVE, {
				keys: ownKeys(keys),
				args: members.slice(i, i + PAGE),
				limitMs: COMMAND_LIMIT_MS,
			});
		}
	}
}

/** What changes where an entry goes. */
function ownKeys({ outbox, outboxTimes, outboxBytes, running }: NodeKeys) {
	return [outbox, outboxTimes, outboxBytes, running] as const;
}

function entryOf([member, since, execution]: readonly Buffer[]): OutboxEntry {
	const executionId = execution?.toString() ?? '';
	return {
		member: member ?? Buffer.alloc(0),
		since: new Date(Number(since?.toString())),
		executionId: executionId === '' ? undefined : executionId,
	};
}
