import type { ProviderEvent, Verification } from '../event/envelope';
import type { Answer } from './answer';
import type { Delivery } from './delivery';
import type { Outcome } from './outcome';

/** Why a delivery was not accepted as authentic or readable; part of the HTTP answer. */
export type RefusalReason =
	| 'signature_missing'
	| 'signature_malformed'
	| 'signature_mismatch'
	| 'timestamp_missing'
	| 'timestamp_outside_tolerance'
	| 'token_expired'
	| 'event_not_found'
	| 'source_address_not_allowed';

/** What a provider's check found. */
export type Verdict =
	| {
			readonly result: 'verified';
			readonly verification: Verification;
			/** What the provider itself gave when asked; the event is made of it, not of the delivery. */
			readonly body?: unknown;
	  }
	| { readonly result: 'refused'; readonly reason: RefusalReason }
	/** The check needs something from the body that is not there; `detail` names the field. */
	| { readonly result: 'malformed'; readonly detail: string }
	/** It could not be done now, so nothing is known. */
	| {
			readonly result: 'unavailable';
			readonly retryAfterSeconds: number;
			/** A changed credential may mend it. */
			readonly credentialRefused?: boolean;
	  };

/**
 * All that the receive order needs to know of one provider. Adding a provider is writing one of
 * these; the order itself, the claim and the answers stay as they are.
 *
 * @typeParam Settings what the provider's credential holds, ready to verify with
 */
export interface WebhookProvider<Settings> {
	/** First part of `source`, such as `inbox-hub`. */
	readonly name: string;
	/** Checks the raw bytes. Never throws; refuses where it is not sure. */
	verify(delivery: Delivery, settings: Settings): Verdict | Promise<Verdict>;
	/**
	 * Turns a verified body into an event.
	 *
	 * @param body the body parsed as JSON, or what the verdict held, of any shape
	 * @throws {MalformedBodyError} naming the field that makes no sense
	 */
	identify(body: unknown, delivery: Delivery): ProviderEvent;
	/**
	 * The answer where the sender expects another than the common one. Accepted events have the
	 * status of the node's webhook description, whatever it says here.
	 *
	 * @returns undefined for the common one
	 */
	answer?(outcome: Outcome): Answer | undefined;
}

/** A body that is authentic but cannot be read as an event; `field` says where. */
export class MalformedBodyError extends Error {
	override readonly name = 'MalformedBodyError';

	constructor(
		readonly field: string,
		problem: string,
	) {
		super(`${field}: ${problem}`);
	}
}
