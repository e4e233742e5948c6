import { createHash, hash } from 'node:crypto';
import {
	asymmetricSignature,
	ASYMMETRIC_PREFIX,
	InvalidSigningKeyError,
	readAsymmetricKey,
	type AsymmetricKey,
} from './secret';
import { InvalidSecretError, standardWebhooksKeys } from './verify';

/** Keys that sign one subscriber's deliveries, read once for all of them. */
export interface DeliverySigner {
	readonly current: readonly SigningKey[];
	/** Sign beside the current ones until `until`. */
	readonly previous?: { readonly keys: readonly SigningKey[]; readonly until: Date };
}

export type SigningKey = HmacKey | AsymmetricKey;

/** SHA-256 works on blocks of so many bytes, and makes so many of them. */
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/** More than that is not copied to be signed. */
const MOST_COPIED_BYTES = 16 * 1024;

/**
 * A key of HMAC-SHA256 (RFC 2104), ready to sign. Two hashes in one go each instead of an `Hmac` of
 * Node.js, which is a stream: for a body of 1 KB that takes three quarters of the time, and leaves the
 * garbage collector nothing of its own.
 */
class HmacKey {
	private readonly inner = Buffer.alloc(BLOCK_BYTES, 0x36);

	/** With room for the digest of what is signed. */
	private readonly outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);

	constructor(key: Buffer) {
		const short = key.length > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key;
		for (const [place, byte] of short.entries()) {
			this.inner[place] = 0x36 ^ byte;
			this.outer[place] = 0x5c ^ byte;
		}
	}

	/** @returns base64 */
	sign(head: string, body: Buffer): string {
		this.outer.write(this.innerDigest(head, body), BLOCK_BYTES, 'latin1');
		return hash('sha256', this.outer, 'base64');
	}

	/** Each byte as a character: a `Buffer` costs more. */
	private innerDigest(head: string, body: Buffer): string {
		const headBytes = Buffer.byteLength(head);
		if (body.length > MOST_COPIED_BYTES) {
			return createHash('sha256').update(this.inner).update(head).update(body).digest('binary');
		}
		const content = Buffer.allocUnsafe(BLOCK_BYTES + headBytes + body.length);
		this.inner.copy(content);
		content.write(head, BLOCK_BYTES);
		body.copy(content, BLOCK_BYTES + headBytes);
		return hash('sha256', content, 'binary');
	}
}

/** The three headers of Standard Webhooks; no signature where there is no key. */
interface SignatureHeaders {
	readonly 'webhook-id': string;
	readonly 'webhook-timestamp': string;
	readonly 'webhook-signature'?: string;
}

/**
 * Keys of a secret: `whsec_…` signs as `v1`, `whsk_…` as `v1a`. A secret without a prefix may be meant
 * as text or as base64; both sign then, and the receiver takes the one that fits.
 *
 * @throws {InvalidSecretError} where what follows `whsec_` is not base64
 * @throws {InvalidSigningKeyError} where what follows `whsk_` is no Ed25519 key
 */
export function readSigningKeys(secret: string): SigningKey[] {
	return secret.trim().startsWith(ASYMMETRIC_PREFIX)
		? [readAsymmetricKey(secret)]
		: standardWebhooksKeys(secret).map((key) => new HmacKey(key));
}

/** What a user gives to sign with; undefined where a field is empty. */
export interface SigningSecrets {
	readonly secret?: string;
	readonly previousSecret?: string;
	/** `whsk_…` */
	readonly privateKey?: string;
}

/**
 * Whether secrets can sign.
 *
 * @returns the first one that cannot, and why, as the end of a sentence; undefined where all can
 */
export function whyNotSigning({
	secret,
	previousSecret,
	privateKey,
}: SigningSecrets): { readonly field: keyof SigningSecrets; readonly why: string } | undefined {
	const fields = [
		['secret', secret, standardWebhooksKeys],
		['previousSecret', previousSecret, standardWebhooksKeys],
		['privateKey', privateKey, readAsymmetricKey],
	] as const;
	for (const [field, text, read] of fields) {
		if (text === undefined) continue;
		try {
			read(text);
		} catch (error) {
			const known = error instanceof InvalidSecretError || error instanceof InvalidSigningKeyError;
			return { field, why: known ? error.message : 'cannot be read' };
		}
	}
	return undefined;
}

/**
 * Signs one attempt as Standard Webhooks 1.0 say: `<id>.<seconds>.<body>`, one signature for each key,
 * the current ones first.
 *
 * @param at when the attempt is made; a retry has its own
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signDelivery(
	webhookId: string,
	at: Date,
	body: Buffer,
	{ current, previous }: DeliverySigner,
): SignatureHeaders {
	const timestamp = String(Math.floor(at.getTime() / 1000));
	const head = `${webhookId}.${timestamp}.`;
	const keys =
		previous !== undefined && at < previous.until ? [...current, ...previous.keys] : current;
	if (keys.length === 0) return { 'webhook-id': webhookId, 'webhook-timestamp': timestamp };
	return {
		'webhook-id': webhookId,
		'webhook-timestamp': timestamp,
		'webhook-signature': keys.map((key) => signature(head, body, key)).join(' '),
	};
}

function signature(head: string, body: Buffer, key: SigningKey): string {
	if (key instanceof HmacKey) return `v1,${key.sign(head, body)}`;
	return asymmetricSignature(Buffer.concat([Buffer.from(head), body]), key);
}

/** In base64, 192 bits: two events never share an id. */
const HASH_LENGTH = 32;

/**
 * The `webhook-id` of an event for a subscriber: always the same for the three, so that the receiver
 * recognises a retry and a resend. Only letters, digits, `-` and `_`: the specification forbids dots,
 * because one ends the id in the signed content.
 *
 * @param source and id identify the event, as in CloudEvents
 */
export function webhookId(source: string, id: string, subscriberId: string): string {
	const text = JSON.stringify([source, id, subscriberId]);
	return `msg_${hash('sha256', text, 'base64url').slice(0, HASH_LENGTH)}`;
}
