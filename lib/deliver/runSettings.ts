import type { DeliverOptions } from './deliverOptions';
import { sharedRateLimits, type RateLimits } from './rateLimits';

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
