import { hash } from 'node:crypto';
import { HmacKey } from '../signature/hmacKey';
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
		: standardWebhooksKeys(secret).map((key) => new HmacKey('sha256', key));
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
	if (key instanceof HmacKey) return `v1,${key.sign([head, body], 'base64')}`;
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
