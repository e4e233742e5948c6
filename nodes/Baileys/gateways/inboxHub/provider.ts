import { headerValues } from '../../../../lib/receive/delivery';
import { verifyHmac } from '../../../../lib/receive/hmac';
import type { WebhookProvider } from '../../../../lib/receive/provider';
import { identifyInboxHub, INBOX_HUB } from './identify';

/** What Inbox Hub's deliveries are verified with: the current secret, then the previous one. */
export interface InboxHubSettings {
	readonly secrets: readonly string[];
}

/** Header of the guides, and the one that Inbox Hub's own receiver accepts as well. */
const SIGNATURE_HEADERS = ['x-webhook-signature', 'x-signature'] as const;

/**
 * Inbox Hub (api.inbox-hub.com), a WhatsApp gateway on Baileys. It signs the body with HMAC-SHA256
 * in hex; its time stamp header is not signed, so only deduplication stops a replay.
 */
export const inboxHubProvider: WebhookProvider<InboxHubSettings> = {
	name: INBOX_HUB,

	verify({ rawBody, headers }, { secrets }) {
		const signatures = SIGNATURE_HEADERS.flatMap((name) => headerValues(headers, name));
		const reason = verifyHmac({ algorithm: 'sha256', secrets, signatures, rawBody });
		return reason === undefined
			? { result: 'verified', verification: 'hmac-sha256' }
			: { result: 'refused', reason };
	},

	identify: identifyInboxHub,
};
