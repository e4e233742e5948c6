import type { WebhookProvider } from '../../lib/receive/provider';
import type { WebhookTrigger } from '../shared/webhook/webhookTrigger';
import { EVOLUTION_CREDENTIAL } from './api';
import { EVOLUTION, identifyEvolution } from './identify';
import { evolutionRegistration } from './registration';
import { instanceSelector, selectsInstance } from './scope';
import { type EvolutionSettings, assertEvolutionCredential, evolutionSettings } from './settings';
import { verifyEvolution, tokenLeewayMs } from './verify';

/**
 * Evolution API 2.x, the server behind ApiEuAtendo.
 *
 * @param leewayMs how long past its end a token is still good, asked for when a token is checked
 */
export function evolutionProvider(leewayMs: () => number): WebhookProvider<EvolutionSettings> {
	return {
		name: EVOLUTION,
		verify: (delivery, settings) => verifyEvolution(delivery, settings, leewayMs),
		identify: identifyEvolution,
	};
}

/** Evolution API as the EuAtendo Trigger sees it. */
export const euAtendoTrigger: WebhookTrigger<EvolutionSettings> = {
	provider: (context) => evolutionProvider(() => tokenLeewayMs(context)),
	credential: { ...EVOLUTION_CREDENTIAL, secretField: 'Webhook Secret' },
	// Retries end within half an hour; one address may serve many instances.
	deduplication: { windowHours: 24, capacity: 2000 },
	settings: evolutionSettings,
	assertCredential: assertEvolutionCredential,
	assertParameters: (context) => void instanceSelector(context),
	selects: selectsInstance,
	/** Only asked for when a workflow is published or unpublished; n8n's start need not load it. */
	get registration() {
		return evolutionRegistration;
	},
};
