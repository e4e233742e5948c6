import type { Claim } from './claimStore';
import type { EventEnvelope, ProviderEvent } from '../event/envelope';
import type { RefusalReason } from './provider';

/** What became of a delivery; `answerFor` says it in HTTP. */
export type Outcome =
	| {
			readonly kind: 'accepted';
			readonly event: ProviderEvent;
			readonly envelope: EventEnvelope;
			/** To be settled by whether n8n stored the execution; undefined for a test event. */
			readonly claim?: Claim;
	  }
	| { readonly kind: 'duplicate'; readonly event: ProviderEvent }
	| { readonly kind: 'ignored'; readonly event: ProviderEvent }
	| { readonly kind: 'refused'; readonly reason: RefusalReason }
	| { readonly kind: 'malformed'; readonly detail: string }
	| { readonly kind: 'unavailable'; readonly retryAfterSeconds: number };
