import type { Delivery, RefusalReason } from '../../lib/receive/provider';
import type { SecretKeyring } from '../../lib/signature/secretKeys';
import type {
	SignatureForm,
	SignatureScheme,
	TimestampPlace,
} from '../../lib/signature/signatureScheme';
import { signatureVerdict } from '../../lib/signature/signatureVerdict';
import { templateParts } from '../../lib/signature/signedContent';
import type { ValuePlace } from '../../lib/signature/valuePlace';
import type { CustomMethod } from './customScheme';
import { SCHEMES } from './schemes';
import { problemOf } from './settings';
import type { WebhookScheme } from './webhookScheme';

/** A delivery that was refused, with what it was held against. */
interface Refused {
	readonly scheme: WebhookScheme;
	/** The scheme's way to sign that was checked. */
	readonly signature: SignatureScheme;
	readonly delivery: Delivery;
	readonly keyring: SecretKeyring;
	readonly reason: RefusalReason;
}

/**
 * What was expected of a delivery with a signature, and what to look at. Names of headers are those of the
 * scheme: nothing that the sender wrote is repeated.
 */
export function explainSignature(refused: Refused): string | undefined {
	const { scheme, signature, reason } = refused;
	switch (reason) {
		case 'signature_missing':
			return missing(refused);
		case 'signature_malformed':
			return `${expected(signature)}. ${
				isCustom(scheme)
					? "Compare 'Algorithm', 'Encoding', 'Signature Prefix' and 'Signed Content' with what the sender does"
					: `The sender signs in a different way than '${scheme.label}', which is chosen in 'Scheme'`
			}`;
		case 'signature_mismatch':
			return mismatch(refused);
		case 'timestamp_missing':
			return signature.timestamp && `expected is ${timeWords(signature.timestamp)}`;
		case 'timestamp_outside_tolerance':
			return signature.timestamp && outside(scheme, signature.timestamp);
		default:
			return undefined;
	}
}

/** The same of a sender that shows a secret as it is. */
export function explainToken(
	method: Exclude<CustomMethod, 'signature'>,
	header: string,
	reason: RefusalReason,
): string | undefined {
	const isBasic = method === 'basicAuth';
	const where = isBasic ? 'user and password in the header authorization' : `the header ${header}`;
	switch (reason) {
		case 'signature_missing':
			return `expected is ${where}, which the sender did not send`;
		case 'signature_mismatch':
			return isBasic
				? `${where} are not those in 'Secret' of the credential, which is user:password`
				: `what is in ${where} is not 'Secret' of the credential`;
		default:
			return undefined;
	}
}

function missing({ scheme, delivery: { headers } }: Refused): string {
	const names = [
		...new Set(scheme.variants.flatMap(({ signature }) => signature.signature.headers)),
	];
	const others = SCHEMES.filter(({ name, variants }) => {
		if (name === scheme.name) return false;
		return variants.some(({ signature }) =>
			signature.signature.headers.some((header) => headers[header] !== undefined),
		);
	});
	const fits = others.map(({ label }) => `'${label}'`).join(' or ');
	return `expected is the header ${names.join(' or ')}, which the sender did not send. ${
		fits === ''
			? `No secret is set there, a proxy drops the header, or ${isCustom(scheme) ? "'Signature Header'" : "'Scheme'"} is wrong`
			: `It sent a header of ${fits}, so choose that in 'Scheme'`
	}`;
}

function mismatch({ scheme, signature, delivery, keyring }: Refused): string | undefined {
	const other = scheme.otherReadings?.find(({ keys }) => {
		// A secret that cannot be read this way explains nothing.
		if (problemOf(() => keyring.keys(keys)()) !== undefined) return false;
		return signatureVerdict(delivery, signature, keyring.keys(keys)).result === 'verified';
	});
	if (other !== undefined) return other.advice;
	if (!UNDONE.test(delivery.headers['content-encoding'] ?? '')) {
		return 'the body is compressed in a way that n8n cannot undo. Let the sender or the proxy send it as it is, or with gzip';
	}
	return scheme.whyMismatch;
}

/** What n8n undoes of a `Content-Encoding` before anybody sees the bytes; anything else stays. */
const UNDONE = /^(?:|gzip|deflate|identity)$/i;

function outside(scheme: WebhookScheme, timestamp: TimestampPlace): string {
	const { toleranceSeconds = 0 } = timestamp;
	const hours = toleranceSeconds / 3600;
	const limit = Number.isInteger(hours) ? `${hours} hours` : `${toleranceSeconds} seconds`;
	const unit = isCustom(scheme) ? ", 'Timestamp Unit' is wrong" : '';
	return `expected is ${timeWords(timestamp)}, at most ${limit} from the clock of n8n. The clock of the sender or of n8n is wrong${unit}, or the delivery came late`;
}

function isCustom({ name }: WebhookScheme): boolean {
	return name === 'custom';
}

/** Such as `expected in the header stripe-signature: HMAC-SHA256 in hex after v1=`. */
function expected({ signature, signed, timestamp }: SignatureScheme): string {
	const forms = Object.entries(signature.named).flatMap(([name, named]) =>
		('algorithm' in named ? [named] : named).map((form) => formWords(form, signature.form, name)),
	);
	const parts = typeof signed === 'string' ? templateParts(signed) : [];
	const covered = parts.flatMap((part) =>
		part.kind === 'place' && !part.isOptional ? [placeWords(part.place)] : [],
	);
	return [
		`expected in the header ${signature.headers.join(' or ')}: ${forms.join(' or ')}`,
		...(timestamp === undefined ? [] : [timeWords(timestamp)]),
		...covered,
	].join(', with ');
}

function formWords(
	{ algorithm, encoding, prefix = '' }: SignatureForm,
	form: SignatureScheme['signature']['form'],
	name: string,
): string {
	const before = { whole: '', parts: `${name}=`, versions: `${name},` }[form] + prefix;
	const how = algorithm === 'ed25519' ? 'Ed25519' : `HMAC-${algorithm.toUpperCase()}`;
	return `${how} in ${encoding}${before === '' ? '' : ` after ${before}`}`;
}

const UNITS = {
	seconds: 'in seconds since 1970',
	milliseconds: 'in milliseconds since 1970',
	either: 'in seconds or milliseconds since 1970',
	iso: 'as ISO 8601',
} as const satisfies Readonly<Record<TimestampPlace['unit'], string>>;

function timeWords({ places, unit }: TimestampPlace): string {
	return `the time ${UNITS[unit]} in ${places.map(placeWords).join(' or ')}`;
}

function placeWords(place: ValuePlace): string {
	const colon = place.indexOf(':');
	const name = place.slice(colon + 1);
	switch (place.slice(0, colon)) {
		case 'header':
			return `the header ${name}`;
		case 'query':
			return `${name} in the query of the URL`;
		case 'signature':
			return `${name}= of the header with the signature`;
		default:
			return `${name} in the body`;
	}
}
