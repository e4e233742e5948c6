import { decodeBase64, SECRET_PREFIX } from './verify';

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
