import { fieldOf, textOf } from '../../../lib/event/json';
import type { Answer } from '../../../lib/receive/provider';
import { HmacKey } from '../../../lib/signature/hmacKey';
import { textKeys } from '../../../lib/signature/secretKeys';
import type { ChallengeContext, WebhookScheme } from '../webhookScheme';

/**
 * Zoom: deliveries have no id. Every 72 hours Zoom asks, signed, whether the address still knows the
 * secret; asked unsigned, the answer would be a signature of whatever somebody wants signed.
 *
 * @see https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events
 * @see https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint
 */
export const zoom: WebhookScheme = {
	name: 'zoom',
	label: 'Zoom',
	source: '/zoom',
	secretHint:
		'In the Zoom App Marketplace, open Manage and the app, then Feature > Access > Secret Token.',
	documentation: 'https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events',
	repeats:
		'Zoom waits 3 seconds. After any answer other than 2xx, it repeats a delivery after 5, 20 and 60 more minutes.',
	challenge: urlValidation,
	variants: [
		{
			signature: {
				signature: {
					headers: ['x-zm-signature'],
					form: 'whole',
					named: { v0: { algorithm: 'sha256', encoding: 'hex', prefix: 'v0=' } },
				},
				signed: 'v0:{timestamp}:{body}',
				timestamp: {
					places: ['header:x-zm-request-timestamp'],
					unit: 'either',
					toleranceSeconds: 300,
				},
				keys: textKeys('sha256'),
			},
			event: {
				name: ['body:event'],
				id: [],
				idIsSigned: true,
				digestOf: 'body',
				time: ['body:event_ts'],
				subject: ['body:payload.object.uuid', 'body:payload.object.id'],
				account: ['body:payload.account_id'],
			},
		},
	],
};

const NOT_SIGNED: Answer = { status: 401, headers: {}, body: { error: 'signature_mismatch' } };

function urlValidation(body: unknown, { secret }: ChallengeContext): Answer | undefined {
	if (fieldOf(body, 'event') !== 'endpoint.url_validation') return undefined;
	const plainToken = textOf(fieldOf(body, 'payload', 'plainToken'));
	if (plainToken === undefined) return undefined;
	// Still a question, which starts nothing.
	if (secret === undefined) return NOT_SIGNED;
	const key = new HmacKey('sha256', Buffer.from(secret, 'utf8'));
	const encryptedToken = key.sign([plainToken], 'hex');
	return { status: 200, headers: {}, body: { plainToken, encryptedToken } };
}
