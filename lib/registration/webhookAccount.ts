import type { WebhookSlotApi } from './slotRegistration';

/** A webhook as the provider tells it. Its secret is in it: `viewOf` makes what may be shown. */
export interface FoundWebhook {
	readonly url: string;
	/** False: switched off, so that nothing is delivered. */
	readonly enabled: boolean;
	/** In the provider's names; undefined where it has no choice of events. */
	readonly events?: readonly string[];
	/** What deliveries are signed with. Null: nothing. Undefined: the provider does not tell. */
	readonly secret: string | null | undefined;
	/** Further settings of the provider that hold no secret. */
	readonly settings?: Readonly<Record<string, boolean>>;
}

/** Where an account or session delivers to. */
export interface FoundWebhooks {
	readonly webhooks: readonly FoundWebhook[];
	/** What of the webhook with our URL is not as it is to be, in words; undefined: nothing. */
	readonly drift?: string;
}

/**
 * The webhooks of one account or session, to be seen and changed as a user orders, without a record
 * of what was there before. All methods throw errors that say what to do.
 */
export interface WebhookAccountApi extends WebhookSlotApi {
	/** Whether several webhooks stand beside each other; else there is place for one. */
	readonly holdsMany: boolean;
	/**
	 * Reads all webhooks with one request; where the account does not exist, it throws.
	 *
	 * @param ownUrl tells which one `drift` is about
	 */
	look(ownUrl?: string): Promise<FoundWebhooks>;
	/** Takes the webhooks with these URLs away, or switches them off where they cannot be removed. */
	clear(urls: readonly string[]): Promise<void>;
}
