import { HmacKey } from '../../../lib/signature/hmacKey';
import type { KeyReader } from '../../../lib/signature/signatureScheme';
import { textKeys } from '../../../lib/signature/secretKeys';
import type { WebhookScheme } from '../webhookScheme';

/**
 * Pusher Channels, and servers that send its webhooks, such as soketi: several events in one delivery,
 * signed with the secret of the key that a header names. The content type does not matter: the
 * vendor's own check refuses `application/json; charset=utf-8`.
 *
 * @see https://pusher.com/docs/channels/server_api/webhooks/
 */
export const pusher: WebhookScheme = {
	name: 'pusher',
	label: 'Pusher Channels',
	source: '/pusher',
	secretHint:
		'In Pusher, open the app, then App Keys > secret. An app with several keys signs with the oldest one. Enter key:secret to tie the secret to its key.',
	documentation: 'https://pusher.com/docs/channels/server_api/webhooks/',
	repeats:
		'Pusher waits 4 seconds. After any answer other than 2xx, it repeats a delivery for 5 minutes, with longer and longer pauses.',
	each: 'events',
	variants: [
		{
			signature: {
				signature: {
					headers: ['x-pusher-signature'],
					form: 'whole',
					named: { sha256: { algorithm: 'sha256', encoding: 'hex' } },
				},
				signed: '{body}',
				keyId: 'header:x-pusher-key',
				keys: secretOfKey,
			},
			event: {
				name: ['body:name'],
				id: [],
				idIsSigned: true,
				time: ['body:time_ms'],
				subject: ['body:channel'],
			},
		},
	],
};

const READ_TEXT = textKeys('sha256');

/** `key:secret` counts for its own key only, a secret alone for every key. */
function secretOfKey(...[secret, keyId]: Parameters<KeyReader>): ReturnType<KeyReader> {
	const text = secret.trim();
	const own = keyId !== undefined && text.startsWith(`${keyId}:`);
	const rest = own ? text.slice(keyId.length + 1).trim() : '';
	// An empty secret is none: with it anybody could sign.
	return rest === '' ? READ_TEXT(secret) : [new HmacKey('sha256', Buffer.from(rest, 'utf8'))];
}
