import { fieldOf } from '../../../lib/event/json';
import { textKeys } from '../../../lib/signature/secretKeys';
import { parseFormPayload } from '../parseBody';
import type { WebhookScheme } from '../webhookScheme';

/**
 * GitHub: JSON, or a form whose `payload` holds the JSON; the signature covers the bytes of either.
 * The delivery's id stands in a header that is not signed. A new webhook is greeted with `ping`.
 *
 * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const github: WebhookScheme = {
	name: 'github',
	label: 'GitHub',
	source: '/github',
	secretHint: 'In GitHub, the Secret that you enter under Settings > Webhooks.',
	documentation: 'https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries',
	repeats:
		'GitHub waits 10 seconds and never repeats a delivery by itself; it can be redelivered manually for three days.',
	parse: parseFormPayload,
	challenge: (body, { delivery: { headers } }) =>
		headers['x-github-event'] === 'ping' && typeof fieldOf(body, 'zen') === 'string'
			? { status: 200, headers: {}, body: { received: true } }
			: undefined,
	variants: [
		{
			signature: {
				signature: {
					headers: ['x-hub-signature-256'],
					form: 'whole',
					named: { sha256: { algorithm: 'sha256', encoding: 'hex', prefix: 'sha256=' } },
				},
				signed: '{body}',
				keys: textKeys('sha256'),
			},
			event: {
				name: ['header:x-github-event'],
				id: ['header:x-github-delivery'],
				idIsSigned: false,
				subject: ['body:repository.full_name', 'body:organization.login'],
				account: ['body:repository.full_name', 'body:organization.login'],
			},
		},
	],
};
