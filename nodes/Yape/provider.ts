import type { ProviderEvent } from '../../lib/event/envelope';
import type { Delivery, Verdict, WebhookProvider } from '../../lib/receive/provider';
import { hmacVerdict, bearerTokens, sharedTokenVerdict } from '../../lib/receive/hmac';
import { standardWebhooksVerdict } from '../../lib/standardWebhooks/verify';
import { readNotification } from '../../lib/yape/notification';
import { paymentEvent, YAPE } from '../../lib/yape/paymentEvent';
import { notificationAnswer } from './answer';
import type { NotificationOptions } from './notificationOptions';
import type { YapeSettings } from './settings';

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
	let deliveryId: string | undefined;
	return {
		name: YAPE,
		verify: (delivery, settings) => {
			const verdict = verify(delivery, settings);
			// Only where the signature covers it: else anybody could make two events of one.
			const isSigned = settings.scheme === 'standardWebhooks' && verdict.result === 'verified';
			deliveryId = isSigned ? String(delivery.headers['webhook-id']) : undefined;
			return verdict;
		},
		identify: (body, { receivedAt }) => {
			const { mapping, ...trusted } = options();
			const event = paymentEvent(readNotification(body, mapping), {
				receivedAt,
				...trusted,
				...(deliveryId === undefined ? {} : { deliveryId }),
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
