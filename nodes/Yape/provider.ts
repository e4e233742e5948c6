import type { ProviderEvent } from '../../lib/event/envelope';
import { selectsType } from '../../lib/event/pattern';
import { hmacVerdict, bearerTokens, sharedTokenVerdict } from '../../lib/receive/hmac';
import type {
	Delivery,
	Verdict,
	WebhookProvider,
	Answer,
	Outcome,
} from '../../lib/receive/provider';
import { standardWebhooksVerdict } from '../../lib/standardWebhooks/verify';
import { readNotification } from '../../lib/yape/notification';
import { paymentEvent, YAPE } from '../../lib/yape/paymentEvent';
import { tellUnreadMoney } from '../shared/webhook/tellUnreadMoney';
import type { WebhookTrigger } from '../shared/webhook/webhookTrigger';
import { type NotificationOptions, readNotificationOptions } from './notificationOptions';
import { type YapeSettings, assertYapeCredential, yapeSettings } from './settings';

/**
 * A phone that forwards its wallets' notifications.
 *
 * @param options read only when a verified notification has come
 * @param tell is shown every event, selected or not
 */
export function yapeProvider(
	options: () => NotificationOptions,
	tell: (event: ProviderEvent) => void,
): WebhookProvider<YapeSettings> {
	return {
		name: YAPE,
		verify,
		identify: (body, { headers, receivedAt }, { verification, settings }) => {
			// Only where the signature covers it: else anybody could make two events of one.
			const isSigned = settings?.scheme === 'standardWebhooks' && verification !== 'none';
			const { mapping, ...trusted } = options();
			const event = paymentEvent(readNotification(body, mapping), {
				receivedAt,
				...trusted,
				...(isSigned ? { deliveryId: String(headers['webhook-id']) } : {}),
			});
			tell(event);
			return event;
		},
		answer: notificationAnswer,
	};
}

function verify(delivery: Delivery, settings: YapeSettings): Verdict {
	switch (settings.scheme) {
		case 'hmac':
			return hmacVerdict('sha256', ['x-signature'], delivery, settings);
		case 'standardWebhooks':
			return standardWebhooksVerdict(delivery, settings);
		case 'bearer':
			return sharedTokenVerdict(bearerTokens(delivery.headers), settings);
	}
}

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

const STATUSES: readonly unknown[] = ['pending', 'validated', 'inconsistent'];

/**
 * What the Yape Notifier app expects of `POST /api/notifications`: 201 with the notification, for a
 * duplicate too. Refusals are the common ones; the app tries again after any status but 401 and 403,
 * for which it waits until its user signs in.
 *
 * @see https://github.com/camiloreynaga/yape-notifier apps/api/app/Http/Controllers/NotificationController.php
 */
function notificationAnswer(outcome: Outcome): Answer | undefined {
	switch (outcome.kind) {
		case 'accepted':
			return answer(201, outcome.event, { message: 'Notification created successfully' });
		case 'duplicate':
			return answer(
				201,
				outcome.event,
				{ message: 'Notification received (duplicate detected)' },
				true,
			);
		case 'ignored':
			return answer(200, outcome.event, {
				ignored: true,
				message: 'Notification received (not selected)',
			});
		default:
			return undefined;
	}
}

function answer(
	status: number,
	{ id, type, time, data }: ProviderEvent,
	said: Readonly<Record<string, unknown>>,
	isDuplicate = false,
): Answer {
	// As the app's own server does with what is not surely a payment.
	const doubtful = type === 'yape.notification.other';
	const notification = {
		id,
		device_id: data.deviceId,
		source_app: data.app,
		package_name: data.packageName,
		title: data.title,
		body: data.text,
		amount: data.amount,
		currency: data.currency ?? 'PEN',
		payer_name: data.payerName,
		posted_at: data.postedAt,
		received_at: data.receivedAt ?? time.toISOString(),
		status: doubtful ? 'inconsistent' : STATUSES.includes(data.status) ? data.status : 'pending',
		is_duplicate: isDuplicate,
	};
	return { status, headers: {}, body: { ...said, notification } };
}
