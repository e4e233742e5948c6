import type { Dispatcher } from 'undici';
import type { Places, WantedPlaces } from '../cluster/ratePlaces';
import type { SharedCircuit } from '../cluster/sharedCircuits';
import type { AddressGuard } from '../net/guard/addressGuard';
import type { AsymmetricKey } from '../standardWebhooks/secret';
import type { Subscriber } from '../subscriber/subscriber';
import type { RetrySchedule } from './schedule';

/** One event on its way to one subscriber. */
export interface Delivery {
	/** `webhook-id`: the same for this event and subscriber over all retries and resends. */
	readonly webhookId: string;
	readonly subscriber: Subscriber;
	/** The bytes to send, made once for all subscribers of an event. */
	readonly body: DeliveryBody;
	/** Attempts of the schedule that were made before this run; 0 at first. */
	readonly earlierAttempts: number;
	/** RFC 3339; undefined where this is the first attempt. */
	readonly firstAttemptAt?: string;
}

export interface DeliveryBody {
	readonly contentType: string;
	readonly text: string;
}

/** Why a delivery was not made in this run, in one word for programs. */
export type UndeliveredReason =
	/** The receiver's answer, such as `status_503`. */
	| `status_${number}`
	/** It answered 410: the subscriber gets nothing more. */
	| 'status_410'
	/** It answered with `webhook-delivery: disable`: the same. */
	| 'disabled_by_receiver'
	/** It answered with `webhook-delivery: abort`: this delivery is given up. */
	| 'aborted_by_receiver'
	/** What it answered is no HTTP. */
	| 'invalid_answer'
	/** There was no answer. */
	| 'connection_refused'
	| 'connection_lost'
	| 'name_not_found'
	| 'certificate'
	| 'tls'
	| 'timeout'
	| 'unreachable'
	/** Not public, not https, or forbidden by n8n's network policy. */
	| 'address_refused'
	/** Its secret or its address makes no sense. */
	| 'subscriber_invalid'
	/** Not sent in this run. */
	| 'cancelled'
	| 'circuit_open'
	| 'rate_limited'
	| 'asked_to_wait';

/** What became of a delivery in this run. */
export interface DeliveryResult {
	readonly outcome: 'delivered' | 'retryLater' | 'gaveUp';
	/** Attempts of the schedule so far, this one included (an attempt may be several requests). */
	readonly attempt: number;
	/** HTTP requests of this run; 0 where none was made (circuit open, address refused). */
	readonly requests: number;
	readonly firstAttemptAt: string;
	readonly lastAttemptAt: string;
	/** Where `retryLater`: when the next attempt is due, RFC 3339. */
	readonly nextAttemptAt?: string;
	/** Where not delivered. */
	readonly reason?: UndeliveredReason;
	/** Where not delivered: what happened and what to do, in words. */
	readonly message?: string;
	/** The last answer; undefined where there was none. */
	readonly response?: DeliveryResponse;
	/** Where the subscriber is to get nothing more, and why. */
	readonly disables?: 'gone' | 'asked';
}

/** The beginning of an answer. */
export interface DeliveryResponse {
	readonly status: number;
	/** Milliseconds from the request to the answer's head. */
	readonly durationMs: number;
	/** First 2 KB as text. */
	readonly body: string;
	/** Whether the answer was longer than what is kept. */
	readonly truncated: boolean;
}

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
	 * run. 0: not at all.
	 */
	readonly budgetMs: number;
	/**
	 * Milliseconds from the start of the run for which a delivery waits for its rate limit.
	 * @default budgetMs
	 */
	readonly turnWithinMs?: number;
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
	/** What this run shares with those of other processes; undefined: one process runs everything. */
	readonly shared?: SharedLimits;
	/** Milliseconds since 1970, for tests. */
	readonly now?: () => number;
	/** 0 to 1, for tests. */
	readonly random?: () => number;
}

/**
 * Rate limits and circuits over all processes. None of it rejects: where the others cannot be asked the answer is
 * undefined, and a run goes on with what its own process knows.
 */
export interface SharedLimits {
	/** Takes the next places under a subscriber's rate limit. */
	takePlaces(key: string, wanted: WantedPlaces): Promise<Places | undefined>;
	/** How the circuits of these hosts and subscribers are, in the order of their names. */
	askCircuits(names: readonly string[]): Promise<readonly SharedCircuit[] | undefined>;
	/** One only fails, or still does. */
	circuitOpened(name: string): void;
	/** One that was open works again. */
	circuitClosed(name: string): void;
}

/** The options of a run with their defaults. */
export interface RunSettings extends DeliverOptions {
	readonly turnWithinMs: number;
	readonly limitMs: number;
	readonly concurrency: number;
	readonly concurrencyPerHost: number;
	readonly slowAfterMs: number;
	readonly circuitThreshold: number;
	readonly now: () => number;
	readonly random: () => number;
}

/** The longest that a timer of Node.js waits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The limits within what timers and memory allow. */
export function runSettings(options: DeliverOptions): RunSettings {
	return {
		...options,
		budgetMs: between(0, options.budgetMs, LONGEST_TIMER_MS),
		turnWithinMs: between(0, options.turnWithinMs ?? options.budgetMs, LONGEST_TIMER_MS),
		limitMs: between(1, options.limitMs ?? 15_000, LONGEST_TIMER_MS),
		concurrency: between(1, options.concurrency ?? 50, 1_000),
		concurrencyPerHost: between(1, options.concurrencyPerHost ?? 10, 1_000),
		slowAfterMs: between(1, options.slowAfterMs ?? 1_000, LONGEST_TIMER_MS),
		circuitThreshold: between(1, options.circuitThreshold ?? 10, Infinity),
		now: options.now ?? Date.now,
		random: options.random ?? Math.random,
	};
}

function between(least: number, value: number, most: number): number {
	return Math.min(most, Math.max(least, Math.floor(value)));
}
