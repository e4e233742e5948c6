import { textKeys } from '../../../lib/signature/secretKeys';
import type { SignedSpellings } from '../../../lib/signature/signatureScheme';
import { firstTextAt, textAt, type PlaceSource } from '../../../lib/signature/valuePlace';
import type { WebhookScheme } from '../webhookScheme';

const ID_PLACES = ['header:x-event-id', 'header:x-hook0-eventid'] as const;

/**
 * Hook0: `v1` covers the time, the headers that `h` names and the body; `v0`, which is older, the time
 * and the body. Where both are sent `v1` alone counts, or whoever can change a header could take `v0`.
 *
 * What `v1` covers joins the values of headers by dots. The ID is a UUID: one with a dot is not Hook0's,
 * and an event is known by it alone.
 *
 * @see https://documentation.hook0.com/tutorials/webhook-authentication
 */
export const hook0: WebhookScheme = {
	name: 'hook0',
	label: 'Hook0',
	source: '/hook0',
	secretHint: 'In Hook0, the Secret of the subscription.',
	documentation: 'https://documentation.hook0.com/tutorials/webhook-authentication',
	repeats:
		'Hook0 waits 15 seconds. After any answer other than 2xx, it repeats a delivery for days, with longer and longer pauses.',
	variants: [
		{
			signature: {
				signature: {
					headers: ['x-hook0-signature'],
					form: 'parts',
					named: {
						v1: { algorithm: 'sha256', encoding: 'hex', signed: withHeaders },
						v0: { algorithm: 'sha256', encoding: 'hex', signed: withoutHeaders },
					},
				},
				signed: '{timestamp}.{body}',
				timestamp: { places: ['signature:t'], unit: 'seconds', toleranceSeconds: 300 },
				keys: textKeys('sha256'),
			},
			event: {
				name: ['header:x-event-type', 'body:event_type', 'body:type'],
				id: ID_PLACES,
				// Only where `h` names them.
				idIsSigned: false,
				knownBy: 'id',
				time: ['signature:t'],
				subject: ['body:data.id'],
			},
		},
	],
};

/** @returns undefined where a header that is signed was not sent: an empty one is another */
function withHeaders(source: PlaceSource): SignedSpellings {
	if (firstTextAt(ID_PLACES, source)?.includes('.') === true) return 'changed';
	const listed = source.parts.get('h') ?? '';
	const names = listed === '' ? [] : listed.split(' ');
	const values = names.map((name) => textAt(`header:${name}`, source));
	if (values.includes(undefined)) return undefined;
	const time = source.parts.get('t') ?? '';
	return [[`${time}.${listed}.${values.join('.')}.`, source.delivery.rawBody]];
}

function withoutHeaders(source: PlaceSource): SignedSpellings {
	if (source.parts.has('v1')) return undefined;
	return [[`${source.parts.get('t') ?? ''}.`, source.delivery.rawBody]];
}
