import { usableSecrets } from '../../../../lib/receive/hmac';
import { chosenTarget } from '../../../shared/chosenTarget';
import { slotTriggerRegistration } from '../../../shared/slotTriggerRegistration';
import { WAHA_CREDENTIAL } from './api';
import { sessionWebhooks } from './sessionWebhooks';

interface WahaCredential {
	readonly apiKey?: string;
	readonly webhookSecret?: string;
	readonly previousWebhookSecret?: string;
}

/** Adds the workflow's URL and secret to the webhooks of a WAHA session. */
export const wahaRegistration = slotTriggerRegistration({
	label: 'WAHA',
	credential: { ...WAHA_CREDENTIAL, keyField: 'API Key', secretField: 'Webhook Secret' },
	slotName: 'session',
	// WAHA mostly runs in the same network as n8n.
	publicHttpsOnly: false,
	targets: (context) => [chosenTarget(context, 'session', 'Session', 'WhatsApp session')],
	read({ apiKey, webhookSecret, previousWebhookSecret }: WahaCredential) {
		return { key: apiKey ?? '', secrets: usableSecrets(webhookSecret, previousWebhookSecret) };
	},
	api: sessionWebhooks,
});
