import { readKeyAndSecrets, type SlotAccount } from '../../../shared/registration/slotAccount';
import { WAHA_CREDENTIAL } from './api';

/** WAHA, which keeps a list of webhooks for each session. */
export const wahaAccount: SlotAccount = {
	label: 'WAHA',
	credential: { ...WAHA_CREDENTIAL, keyField: 'API Key', secretField: 'Webhook Secret' },
	slotName: 'session',
	// WAHA mostly runs in the same network as n8n.
	publicHttpsOnly: false,
	read: readKeyAndSecrets,
};
