import type { MatchedSignature } from '../event/envelope';
import { decodeBase64 } from '../receive/encodedBytes';
import { Ed25519Key } from './ed25519Key';
import { HmacKey, type HmacAlgorithm } from './hmacKey';
import { InvalidKeyError, type KeyReader, type VerifyingKey } from './signatureScheme';
import type { SecretKey, SecretKeys } from './signatureVerdict';

/** A secret as the user entered it, and which of the two it is. */
export interface NamedSecret {
	readonly text: string;
	readonly secret: MatchedSignature['secret'];
}

/** Names of keys come from outside; so many of them are remembered. */
const MOST_KEY_IDS = 16;

/**
 * Keys of a user's secrets, made when they are first needed and kept as long as this object.
 */
export class SecretKeyring {
	private readonly made = new Map<KeyReader, Map<string | undefined, readonly SecretKey[]>>();

	/** @param secrets the current one first */
	constructor(readonly secrets: readonly NamedSecret[]) {}

	/**
	 * The keys that a scheme makes of the secrets. One that cannot be read does not keep the other from
	 * being used.
	 */
	keys(read: KeyReader): SecretKeys {
		return (keyId) => {
			let byId = this.made.get(read);
			if (byId === undefined) {
				byId = new Map();
				this.made.set(read, byId);
			}
			let keys = byId.get(keyId);
			if (keys === undefined) {
				keys = this.make(read, keyId);
				if (byId.size >= MOST_KEY_IDS) byId.clear();
				byId.set(keyId, keys);
			}
			return keys;
		};
	}

	/** @throws {InvalidKeyError} where none of the secrets can be read */
	private make(read: KeyReader, keyId: string | undefined): SecretKey[] {
		const keys: SecretKey[] = [];
		let problem: unknown;
		for (const { text, secret } of this.secrets) {
			try {
				keys.push(...read(text, keyId).map((key) => ({ key, secret })));
			} catch (error) {
				problem ??= error;
			}
		}
		if (keys.length === 0 && problem !== undefined) throw problem as Error;
		return keys;
	}
}

/** A secret without blanks around it, nor the quotes that come along from configuration files. */
export function unquoted(secret: string): string {
	return secret.trim().replace(/^(["'])(.*)\1$/, '$2');
}

/**
 * Reads a secret as the bytes of its text. Blanks and quotes around it may have been pasted with it, or
 * belong to it: both count.
 */
export function textKeys(algorithm: HmacAlgorithm): KeyReader {
	return (secret) => {
		const texts = new Set([secret.trim(), secret, unquoted(secret)].filter((text) => text !== ''));
		return [...texts].map((text) => new HmacKey(algorithm, Buffer.from(text, 'utf8')));
	};
}

/** Reads a secret that is base64 of the key. */
export function base64Keys(algorithm: HmacAlgorithm): KeyReader {
	return (secret) => {
		const bytes = decodeBase64(secret.trim());
		if (bytes === undefined) throw new InvalidKeyError('is not base64');
		return [new HmacKey(algorithm, bytes)];
	};
}

const PEM = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/;

/**
 * Reads a public key of Ed25519: 32 bytes in hex or base64, or a PEM block.
 *
 * @throws {InvalidKeyError}
 */
export function ed25519Keys(text: string): readonly VerifyingKey[] {
	const key = ed25519KeyOf(text.trim());
	if (key !== undefined) return [key];
	throw new InvalidKeyError(
		'is not an Ed25519 public key: 64 hexadecimal digits, base64 of 32 bytes, or a PEM block',
	);
}

function ed25519KeyOf(text: string): Ed25519Key | undefined {
	const pem = PEM.exec(text)?.[1];
	if (pem !== undefined) return Ed25519Key.fromSpki(Buffer.from(pem, 'base64'));
	if (/^[0-9a-f]{64}$/i.test(text)) return Ed25519Key.fromBytes(Buffer.from(text, 'hex'));
	const bytes = decodeBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
	return bytes && (Ed25519Key.fromBytes(bytes) ?? Ed25519Key.fromSpki(bytes));
}
