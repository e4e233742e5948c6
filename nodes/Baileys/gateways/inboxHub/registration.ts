import { chosenTarget } from '../../../shared/providerApi/chosenTarget';
import { slotTriggerRegistration } from '../../../shared/registration/slotTriggerRegistration';
import { inboxHubAccount } from './account';
import { sessionWebhook } from './sessionWebhook';

/** Registers the workflow's URL and secret on a session of Inbox Hub. */
export const inboxHubRegistration = slotTriggerRegistration({
	...inboxHubAccount,
	targets: (context) => [chosenTarget(context, 'session', 'Session', 'WhatsApp session')],
	api: sessionWebhook,
});
