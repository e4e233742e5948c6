import { usableSecrets } from '../../../../lib/receive/hmac';
import type { WebhookTrigger } from '../../../shared/webhookTrigger';
import { INBOX_HUB_CREDENTIAL } from './api';
import { inboxHubProvider, type InboxHubSettings } from './provider';
import { inboxHubRegistration } from './registration';

/** Inbox Hub as the Baileys Trigger sees it. */
export const inboxHubTrigger: WebhookTrigger<InboxHubSettings> = {
	provider: inboxHubProvider,
	credential: { name: INBOX_HUB_CREDENTIAL, label: 'Inbox Hub API' },
	// Inbox Hub repeats within seconds at most, so a day and 1,000 events are ample and cheap.
	deduplication: { windowHours: 24, capacity: 1000 },
	settings({ webhookSecret, previousWebhookSecret }) {
		const secrets = usableSecrets(...[webhookSecret, previousWebhookSecret].map(textOrNothing));
		return secrets.length === 0 ? undefined : { secrets };
	},
	registration: inboxHubRegistration,
};

function textOrNothing(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}
