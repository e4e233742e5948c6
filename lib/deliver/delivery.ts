import type { Subscriber } from '../subscriber/subscriber';

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
	/** Where not delivered: one word for programs, such as `status_503`, `timeout`. */
	readonly reason?: string;
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
