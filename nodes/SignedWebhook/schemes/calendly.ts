import { textKeys } from '../../../lib/signature/secretKeys';
import type { WebhookScheme } from '../webhookScheme';

/**
 * Calendly: as Stripe signs, with a key that whoever makes the subscription chooses. Deliveries have no id.
 *
 * @see https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures
 */
export const calendly: WebhookScheme = {
	name: 'calendly',
	label: 'Calendly',
	source: '/calendly',
	secretHint:
		"The signing_key that you set when you created the webhook subscription with Calendly's API. Calendly never shows it again.",
	documentation: 'https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures',
	repeats:
		'Calendly repeats a delivery for 24 hours after any answer other than 2xx, then it disables the subscription.',
	variants: [
		{
			signature: {
				signature: {
					headers: ['calendly-webhook-signature'],
					form: 'parts',
					named: { v1: { algorithm: 'sha256', encoding: 'hex' } },
				},
				signed: '{timestamp}.{body}',
				timestamp: { places: ['signature:t'], unit: 'seconds', toleranceSeconds: 300 },
				keys: textKeys('sha256'),
			},
			event: {
				name: ['body:event'],
				id: [],
				idIsSigned: true,
				digestOf: 'body',
				time: ['body:created_at'],
				subject: ['body:payload.uri'],
			},
		},
	],
};
