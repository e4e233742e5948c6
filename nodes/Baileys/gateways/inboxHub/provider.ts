import { hmacVerdict, type WebhookSecrets } from '../../../../lib/receive/hmac';
import type { WebhookProvider } from '../../../../lib/receive/provider';
import { identifyInboxHub, INBOX_HUB } from './identify';

/** Header of the guides, and the one that Inbox Hub's own receiver accepts as well. */
const SIGNATURE_HEADERS = ['x-webhook-signature', 'x-signature'] as const;

/**
 * Inbox Hub (api.inbox-hub.com), a WhatsApp gateway on Baileys. It signs the body with HMAC-SHA256
 * in hex; its time stamp header is not signed, so only deduplication stops a replay.
 */
export const inboxHubProvider: WebhookProvider<WebhookSecrets> = {
	name: INBOX_HUB,
	verify: (delivery, settings) => hmacVerdict('sha256', SIGNATURE_HEADERS, delivery, settings),
	identify: identifyInboxHub,
};
