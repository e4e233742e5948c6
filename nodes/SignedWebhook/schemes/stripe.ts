import { textKeys } from '../../../lib/signature/secretKeys';
import type { WebhookScheme } from '../webhookScheme';

/**
 * Stripe: every `v1` of the header, so that a rolled secret works. Classic events and thin event notifications (`v2.core.event`).
 *
 * @see https://docs.stripe.com/webhooks/signature
 * @see https://docs.stripe.com/event-destinations
 */
export const stripe: WebhookScheme = {
	name: 'stripe',
	label: 'Stripe',
	source: '/stripe',
	secretHint:
		'In Stripe, open Workbench > Webhooks and the endpoint, then Signing secret > Reveal. It starts with whsec_.',
	documentation: 'https://docs.stripe.com/webhooks/signature',
	repeats: 'Stripe repeats a delivery for up to three days if it gets no 2xx answer in time.',
	variants: [
		{
			signature: {
				signature: {
					headers: ['stripe-signature'],
					form: 'parts',
					named: { v1: { algorithm: 'sha256', encoding: 'hex' } },
				},
				signed: '{timestamp}.{body}',
				timestamp: { places: ['signature:t'], unit: 'seconds', toleranceSeconds: 300 },
				keys: textKeys('sha256'),
			},
			event: {
				name: ['body:type'],
				id: ['body:id'],
				idIsSigned: true,
				time: ['body:created'],
				subject: ['body:data.object.id', 'body:related_object.id'],
				account: ['body:account', 'body:context'],
			},
		},
	],
};
