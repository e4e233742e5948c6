import { chosenTarget } from '../../../shared/providerApi/chosenTarget';
import { slotTriggerRegistration } from '../../../shared/registration/slotTriggerRegistration';
import { wahaAccount } from './account';
import { wahaEventsFor } from './chosenEvents';
import { sessionWebhooks } from './sessionWebhooks';

/** Adds the workflow's URL and secret to the webhooks of a WAHA session. */
export const wahaRegistration = slotTriggerRegistration({
	...wahaAccount,
	targets: (context) => [chosenTarget(context, 'session', 'Session', 'WhatsApp session')],
	api: (context, session) =>
		sessionWebhooks(context, session, wahaEventsFor(context.getNodeParameter('events', []))),
});
