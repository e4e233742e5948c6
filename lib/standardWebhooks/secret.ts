import { createPrivateKey, createPublicKey, sign, type KeyObject, randomBytes } from 'node:crypto';
import { decodeBase64 } from '../receive/encodedBytes';
import { SECRET_PREFIX } from './verify';

/** An Ed25519 key that signs deliveries as `v1a`. */
export interface AsymmetricKey {
	readonly privateKey: KeyObject;
	/** `whpk_…`: what receivers verify with; no secret. */
	readonly publicKey: string;
}

/** A `whsk_` key that cannot be read; the message says why and holds nothing of it. */
export class InvalidSigningKeyError extends Error {
	override readonly name = 'InvalidSigningKeyError';
}

/** Stands before the base64 of a private key. */
export const ASYMMETRIC_PREFIX = 'whsk_';

const PUBLIC_PREFIX = 'whpk_';

const SEED_BYTES = 32;

/** Seed and public key, one after the other, as libsodium writes a secret key. */
const LIBSODIUM_BYTES = 64;

/** What stands before the seed in PKCS #8, RFC 8410 section 7. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Reads an Ed25519 key as Standard Webhooks write it: `whsk_` and base64 of the seed (32 bytes), or of
 * the seed and the public key (64 bytes).
 *
 * @throws {InvalidSigningKeyError}
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function readAsymmetricKey(text: string): AsymmetricKey {
	const trimmed = text.trim();
	if (!trimmed.startsWith(ASYMMETRIC_PREFIX)) {
		throw new InvalidSigningKeyError(`does not start with "${ASYMMETRIC_PREFIX}"`);
	}
	const bytes = decodeBase64(trimmed.slice(ASYMMETRIC_PREFIX.length));
	if (bytes === undefined) {
		throw new InvalidSigningKeyError(
			`starts with "${ASYMMETRIC_PREFIX}", but the rest is not base64`,
		);
	}
	if (bytes.length !== SEED_BYTES && bytes.length !== LIBSODIUM_BYTES) {
		throw new InvalidSigningKeyError(
			`has ${bytes.length} bytes, but an Ed25519 key has ${SEED_BYTES} or ${LIBSODIUM_BYTES}`,
		);
	}
	const privateKey = createPrivateKey({
		key: Buffer.concat([PKCS8_HEAD, bytes.subarray(0, SEED_BYTES)]),
		format: 'der',
		type: 'pkcs8',
	});
	const publicBytes = publicBytesOf(privateKey);
	if (bytes.length === LIBSODIUM_BYTES && !publicBytes.equals(bytes.subarray(SEED_BYTES))) {
		throw new InvalidSigningKeyError('contains a public key that does not match the private key');
	}
	return { privateKey, publicKey: `${PUBLIC_PREFIX}${publicBytes.toString('base64')}` };
}

/** `v1a,<base64>` over the signed content. */
export function asymmetricSignature(content: Buffer, { privateKey }: AsymmetricKey): string {
	return `v1a,${sign(null, content, privateKey).toString('base64')}`;
}

/** The key itself is the end of its SubjectPublicKeyInfo, RFC 8410 section 4. */
function publicBytesOf(privateKey: KeyObject): Buffer {
	return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-SEED_BYTES);
}

/** Standard Webhooks 1.0 want 24 to 64. */
const SECRET_BYTES = 32;

/** A new secret to sign deliveries with: `whsec_` and base64 of 32 random bytes. */
export function createSigningSecret(): string {
	return `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** Bytes, as Standard Webhooks asks for. */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/**
 * Whether a text is a signing secret as Standard Webhooks 1.0 has them: `whsec_` and base64.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function isSigningSecret(text: string): boolean {
	if (!text.startsWith(SECRET_PREFIX)) return false;
	const bytes = decodeBase64(text.slice(SECRET_PREFIX.length));
	return bytes !== undefined && bytes.length >= LEAST_BYTES && bytes.length <= MOST_BYTES;
}
