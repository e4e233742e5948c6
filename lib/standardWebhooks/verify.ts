import type { Delivery, Verdict } from '../receive/provider';
import { decodeBase64 } from '../receive/encodedBytes';
import { HmacKey } from '../signature/hmacKey';
import { unquoted } from '../signature/secretKeys';
import {
	InvalidKeyError,
	type KeyReader,
	type SignatureScheme,
} from '../signature/signatureScheme';
import { signatureVerdict, type SecretKey } from '../signature/signatureVerdict';

/** What Standard Webhooks are verified with, from `standardWebhooksKeys`; each key counts alone. */
export interface StandardWebhooksKeys {
	readonly keys: readonly Buffer[];
}

/** A secret that claims to be base64 and is not. */
export class InvalidSecretError extends InvalidKeyError {
	override readonly name = 'InvalidSecretError';
}

/** Both ways, as the specification recommends and its libraries do. */
const TOLERANCE_SECONDS = 300;

/** Secrets that look like base64 by chance are short. */
const SHORTEST_BASE64_KEY_BYTES = 16;

/** Stands before the base64 of a secret. */
export const SECRET_PREFIX = 'whsec_';

/**
 * Standard Webhooks 1.0: `v1` is HMAC-SHA256, `v1a` Ed25519, each over `<id>.<timestamp>.<body>`, one
 * signature for each key, spaces between.
 *
 * @param family what the headers begin with: Svix, who wrote the specification, has its own
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function standardWebhooksScheme(
	family: 'webhook' | 'svix',
	keys: KeyReader,
): SignatureScheme {
	return {
		signature: {
			headers: [`${family}-signature`],
			form: 'versions',
			named: {
				v1: { algorithm: 'sha256', encoding: 'base64' },
				v1a: { algorithm: 'ed25519', encoding: 'base64' },
			},
		},
		signed: `{header:${family}-id}.{timestamp}.{body}`,
		timestamp: {
			places: [`header:${family}-timestamp`],
			unit: 'seconds',
			toleranceSeconds: TOLERANCE_SECONDS,
		},
		keys,
	};
}

const SCHEME = standardWebhooksScheme('webhook', () => []);

/**
 * The verdict on a delivery signed with HMAC as Standard Webhooks 1.0 say.
 *
 * @param keys from `standardWebhooksKeys`
 */
export function standardWebhooksVerdict(
	delivery: Delivery,
	{ keys }: StandardWebhooksKeys,
): Verdict {
	const verdict = signatureVerdict(delivery, SCHEME, () => keys.map(hmacKeyOf));
	if (verdict.result !== 'verified') return verdict;
	// Which of the two secrets it was is not known of a list of keys.
	return { result: 'verified', verification: verdict.verification };
}

function hmacKeyOf(key: Buffer): SecretKey {
	return { key: new HmacKey('sha256', key), secret: 'current' };
}

/** A secret of the specification's form as dashboards and configuration files show it. */
const PASTED_SECRET = /^(?:v1,)?whsec_/i;

/**
 * The keys that a secret may stand for. `whsec_` and base64 is the form of the specification, also
 * as people paste it: in quotes, in upper case (`WHSEC_`), behind `v1,` as Supabase shows it. Of
 * other texts some senders use the bytes as they are and some decode them, so both may be meant.
 *
 * @throws {InvalidSecretError} where base64 is claimed and cannot be read
 */
export function standardWebhooksKeys(secret: string): Buffer[] {
	const bare = unquoted(secret);
	const isPasted = PASTED_SECRET.test(bare);
	const text = isPasted ? bare.replace(PASTED_SECRET, SECRET_PREFIX) : secret.trim();
	if (text.startsWith(SECRET_PREFIX)) {
		const key = decodeBase64(text.slice(SECRET_PREFIX.length));
		if (key === undefined) {
			throw new InvalidSecretError(`starts with "${SECRET_PREFIX}", but the rest is not base64`);
		}
		return [key];
	}
	if (text === '') return [];
	const decoded = decodeBase64(text);
	return decoded !== undefined && decoded.length >= SHORTEST_BASE64_KEY_BYTES
		? [Buffer.from(text, 'utf8'), decoded]
		: [Buffer.from(text, 'utf8')];
}
