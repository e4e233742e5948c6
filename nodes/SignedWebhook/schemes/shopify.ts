import { textKeys } from '../../../lib/signature/secretKeys';
import type { EventPlaces, SchemeVariant, WebhookScheme } from '../webhookScheme';

/**
 * Shopify: webhooks, and Events, which have headers of their own. Topic, shop and ids stand in headers,
 * and only the body is signed. One event id is shared by the webhooks of several topics and subscriptions.
 *
 * @see https://shopify.dev/docs/apps/build/webhooks/subscribe/https
 * @see https://shopify.dev/docs/apps/build/webhooks/ignore-duplicates
 * @see https://shopify.dev/docs/apps/build/events/verify-deliveries
 */
export const shopify: WebhookScheme = {
	name: 'shopify',
	label: 'Shopify',
	source: '/shopify',
	secretHint:
		'For webhooks of an app, the client secret of the app. For webhooks from Settings > Notifications > Webhooks, the text at the bottom of that page.',
	documentation: 'https://shopify.dev/docs/apps/build/webhooks/subscribe/https',
	repeats:
		'Shopify waits 5 seconds and repeats a delivery 8 times in 4 hours after any answer other than 2xx; then it removes a subscription that an app made.',
	variants: [
		variant('x-shopify-hmac-sha256', {
			name: ['header:x-shopify-topic'],
			id: ['header:x-shopify-event-id', 'header:x-shopify-webhook-id'],
			time: ['header:x-shopify-triggered-at'],
			account: ['header:x-shopify-shop-domain'],
		}),
		variant('shopify-hmac-sha256', {
			name: [['header:shopify-topic', 'header:shopify-action']],
			id: ['header:shopify-webhook-id'],
			time: ['header:shopify-triggered-at'],
			account: ['header:shopify-shop-domain'],
		}),
	],
};

function variant(
	header: string,
	event: Omit<EventPlaces, 'idIsSigned' | 'subject'>,
): SchemeVariant {
	return {
		signature: {
			signature: {
				headers: [header],
				form: 'whole',
				named: { sha256: { algorithm: 'sha256', encoding: 'base64' } },
			},
			signed: '{body}',
			keys: textKeys('sha256'),
		},
		event: {
			...event,
			idIsSigned: false,
			subject: ['body:admin_graphql_api_id', 'body:id'],
		},
	};
}
