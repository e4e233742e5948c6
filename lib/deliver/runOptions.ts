import type { Dispatcher } from 'undici';
import type { AddressGuard } from '../net/guard/addressGuard';
import type { AsymmetricKey } from '../standardWebhooks/secret';
import type { RetrySchedule } from './schedule';

/** What a run of deliveries needs, and its limits. `deliverAll(deliveries, options)` takes them. */
export interface DeliverOptions {
	/** Opens the connections. It must look names up with the guard, and follow no redirects. */
	readonly dispatcher: Dispatcher;
	/** Judges each address before a connection: an IP address is never looked up. */
	readonly guard: Pick<AddressGuard, 'judge'>;
	/** When the next attempt is due after one that failed. */
	readonly schedule: RetrySchedule;
	/**
	 * Milliseconds from a delivery's first request within which short faults are tried again in this
	 * run, and from the start of the run for which a delivery waits for its rate limit. 0: not at all.
	 */
	readonly budgetMs: number;
	/**
	 * Milliseconds for one request, from the connection to the end of the answer.
	 * @default 15_000
	 */
	readonly limitMs?: number;
	/**
	 * Requests at a time. One that waits for its answer longer than `slowAfterMs` gives its place to
	 * another; ten times as many are open at most.
	 * @default 50
	 */
	readonly concurrency?: number;
	/**
	 * Requests at a time to one host, and to one subscriber.
	 * @default 10
	 */
	readonly concurrencyPerHost?: number;
	/**
	 * Milliseconds after which a request counts as slow; less where its host answers others at once.
	 * @default 1_000
	 */
	readonly slowAfterMs?: number;
	/**
	 * Failures of a host in a row, without a success between them, after which it is left alone.
	 * @default 10
	 */
	readonly circuitThreshold?: number;
	/** Signs each delivery with `v1a` too, beside the subscriber's own secrets. */
	readonly asymmetricKey?: AsymmetricKey;
	/** Ends the run: what was not sent is to be sent later, what is under way is given up. */
	readonly signal?: AbortSignal;
	/** Milliseconds since 1970, for tests. */
	readonly now?: () => number;
	/** 0 to 1, for tests. */
	readonly random?: () => number;
}

/** The options of a run with their defaults. */
export interface RunSettings extends DeliverOptions {
	readonly limitMs: number;
	readonly concurrency: number;
	readonly concurrencyPerHost: number;
	readonly slowAfterMs: number;
	readonly circuitThreshold: number;
	readonly rateLimits: RateLimits;
	readonly now: () => number;
	readonly random: () => number;
}

/** The longest that a timer of Node.js waits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function runSettings(options: DeliverOptions): RunSettings {
	return {
		...options,
		budgetMs: between(0, options.budgetMs, LONGEST_TIMER_MS),
		limitMs: between(1, options.limitMs ?? 15_000, LONGEST_TIMER_MS),
		concurrency: between(1, options.concurrency ?? 50, 1_000),
		concurrencyPerHost: between(1, options.concurrencyPerHost ?? 10, 1_000),
		slowAfterMs: between(1, options.slowAfterMs ?? 1_000, LONGEST_TIMER_MS),
		circuitThreshold: between(1, options.circuitThreshold ?? 10, Infinity),
		rateLimits: sharedRateLimits,
		now: options.now ?? Date.now,
		random: options.random ?? Math.random,
	};
}

function between(least: number, value: number, most: number): number {
	return Math.min(most, Math.max(least, Math.floor(value)));
}

/** Far more than the subscribers that one n8n delivers to in the same second. */
const MOST_KEYS = 10_000;

interface Taken {
	/** Milliseconds since 1970. */
	at: number;
	/** Milliseconds until the next one, by the rate of then. */
	readonly everyMs: number;
}

/**
 * Spaces the requests of each key evenly, so that no second has more of them than allowed. Kept for
 * the process: two runs at the same time share one limit.
 */
export class RateLimits {
	/** The last place of each key. */
	private readonly taken = new Map<string, Taken>();

	/**
	 * Takes a place where there is one. Nobody waits longer than the present rate says: a rate that was
	 * wrong before, or a clock that was set back, holds up nothing.
	 *
	 * @returns milliseconds until there is one; 0: taken
	 */
	take(key: string, perSecond: number, now: number): number {
		const everyMs = 1000 / perSecond;
		const last = this.taken.get(key);
		if (last !== undefined) {
			last.at = Math.min(last.at, now);
			const dueAt = last.at + everyMs;
			if (dueAt > now) return dueAt - now;
		}
		this.taken.delete(key);
		if (this.taken.size >= MOST_KEYS) this.makeRoom(now);
		this.taken.set(key, { at: now, everyMs });
		return 0;
	}

	/** What is due already limits nobody; after that those go that were used the longest ago. */
	private makeRoom(now: number): void {
		for (const [key, { at, everyMs }] of this.taken) {
			if (at + everyMs <= now) this.taken.delete(key);
		}
		// Many at once: each look through all of them takes time.
		const tooMany = this.taken.size - (MOST_KEYS * 9) / 10;
		for (const key of [...this.taken.keys()].slice(0, Math.max(0, tooMany))) this.taken.delete(key);
	}
}

/** The limits of this process. */
const sharedRateLimits = new RateLimits();
