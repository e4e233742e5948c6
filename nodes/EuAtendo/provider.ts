import type { WebhookProvider } from '../../lib/receive/provider';
import { EVOLUTION, identifyEvolution } from './identify';
import type { EvolutionSettings } from './settings';
import { verifyEvolution } from './verify';

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
