import type { SubscriberFilter } from './filter';

/** Somebody who wants events delivered to an address. */
export interface Subscriber {
	/** Unique in the registry, such as `sub_4f…`. */
	readonly id: string;
	/** http(s) address that events are POSTed to. */
	readonly url: string;
	/** Event types; `*` stands for any text. */
	readonly events: readonly string[];
	/** `whsec_…`, in clear; undefined: deliveries are not signed with a secret of its own. */
	readonly secret?: string;
	/** Signs beside `secret` until its end, so that the subscriber can change over. */
	readonly previousSecret?: { readonly secret: string; readonly until: Date };
	/** False: nothing is delivered (paused, or disabled for a reason). */
	readonly active: boolean;
	/** Why the package itself stopped delivering; undefined where it did not. */
	readonly disabledReason?: DisabledReason;
	/** Since when every delivery failed; undefined after a success. */
	readonly failingSince?: Date;
	/** Deliveries a second at most; undefined: no limit. */
	readonly rateLimit?: number;
	/** What CloudEvents are called in `content-type`; undefined: by their own name. */
	readonly contentType?: EventContentType;
	/** Sent with each delivery. */
	readonly headers: Readonly<Record<string, string>>;
	/** What of the event must fit besides its type; undefined: nothing. */
	readonly filter?: SubscriberFilter;
	readonly createdAt: Date;
}

/**
 * What a CloudEvent in JSON may be called: by its own name, or as the JSON that it is, for receivers
 * that read no other, such as n8n's own Webhook node.
 */
export type EventContentType = 'application/cloudevents+json' | 'application/json';

/**
 * `gone`: it answered 410. `asked`: it answered with `webhook-delivery: disable`. `failing`: nothing
 * but failures for days.
 */
export type DisabledReason = 'gone' | 'asked' | 'failing';
