import { textKeys } from '../../../lib/signature/secretKeys';
import type { WebhookScheme } from '../webhookScheme';

/**
 * Typeform: base64 behind `sha256=`, where most have hex.
 *
 * @see https://www.typeform.com/developers/webhooks/secure-your-webhooks/
 */
export const typeform: WebhookScheme = {
	name: 'typeform',
	label: 'Typeform',
	source: '/typeform',
	secretHint:
		'In Typeform, open Connect > Webhooks of the form and click Edit. Use the text that you enter as Secret.',
	documentation: 'https://www.typeform.com/developers/webhooks/secure-your-webhooks/',
	repeats:
		'Typeform waits 30 seconds. It repeats for 10 hours after 408, 423, 429 and 503, five times after other failures, and disables the webhook at once after 404 and 410.',
	variants: [
		{
			signature: {
				signature: {
					headers: ['typeform-signature'],
					form: 'whole',
					named: { sha256: { algorithm: 'sha256', encoding: 'base64', prefix: 'sha256=' } },
				},
				signed: '{body}',
				keys: textKeys('sha256'),
			},
			event: {
				name: ['body:event_type'],
				id: ['body:event_id'],
				idIsSigned: true,
				time: ['body:form_response.submitted_at'],
				subject: ['body:form_response.token'],
				account: ['body:form_response.form_id'],
			},
		},
	],
};
