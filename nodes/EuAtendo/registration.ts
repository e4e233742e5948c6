import type { IHookFunctions } from 'n8n-workflow';
import { readPatterns } from '../../lib/receive/selectsType';
import { usableSecrets } from '../../lib/receive/hmac';
import { slotTriggerRegistration } from '../shared/slotTriggerRegistration';
import { EVOLUTION_CREDENTIAL } from './api';
import { subscriptionFor } from './eventNames';
import { instanceWebhook } from './instanceWebhook';
import { chosenInstances } from './scope';

interface EvolutionCredential {
	readonly apiKey?: string;
	readonly webhookSecret?: string;
	readonly previousWebhookSecret?: string;
}

/** Registers the workflow's URL and secret on one or all instances of Evolution API. */
export const evolutionRegistration = slotTriggerRegistration({
	label: 'Evolution API',
	credential: { ...EVOLUTION_CREDENTIAL, keyField: 'API Key', secretField: 'Webhook Secret' },
	slotName: 'instance',
	// The server is often in the same network as n8n.
	publicHttpsOnly: false,
	targets: chosenInstances,
	read({ apiKey, webhookSecret, previousWebhookSecret }: EvolutionCredential) {
		return { key: apiKey ?? '', secrets: usableSecrets(webhookSecret, previousWebhookSecret) };
	},
	api: (context, instance) => instanceWebhook(context, instance, wantedEvents(context)),
});

function wantedEvents(context: IHookFunctions): string[] {
	return subscriptionFor(readPatterns(context.getNodeParameter('events', [])));
}
