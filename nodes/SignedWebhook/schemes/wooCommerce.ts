import type { Answer } from '../../../lib/receive/provider';
import { textKeys } from '../../../lib/signature/secretKeys';
import { textAt, type PlaceSource } from '../../../lib/signature/valuePlace';
import type { WebhookScheme } from '../webhookScheme';

/** What WooCommerce asks when a webhook is saved. */
const PING = /^webhook_id=\d{1,20}$/;

/** It takes no other status for a yes. */
const HERE: Answer = { status: 200, headers: {}, body: { received: true } };

/**
 * WooCommerce: a delivery's id is a hash of the webhook and the second, so that two orders of one second
 * share it. When a webhook is saved, WooCommerce asks for the address with a form that it does not sign.
 *
 * @see https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/
 * @see https://github.com/woocommerce/woocommerce/blob/trunk/plugins/woocommerce/includes/class-wc-webhook.php
 */
export const wooCommerce: WebhookScheme = {
	name: 'wooCommerce',
	label: 'WooCommerce',
	source: '/woocommerce',
	secretHint:
		'In WordPress, open WooCommerce > Settings > Advanced > Webhooks and the webhook, then copy the Secret.',
	documentation: 'https://woocommerce.com/document/webhooks/',
	repeats:
		'WooCommerce waits 60 seconds and never repeats a delivery; after more than 5 failures in a row it disables the webhook.',
	unsignedChallenge: ({ headers, rawBody }) =>
		headers['x-wc-webhook-signature'] === undefined && PING.test(rawBody.toString('latin1'))
			? HERE
			: undefined,
	variants: [
		{
			signature: {
				signature: {
					headers: ['x-wc-webhook-signature'],
					form: 'whole',
					named: { sha256: { algorithm: 'sha256', encoding: 'base64' } },
				},
				signed: '{body}',
				keys: textKeys('sha256'),
			},
			event: {
				name: ['header:x-wc-webhook-topic'],
				id: [['header:x-wc-webhook-delivery-id', 'body:id', 'body:arg']],
				idIsSigned: false,
				subject: ['body:id', 'body:arg'],
				account: [shop],
			},
		},
	],
};

/** The shop's address without what all of them have in common. */
function shop(source: PlaceSource): string | undefined {
	const address = textAt('header:x-wc-webhook-source', source);
	return address?.replace(/^https?:\/\//, '').replace(/\/+$/, '');
}
