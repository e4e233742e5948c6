import type { IWebhookFunctions } from 'n8n-workflow';
import type { Claim } from '../../../lib/receive/claims';

type WebhookResponse = ReturnType<IWebhookFunctions['getResponseObject']>;

/** n8n answers or fails within this; after it, a delivery may be tried again. */
const LONGEST_ANSWER_MS = 15 * 60_000;

/**
 * Settles a claim by n8n's own answer. n8n answers an accepted event only after it stored the
 * execution, so a 2xx means stored, and anything else that nothing was.
 *
 * The answer counts when n8n gives it, not when the provider has read it: a provider that hung up
 * will come again, and must then meet a duplicate.
 */
export function settleClaimByAnswer(claim: Claim, response: WebhookResponse): void {
	const { end } = response;
	const givenUp = setTimeout(() => void claim.release(), LONGEST_ANSWER_MS);
	givenUp.unref();
	response.end = function settle(this: WebhookResponse, ...args: unknown[]) {
		response.end = end;
		clearTimeout(givenUp);
		const stored = response.statusCode >= 200 && response.statusCode < 300;
		void (stored ? claim.store() : claim.release());
		Reflect.apply(end, this, args);
		return this;
	};
}
