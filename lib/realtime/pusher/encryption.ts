import { createHash, randomBytes } from 'node:crypto';
import { secretbox } from 'tweetnacl';

/** A payload of an encrypted channel as it travels, both fields in base64. */
export interface EncryptedPayload {
	readonly nonce: string;
	readonly ciphertext: string;
}

/**
 * The key of one encrypted channel.
 *
 * @param masterKey 32 bytes that the server never sees
 * @see https://pusher.com/docs/channels/using_channels/encrypted-channels/
 */
export function channelKey(masterKey: Buffer, channel: string): Buffer {
	return createHash('sha256').update(channel).update(masterKey).digest();
}

/** Encrypts a text with NaCl's secretbox. */
export function encrypt(text: string, key: Buffer): EncryptedPayload {
	const nonce = randomBytes(secretbox.nonceLength);
	const ciphertext = secretbox(Buffer.from(text), nonce, key);
	return {
		nonce: nonce.toString('base64'),
		ciphertext: Buffer.from(ciphertext).toString('base64'),
	};
}

/** @returns undefined where it was not encrypted with this key */
export function decrypt(payload: unknown, key: Buffer): string | undefined {
	if (typeof payload !== 'object' || payload === null) return undefined;
	const { nonce, ciphertext } = payload as { nonce?: unknown; ciphertext?: unknown };
	if (typeof nonce !== 'string' || typeof ciphertext !== 'string') return undefined;
	const nonceBytes = Buffer.from(nonce, 'base64');
	if (nonceBytes.length !== secretbox.nonceLength) return undefined;
	const text = secretbox.open(Buffer.from(ciphertext, 'base64'), nonceBytes, key);
	return text === null ? undefined : Buffer.from(text).toString('utf8');
}
