import { textKeys } from '../../../lib/signature/secretKeys';
import type { SignedSpellings } from '../../../lib/signature/signatureScheme';
import { textAt, type PlaceSource } from '../../../lib/signature/valuePlace';
import type { WebhookScheme } from '../webhookScheme';

/**
 * No longer than the trigger remembers by default: a signature that is still accepted is one that is
 * known when it comes again. Whether a repeat has the time of the first attempt is nowhere said.
 */
const TOLERANCE_SECONDS = 96 * 3600;

/**
 * Mercado Pago signs the ID of the resource, the ID of the request and the time, not the body: whoever
 * has seen one delivery could send it with another body. So an event is known by what is signed alone,
 * its `subject` is the signed ID, and all that the body says, its own name and ID included, has to be
 * asked of Mercado Pago's API. Notifications of QR codes are not signed.
 *
 * Its SDK took the ID in lower case until 3.1.0 and as it is since 3.2, and the time as milliseconds
 * until 3.2 and as seconds later: both are accepted.
 *
 * @see https://www.mercadopago.com.br/developers/en/docs/your-integrations/notifications/webhooks
 * @see https://github.com/mercadopago/sdk-nodejs/pull/439
 */
export const mercadoPago: WebhookScheme = {
	name: 'mercadoPago',
	label: 'Mercado Pago',
	source: '/mercado-pago',
	secretHint:
		'In Your integrations, open the application, then Webhooks > Configure notifications > Secret signature. Only the ID of the resource is signed, so get all other data from the API.',
	documentation:
		'https://www.mercadopago.com.br/developers/en/docs/your-integrations/notifications/webhooks',
	repeats:
		'Mercado Pago waits 22 seconds for 200 or 201, and repeats a notification every 15 minutes, later less often.',
	whyMismatch:
		"the secret in the credential is not Mercado Pago's, or a proxy changes the header x-request-id, which is signed",
	variants: [
		{
			signature: {
				signature: {
					headers: ['x-signature'],
					form: 'parts',
					named: { v1: { algorithm: 'sha256', encoding: 'hex' } },
				},
				signed: manifests,
				timestamp: {
					places: ['signature:ts'],
					unit: 'either',
					toleranceSeconds: TOLERANCE_SECONDS,
				},
				keys: textKeys('sha256'),
			},
			event: {
				name: ['body:action', 'query:type', 'body:type', 'query:topic', 'body:topic'],
				id: [],
				idIsSigned: true,
				knownBy: 'id',
				bodyIsSigned: false,
				time: ['signature:ts'],
				subject: ['query:data.id'],
			},
		},
	],
};

/** With the ID as it is, and in lower case where that is another. */
function manifests(source: PlaceSource): SignedSpellings {
	const id = textAt('query:data.id', source);
	const request = part('request-id', textAt('header:x-request-id', source));
	const others = request + part('ts', source.parts.get('ts'));
	const asItIs = [part('id', id) + others];
	const lower = id?.toLowerCase();
	return lower === id ? [asItIs] : [asItIs, [part('id', lower) + others]];
}

/** A part that the delivery lacks is left out, with its name. */
function part(name: string, value = ''): string {
	const text = value.trim();
	return text === '' ? '' : `${name}:${text};`;
}
