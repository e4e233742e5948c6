import { usableSecrets } from '../../../../lib/receive/hmac';
import { chosenTarget } from '../../../shared/chosenTarget';
import { slotTriggerRegistration } from '../../../shared/slotTriggerRegistration';
import { INBOX_HUB_CREDENTIAL } from './api';
import { sessionWebhook } from './sessionWebhook';

interface InboxHubCredential {
	readonly apiKey?: string;
	readonly webhookSecret?: string;
	readonly previousWebhookSecret?: string;
}

/** Registers the workflow's URL and secret on a session of Inbox Hub. */
export const inboxHubRegistration = slotTriggerRegistration({
	label: 'Inbox Hub',
	credential: { ...INBOX_HUB_CREDENTIAL, keyField: 'API Key', secretField: 'Webhook Secret' },
	slotName: 'session',
	publicHttpsOnly: true,
	targets: (context) => [chosenTarget(context, 'session', 'Session', 'WhatsApp session')],
	read({ apiKey, webhookSecret, previousWebhookSecret }: InboxHubCredential) {
		return { key: apiKey ?? '', secrets: usableSecrets(webhookSecret, previousWebhookSecret) };
	},
	api: sessionWebhook,
});
