import { HmacKey } from '../../../lib/signature/hmacKey';
import type {
	KeyReader,
	SignatureForm,
	SignatureScheme,
	SignedSpellings,
} from '../../../lib/signature/signatureScheme';
import type { PlaceSource } from '../../../lib/signature/valuePlace';
import type { EventPlaces, WebhookScheme } from '../webhookScheme';

const TOLERANCE_SECONDS = 300;

/** The longest that a delivery is under way without an answer, several times over. */
const REPEATS_MS = 300_000;

/** Convoy's projects choose the hash and the encoding; their lengths tell which. */
const FORMS: readonly SignatureForm[] = [
	{ algorithm: 'sha256', encoding: 'hex' },
	{ algorithm: 'sha256', encoding: 'base64' },
	{ algorithm: 'sha512', encoding: 'hex' },
	{ algorithm: 'sha512', encoding: 'base64' },
];

const HEADERS = ['x-convoy-signature'] as const;

const keys: KeyReader = (secret) => {
	const bytes = Buffer.from(secret.trim(), 'utf8');
	return [new HmacKey('sha256', bytes), new HmacKey('sha512', bytes)];
};

/** `t=…,v1=…,v2=…`: one of each hash of the project and each secret; the first hash is always there. */
const advanced: SignatureScheme = {
	signature: {
		headers: HEADERS,
		form: 'parts',
		named: { v1: FORMS },
	},
	signed: '{timestamp},{body}',
	timestamp: { places: ['signature:t'], unit: 'seconds', toleranceSeconds: TOLERANCE_SECONDS },
	keys,
};

const simple: SignatureScheme = {
	signature: { headers: HEADERS, form: 'whole', named: { simple: FORMS } },
	signed: bodyAlone,
	keys,
};

/**
 * What the advanced form signs, `1700000000,{…}`, must not pass for a body of the simple form: it would
 * be let in at any time. No JSON begins like that.
 */
function bodyAlone({ delivery: { rawBody } }: PlaceSource): SignedSpellings {
	return /^\d+,/.test(rawBody.toString('latin1', 0, 32)) ? undefined : [[rawBody]];
}

const event: EventPlaces = {
	name: ['body:event_type', 'body:event', 'body:type'],
	id: ['header:x-convoy-event-id', 'header:x-convoy-idempotency-key'],
	idIsSigned: false,
	subject: ['body:data.id'],
};

/**
 * Convoy, in its two forms, whichever was sent. Its bodies are its user's own; the ID of the event
 * comes in a header that is not signed, where the project is told so.
 *
 * @see https://getconvoy.io/docs/product-manual/signatures
 * @see https://github.com/frain-dev/convoy/blob/main/pkg/signature/signature.go
 */
export const convoy: WebhookScheme = {
	name: 'convoy',
	label: 'Convoy',
	source: '/convoy',
	secretHint:
		'In Convoy, the Signing Secret of the endpoint. Turn on the headers with the event ID in the project settings, so that duplicates are recognized.',
	documentation: 'https://getconvoy.io/docs/product-manual/signatures',
	repeats:
		'Convoy waits 10 seconds unless the endpoint sets another time, and repeats a delivery after any answer other than 2xx as often as the project defines.',
	variants: [
		{ signature: advanced, event },
		{ signature: simple, event: { ...event, repeatsWithinMs: REPEATS_MS } },
	],
};
