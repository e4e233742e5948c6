import { readKeyAndSecrets, type SlotAccount } from '../shared/registration/slotAccount';
import { EVOLUTION_CREDENTIAL } from './api';

/** Evolution API, which keeps one webhook for each instance. */
export const evolutionAccount: SlotAccount = {
	label: 'Evolution API',
	credential: { ...EVOLUTION_CREDENTIAL, keyField: 'API Key', secretField: 'Webhook Secret' },
	slotName: 'instance',
	// The server is often in the same network as n8n.
	publicHttpsOnly: false,
	read: readKeyAndSecrets,
};
