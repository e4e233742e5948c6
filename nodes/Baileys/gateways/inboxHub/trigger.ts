import type { WebhookSecrets } from '../../../../lib/receive/hmac';
import { webhookSecrets } from '../../../shared/webhook/webhookSecrets';
import type { WebhookTrigger } from '../../../shared/webhook/webhookTrigger';
import { INBOX_HUB_CREDENTIAL } from './api';
import { inboxHubProvider } from './provider';
import { inboxHubRegistration } from './registration';

/** Inbox Hub as the Baileys Trigger sees it. */
export const inboxHubTrigger: WebhookTrigger<WebhookSecrets> = {
	provider: () => inboxHubProvider,
	credential: { ...INBOX_HUB_CREDENTIAL, secretField: 'Webhook Secret' },
	// Inbox Hub repeats within seconds at most, so a day and 1,000 events are ample and cheap.
	deduplication: { windowHours: 24, capacity: 1000 },
	settings: webhookSecrets,
	registration: inboxHubRegistration,
};
