import type { WebhookSecrets } from '../../../../lib/receive/hmac';
import { webhookSecrets } from '../../../shared/webhook/webhookSecrets';
import type { WebhookTrigger } from '../../../shared/webhook/webhookTrigger';
import { WAHA_CREDENTIAL } from './api';
import { wahaProvider } from './provider';
import { wahaRegistration } from './registration';

/** WAHA as the Baileys Trigger sees it. */
export const wahaTrigger: WebhookTrigger<WebhookSecrets> = {
	provider: () => wahaProvider,
	credential: { ...WAHA_CREDENTIAL, secretField: 'Webhook Secret' },
	// WAHA repeats whatever is not 2xx, for hours where it is told to.
	deduplication: { windowHours: 24, capacity: 2000 },
	settings: webhookSecrets,
	registration: wahaRegistration,
};
