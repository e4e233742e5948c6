import type { WebhookTrigger } from '../shared/webhook/webhookTrigger';
import { EVOLUTION_CREDENTIAL } from './api';
import { evolutionProvider } from './provider';
import { evolutionRegistration } from './registration';
import { selectsInstance } from './scope';
import { assertEvolutionCredential, evolutionSettings, type EvolutionSettings } from './settings';
import { tokenLeewayMs } from './tokenLeeway';

/** Evolution API as the EuAtendo Trigger sees it. */
export const euAtendoTrigger: WebhookTrigger<EvolutionSettings> = {
	provider: (context) => evolutionProvider(() => tokenLeewayMs(context)),
	credential: { ...EVOLUTION_CREDENTIAL, secretField: 'Webhook Secret' },
	// Retries end within half an hour; one address may serve many instances.
	deduplication: { windowHours: 24, capacity: 2000 },
	settings: evolutionSettings,
	assertCredential: assertEvolutionCredential,
	selects: selectsInstance,
	registration: evolutionRegistration,
};
