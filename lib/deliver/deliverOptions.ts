import type { Dispatcher } from 'undici';
import type { AddressGuard } from '../net/guard/addressGuard';
import type { RetrySchedule } from './schedule';
import type { AsymmetricKey } from '../standardWebhooks/signingKey';

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
