import type { IHookFunctions } from 'n8n-workflow';
import { readPatterns } from '../../lib/event/pattern';
import { slotTriggerRegistration } from '../shared/registration/slotTriggerRegistration';
import { evolutionAccount } from './account';
import { subscriptionFor } from './eventNames';
import { instanceWebhook } from './instanceWebhook';
import { chosenInstances } from './scope';

/** Registers the workflow's URL and secret on one or all instances of Evolution API. */
export const evolutionRegistration = slotTriggerRegistration({
	...evolutionAccount,
	targets: chosenInstances,
	api: (context, instance) => instanceWebhook(context, instance, wantedEvents(context)),
});

function wantedEvents(context: IHookFunctions): string[] {
	return subscriptionFor(readPatterns(context.getNodeParameter('events', [])));
}
