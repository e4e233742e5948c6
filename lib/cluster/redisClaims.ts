import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
	type Claim,
	type ClaimOptions,
	type ClaimResult,
	type ClaimStore,
	MemoryClaimStore,
} from '../receive/claims';
import { RELEASE_LEASE, RENEW_LEASE } from './lease';
import { memberOf, type NodeKeys } from './nodeKeys';
import { KNOWN_KEYS } from './rememberedKeys';
import { Script } from './script';
import type { SharedRedis } from './sharedRedis';

/**
 * KEYS known, claim. ARGV member, token, lease.
 * Replies 0: claimed, -1: somebody else has it, above: stored for so many milliseconds more.
 */
const CLAIM = new Script(`${KNOWN_KEYS}
local expiry, execution = look(KEYS[1], ARGV[1])
if expiry and expiry > now then return math.ceil(expiry - now) end
if redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3]) then
	if expiry then write(KEYS[1], ARGV[1], expiry, '-') end
	return 0
end
if redis.call('GET', KEYS[2]) ~= ARGV[2] then return -1 end
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 0`);

/** KEYS known, order, claim. ARGV member, window, capacity, token. */
const STORE = new Script(`${KNOWN_KEYS}
local window = tonumber(ARGV[2])
local expiry, execution = look(KEYS[1], ARGV[1])
if isOver(expiry, execution) then execution = '-' end
remember(KEYS[1], KEYS[2], ARGV[1], now + window, execution)
keep(KEYS[1], KEYS[2], window, tonumber(ARGV[3]))
if redis.call('GET', KEYS[3]) == ARGV[4] then redis.call('DEL', KEYS[3]) end
return 1`);

interface RedisClaimsOptions {
	readonly redis: SharedRedis;
	readonly keys: NodeKeys;
	/** Told what failed where nobody waits for it. */
	readonly onProblem?: (error: unknown) => void;
	/** Milliseconds until a claim whose holder has died may be taken by another. @default 10,000 */
	readonly leaseMs?: number;
	/** Milliseconds for one question. @default 1,000 */
	readonly limitMs?: number;
}

/** A sender that waits is told within two seconds that Redis is away. */
const LIMIT_MS = 1_000;

/** n8n has stored the execution: that is worth more time, and nobody waits for it. */
const STORE_LIMIT_MS = 5_000;

const LEASE_MS = 10_000;

/** Between two looks at a claim that another process has, in milliseconds: they get longer. */
const FIRST_LOOK_MS = 10;
const LONGEST_LOOK_MS = 250;

/** In memory, a key that Redis knows saves a question; more of them save little. */
const MOST_IN_MEMORY = 50_000;

/**
 * Claims of several processes, in a Redis that they share. Memory stands in front: of copies at one
 * process one asks Redis, and a repeat that the process knows costs nothing.
 *
 * A claim is a lease: where its holder dies another may have it after a few seconds, and a holder that
 * lost it can neither release nor end the claim of the next.
 */
export class RedisClaims implements ClaimStore {
	private readonly memory: MemoryClaimStore;

	private storedAtMost: number;

	/** By `performance.now()`: when Redis could last not be asked. */
	private failedAt = Number.NEGATIVE_INFINITY;

	private failure: unknown;

	private readonly leaseMs: number;

	private readonly limitMs: number;

	/** @param capacity stored keys at most, over all processes; may be changed at any time */
	constructor(
		capacity: number,
		private readonly options: RedisClaimsOptions,
	) {
		this.storedAtMost = capacity;
		this.memory = new MemoryClaimStore(Math.min(capacity, MOST_IN_MEMORY));
		this.leaseMs = options.leaseMs ?? LEASE_MS;
		this.limitMs = options.limitMs ?? LIMIT_MS;
	}

	get capacity(): number {
		return this.storedAtMost;
	}

	set capacity(capacity: number) {
		this.storedAtMost = capacity;
		this.memory.capacity = Math.min(capacity, MOST_IN_MEMORY);
	}

	/** @throws {SharedRedisError} where Redis cannot be asked */
	async claim(key: string, options: ClaimOptions): Promise<ClaimResult> {
		const askedAt = performance.now();
		const local = await this.memory.claim(key, options);
		if (local.state !== 'claimed') return local;
		try {
			// Copies that waited for one that failed must not try one after the other, a second each.
			if (this.failedAt > askedAt) throw this.failure;
			const token = randomUUID();
			const remembered = await this.ask(key, token, askedAt + options.waitMs);
			if (remembered === 'claimed') {
				return { state: 'claimed', claim: this.hold(key, token, local.claim, options.windowMs) };
			}
			if (remembered === 'busy') {
				await local.claim.release();
				return { state: 'busy' };
			}
			this.memory.markStored(key, remembered);
			await local.claim.store();
			return { state: 'stored' };
		} catch (error) {
			await local.claim.release();
			throw this.noted(error);
		}
	}

	/** In this process only: the execution itself tells the others, see {@link FirstExecutions}. */
	markStored(key: string, windowMs: number): void {
		this.memory.markStored(key, windowMs);
	}

	private noted(failure: unknown): unknown {
		if (this.failure !== failure) this.failedAt = performance.now();
		this.failure = failure;
		return failure;
	}

	/** @returns for how many milliseconds it is still stored, where it is */
	private async ask(
		key: string,
		token: string,
		deadline: number,
	): Promise<'claimed' | 'busy' | number> {
		const { redis, keys } = this.options;
		const member = memberOf(key);
		for (let wait = FIRST_LOOK_MS; ; wait = Math.min(2 * wait, LONGEST_LOOK_MS)) {
			const answer = Number(
				await redis.run(CLAIM, {
					keys: [keys.known, keys.claim(member)],
					args: [member, token, this.leaseMs],
					limitMs: this.limitMs,
				}),
			);
			if (answer === 0) return 'claimed';
			if (answer > 0) return answer;
			if (performance.now() + wait > deadline) return 'busy';
			await sleep(wait);
		}
	}

	private hold(key: string, token: string, local: Claim, windowMs: number): Claim {
		const { redis, keys, onProblem } = this.options;
		const member = memberOf(key);
		const claim = keys.claim(member);
		const lease = { keys: [claim] as const, limitMs: this.limitMs };
		const renewing = setInterval(() => {
			redis
				.run(RENEW_LEASE, { ...lease, args: [token, this.leaseMs] })
				// The next one may succeed; and what is lost then is lost to somebody else.
				.catch(() => undefined);
		}, this.leaseMs / 3);
		renewing.unref();
		let isSettled = false;
		const settle = async (end: () => unknown, tell: () => Promise<unknown>) => {
			if (isSettled) return;
			isSettled = true;
			clearInterval(renewing);
			end();
			await tell().catch((error: unknown) => onProblem?.(error));
		};
		return {
			store: async () =>
				await settle(
					() => local.store(),
					async () =>
						await redis.run(STORE, {
							keys: [keys.known, keys.order, claim],
							args: [member, windowMs, this.storedAtMost, token],
							limitMs: STORE_LIMIT_MS,
						}),
				),
			release: async () =>
				await settle(
					() => local.release(),
					async () => await redis.run(RELEASE_LEASE, { ...lease, args: [token] }),
				),
			keep: () => local.keep(),
		};
	}
}
