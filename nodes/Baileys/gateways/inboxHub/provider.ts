import { hmacVerdict, type WebhookSecrets } from '../../../../lib/receive/hmac';
import type { WebhookProvider } from '../../../../lib/receive/provider';
import { webhookSecrets } from '../../../shared/webhook/triggerSettings';
import type { WebhookTrigger } from '../../../shared/webhook/webhookTrigger';
import { INBOX_HUB_CREDENTIAL } from './api';
import { identifyInboxHub, INBOX_HUB } from './identify';
import { inboxHubRegistration } from './registration';

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

/** Inbox Hub as the Baileys Trigger sees it. */
export const inboxHubTrigger: WebhookTrigger<WebhookSecrets> = {
	provider: () => inboxHubProvider,
	credential: { ...INBOX_HUB_CREDENTIAL, secretField: 'Webhook Secret' },
	// Inbox Hub repeats within seconds at most, so a day and 1,000 events are ample and cheap.
	deduplication: { windowHours: 24, capacity: 1000 },
	settings: webhookSecrets,
	/** Only asked for when a workflow is published or unpublished; n8n's start need not load it. */
	get registration() {
		return inboxHubRegistration;
	},
};
