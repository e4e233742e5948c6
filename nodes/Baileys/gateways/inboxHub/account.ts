import { readKeyAndSecrets, type SlotAccount } from '../../../shared/registration/slotAccount';
import { INBOX_HUB_CREDENTIAL } from './api';

/** Inbox Hub, which keeps one webhook for each session. */
export const inboxHubAccount: SlotAccount = {
	label: 'Inbox Hub',
	credential: { ...INBOX_HUB_CREDENTIAL, keyField: 'API Key', secretField: 'Webhook Secret' },
	slotName: 'session',
	publicHttpsOnly: true,
	read: readKeyAndSecrets,
};
