import { ToldLately } from '../../lib/limit/toldLately';
import type { WebhookTrigger } from '../shared/webhookTrigger';
import { readNotificationOptions } from './notificationOptions';
import { yapeProvider } from './provider';
import { assertYapeCredential, yapeSettings, type YapeSettings } from './settings';

/** A promotion may come every few minutes. */
const unreadTold = new ToldLately(3_600_000);

/** Yape and other wallets as the Yape Trigger sees them. */
export const yapeTrigger: WebhookTrigger<YapeSettings> = {
	provider: (context) =>
		yapeProvider(
			() => readNotificationOptions(context),
			(problem) => {
				const node = context.getNode();
				const workflowId = context.getWorkflow().id;
				if (!unreadTold.isDue(`${workflowId}:${node.id}`)) return;
				context.logger.warn(`${problem} Told at most once an hour.`, {
					node: node.name,
					workflowId,
				});
			},
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
