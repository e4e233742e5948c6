import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts a text with a key derived from a secret, so that it may be kept where people can look.
 *
 * @returns base64 of salt, nonce, tag and cipher text
 */
export function sealText(text: string, secret: string): string {
	const salt = randomBytes(SALT_BYTES);
	const nonce = randomBytes(NONCE_BYTES);
	const cipher = createCipheriv(CIPHER, deriveKey(secret, salt), nonce);
	const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
	return Buffer.concat([salt, nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

/**
 * Decrypts what `sealText` made.
 *
 * @param secrets those that it may have been sealed with
 * @returns undefined where none of them fits
 */
export function openText(sealed: string, secrets: readonly string[]): string | undefined {
	const bytes = Buffer.from(sealed, 'base64');
	const salt = bytes.subarray(0, SALT_BYTES);
	const nonce = bytes.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES);
	const tag = bytes.subarray(SALT_BYTES + NONCE_BYTES, SALT_BYTES + NONCE_BYTES + TAG_BYTES);
	const body = bytes.subarray(SALT_BYTES + NONCE_BYTES + TAG_BYTES);
	for (const secret of secrets) {
		try {
			const decipher = createDecipheriv(CIPHER, deriveKey(secret, salt), nonce, {
				authTagLength: TAG_BYTES,
			});
			decipher.setAuthTag(tag);
			return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
		} catch {
			// Sealed with another secret: the tag does not match. Try the next one.
		}
	}
	return undefined;
}

function deriveKey(secret: string, salt: Buffer): Buffer {
	return Buffer.from(hkdfSync('sha256', secret, salt, 'n8n-nodes-realtime-webhooks/seal', 32));
}
