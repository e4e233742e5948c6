import { selectsType } from '../../lib/event/pattern';
import { tellUnreadMoney } from '../shared/webhook/tellUnreadMoney';
import type { WebhookTrigger } from '../shared/webhook/webhookTrigger';
import { readNotificationOptions } from './notificationOptions';
import { yapeProvider } from './provider';
import { assertYapeCredential, yapeSettings, type YapeSettings } from './settings';

/** Yape and other wallets as the Yape Trigger sees them. */
export const yapeTrigger: WebhookTrigger<YapeSettings> = {
	provider: (context) =>
		yapeProvider(
			() => readNotificationOptions(context),
			(event) =>
				tellUnreadMoney(context, event, (type) =>
					selectsType(context.getNodeParameter('events', []), type),
				),
		),
	credential: {
		name: 'realtimeWebhooksYapeNotifierApi',
		label: 'Yape Notifier API',
		secretField: 'Webhook Secret',
	},
	// A phone sends what it could not send when it is in the network again, after a weekend maybe. A
	// busy shop has hundreds of payments a day.
	deduplication: { windowHours: 72, capacity: 2000 },
	settings: yapeSettings,
	assertCredential: assertYapeCredential,
};
