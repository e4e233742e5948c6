import { textKeys } from '../../../lib/signature/secretKeys';
import type { WebhookScheme } from '../webhookScheme';

/** The three attempts, each with its time limit, and the pauses between. */
const REPEATS_MS = 60_000;

/**
 * Frappe and ERPNext: a document of the DocType Webhook. The body holds what the user chose and nothing
 * else, so there is no id; without the field `modified` the same content may be another change.
 *
 * @see https://docs.frappe.io/framework/user/en/guides/integration/webhooks
 * @see https://github.com/frappe/frappe/blob/develop/frappe/integrations/doctype/webhook/webhook.py
 */
export const frappe: WebhookScheme = {
	name: 'frappe',
	label: 'Frappe / ERPNext',
	source: '/frappe',
	secretHint:
		'In the Webhook document, turn on Enable Security and enter your own Webhook Secret. Choose POST, and include the fields doctype, name and modified, which identify the event.',
	documentation: 'https://docs.frappe.io/framework/user/en/guides/integration/webhooks',
	repeats:
		'Frappe waits 5 seconds unless the document sets another time, and tries three times within half a minute.',
	variants: [
		{
			signature: {
				signature: {
					headers: ['x-frappe-webhook-signature'],
					form: 'whole',
					named: { sha256: { algorithm: 'sha256', encoding: 'base64' } },
				},
				signed: '{body}',
				keys: textKeys('sha256'),
			},
			event: {
				name: ['body:event', 'body:doctype'],
				id: [],
				idIsSigned: true,
				time: ['body:modified'],
				repeatsWithinMs: REPEATS_MS,
				subject: ['body:name'],
			},
		},
	],
};
