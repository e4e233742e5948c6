import { randomUUID } from 'node:crypto';
import { RELEASE_LEASE, RENEW_LEASE } from './lease';
import { memberOf, type NodeKeys } from './nodeKeys';
import { Script } from './script';
import type { SharedRedis } from './sharedRedis';

/** The right to do a piece of work. The first of the calls counts; none of them throws. */
export interface WorkClaim {
	/** It was done, by the execution named, if one is. */
	done(executionId?: string): Promise<void>;
	/** It was handed over, and that execution shows how it ends. */
	seeExecution(executionId: string): Promise<void>;
	/** It was not done: the next may try. */
	release(): Promise<void>;
}

/** `see`: that execution tells; where it failed, `takeOver` gives the claim to one asker. */
export type WorkAnswer =
	| { readonly state: 'claimed'; readonly claim: WorkClaim }
	| { readonly state: 'busy' }
	| { readonly state: 'done'; readonly executionId?: string }
	| {
			readonly state: 'see';
			readonly executionId: string;
			takeOver(): Promise<WorkClaim | undefined>;
	  };

/** What stands in Redis begins with one of these, before a token or an execution. */
const HELD = 'h';
const DONE = 'd';
const SEE = 's';

/** Replies with what stands there. KEYS work. ARGV own, lease. */
const TAKE =
	new Script(`if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return ARGV[1] end
return redis.call('GET', KEYS[1])`);

/** KEYS work. ARGV what stands there, own, lease. */
const TAKE_OVER = new Script(`local found = redis.call('GET', KEYS[1])
if found == ARGV[2] then return 1 end
if found ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`);

/** It was done also where the lease is gone, but for somebody else who has it now. KEYS work. ARGV own, outcome, milliseconds. */
const SETTLE = new Script(`local found = redis.call('GET', KEYS[1])
if found and found ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`);

const PEEK = new Script(`return redis.call('GET', KEYS[1])`);

/** Milliseconds until the work of a process that died may be taken by another. */
const LEASE_MS = 30_000;

const COMMAND_LIMIT_MS = 5_000;

interface WorkClaimsOptions {
	readonly redis: SharedRedis;
	readonly keys: NodeKeys;
	/** Milliseconds for which it is known what was done: by then n8n's own store has shown it. */
	readonly rememberMs: number;
	/** The same, where nobody knows which execution has done it, or whether one has. @default rememberMs */
	readonly unsureMs?: number;
	/** @default 30,000 */
	readonly leaseMs?: number;
}

/**
 * Who replays, recovers or delivers what, over all processes: runs that overlap do nothing twice, also
 * before n8n's store shows what the other did.
 */
export class WorkClaims {
	private readonly leaseMs: number;

	constructor(private readonly options: WorkClaimsOptions) {
		this.leaseMs = options.leaseMs ?? LEASE_MS;
	}

	/** @throws {SharedRedisError} where Redis cannot be asked: then nothing is to be done */
	async take(work: string): Promise<WorkAnswer> {
		const key = this.options.keys.work(memberOf(work));
		const own = HELD + randomUUID();
		const found = String(await this.run(TAKE, key, [own, this.leaseMs]));
		if (found === own) return { state: 'claimed', claim: this.hold(key, own) };
		const executionId = found.slice(1);
		switch (found[0]) {
			case DONE:
				return { state: 'done', ...(executionId === '' ? {} : { executionId }) };
			case SEE:
				return { state: 'see', executionId, takeOver: async () => await this.takeOver(key, found) };
			default:
				return { state: 'busy' };
		}
	}

	/** What is known of a piece of work, without claiming it. @throws {SharedRedisError} */
	async peek(work: string): Promise<Exclude<WorkAnswer['state'], 'claimed'> | undefined> {
		const found = await this.run(PEEK, this.options.keys.work(memberOf(work)), []);
		if (typeof found !== 'string') return undefined;
		return found.startsWith(DONE) ? 'done' : found.startsWith(SEE) ? 'see' : 'busy';
	}

	private async takeOver(key: string, found: string): Promise<WorkClaim | undefined> {
		const own = HELD + randomUUID();
		const taken = await this.run(TAKE_OVER, key, [found, own, this.leaseMs]);
		return taken === 1 ? this.hold(key, own) : undefined;
	}

	private hold(key: string, own: string): WorkClaim {
		const renewing = setInterval(() => {
			this.run(RENEW_LEASE, key, [own, this.leaseMs]).catch(() => undefined);
		}, this.leaseMs / 3);
		renewing.unref();
		let isSettled = false;
		const settle = async (script: Script, args: ReadonlyArray<string | number>) => {
			if (isSettled) return;
			isSettled = true;
			clearInterval(renewing);
			// Where Redis is away the lease ends by itself, and n8n's store shows what was done.
			await this.run(script, key, args).catch(() => undefined);
		};
		return {
			done: async (executionId = '') => {
				const { rememberMs, unsureMs = rememberMs } = this.options;
				await settle(SETTLE, [own, DONE + executionId, executionId === '' ? unsureMs : rememberMs]);
			},
			seeExecution: async (executionId) =>
				await settle(SETTLE, [own, SEE + executionId, this.options.rememberMs]),
			release: async () => await settle(RELEASE_LEASE, [own]),
		};
	}

	private async run(
		script: Script,
		key: string,
		args: ReadonlyArray<string | number>,
	): Promise<unknown> {
		return await this.options.redis.run(script, {
			keys: [key],
			args,
			limitMs: COMMAND_LIMIT_MS,
		});
	}
}
