import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { ContentPiece } from './hmacKey';

export const ED25519_SIGNATURE_BYTES = 64;

const KEY_BYTES = 32;

/** What stands before the key in its SubjectPublicKeyInfo, RFC 8410 section 4. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** A public key of Ed25519 (RFC 8032): what it verifies it cannot sign. */
export class Ed25519Key {
	private constructor(private readonly key: KeyObject) {}

	/**
	 * @param bytes the 32 bytes of the key itself
	 * @returns undefined where it is none
	 */
	static fromBytes(bytes: Buffer): Ed25519Key | undefined {
		if (bytes.length !== KEY_BYTES) return undefined;
		return Ed25519Key.fromSpki(Buffer.concat([SPKI_HEAD, bytes]));
	}

	/**
	 * @param spki the key in a SubjectPublicKeyInfo, in DER
	 * @returns undefined where it is none, or one of another algorithm
	 */
	static fromSpki(spki: Buffer): Ed25519Key | undefined {
		try {
			const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
			return key.asymmetricKeyType === 'ed25519' ? new Ed25519Key(key) : undefined;
		} catch {
			return undefined;
		}
	}

	/** Whether the signature is that of the pieces, one after the other. */
	verifies(signature: Buffer, pieces: readonly ContentPiece[]): boolean {
		const [only] = pieces;
		const content =
			pieces.length === 1 && Buffer.isBuffer(only)
				? only
				: Buffer.concat(
						pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
					);
		return verify(null, content, this.key, signature);
	}
}
