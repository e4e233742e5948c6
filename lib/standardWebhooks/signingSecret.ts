import { randomBytes } from 'node:crypto';
import { SECRET_PREFIX } from './verify';

/** Standard Webhooks 1.0 want 24 to 64. */
const SECRET_BYTES = 32;

/** A new secret to sign deliveries with: `whsec_` and base64 of 32 random bytes. */
export function createSigningSecret(): string {
	return `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}
