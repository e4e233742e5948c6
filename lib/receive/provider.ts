import type { ProviderEvent, Verification } from '../event/envelope';
import type { Delivery } from './delivery';

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

/** What a provider's check found. `unavailable`: it could not be done now, so nothing is known. */
export type Verdict =
	| { readonly result: 'verified'; readonly verification: Verification }
	| { readonly result: 'refused'; readonly reason: RefusalReason }
	| { readonly result: 'unavailable'; readonly retryAfterSeconds: number };

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
	 * @param body the body parsed as JSON, of any shape
	 * @throws {MalformedBodyError} naming the field that makes no sense
	 */
	identify(body: unknown, delivery: Delivery): ProviderEvent;
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
