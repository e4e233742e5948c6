import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { Delivery, RefusalReason, Verdict } from '../receive/provider';

/** What Standard Webhooks are verified with, from `standardWebhooksKeys`; each key counts alone. */
export interface StandardWebhooksKeys {
	readonly keys: readonly Buffer[];
}

/** A secret that claims to be base64 and is not. */
export class InvalidSecretError extends Error {
	override readonly name = 'InvalidSecretError';
}

/** Both ways, as the specification recommends and its libraries do. */
const TOLERANCE_MS = 5 * 60_000;

/** More than any provider sends while it rotates; bounds the work that one request can cause. */
const MOST_SIGNATURES = 16;

/** Secrets that look like base64 by chance are short. */
const SHORTEST_BASE64_KEY_BYTES = 16;

/** Stands before the base64 of a secret. */
export const SECRET_PREFIX = 'whsec_';

/** One HMAC-SHA256: 32 bytes in padded base64. */
const SIGNATURE_FORMAT = /^v1,([A-Za-z0-9+/]{43}=),?$/;

/**
 * The verdict on a delivery signed as Standard Webhooks 1.0 say: HMAC-SHA256 over
 * `<webhook-id>.<webhook-timestamp>.<body>`, one `v1,<base64>` for each secret, spaces between.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function standardWebhooksVerdict(
	{ headers, rawBody, receivedAt }: Delivery,
	{ keys }: StandardWebhooksKeys,
): Verdict {
	const reason = verify(
		{
			id: line(headers['webhook-id']),
			timestamp: line(headers['webhook-timestamp']),
			signature: line(headers['webhook-signature']),
		},
		rawBody,
		keys,
		receivedAt,
	);
	return reason === undefined
		? { result: 'verified', verification: 'hmac-sha256' }
		: { result: 'refused', reason };
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
	const unquoted = secret.trim().replace(/^(["'])(.*)\1$/, '$2');
	const isPasted = PASTED_SECRET.test(unquoted);
	const text = isPasted ? unquoted.replace(PASTED_SECRET, SECRET_PREFIX) : secret.trim();
	if (text.startsWith(SECRET_PREFIX)) {
		const key = decodeBase64(text.slice(SECRET_PREFIX.length));
		if (key === undefined) {
			throw new InvalidSecretError(`starts with "${SECRET_PREFIX}" but what follows is not base64`);
		}
		return [key];
	}
	if (text === '') return [];
	const decoded = decodeBase64(text);
	return decoded !== undefined && decoded.length >= SHORTEST_BASE64_KEY_BYTES
		? [Buffer.from(text, 'utf8'), decoded]
		: [Buffer.from(text, 'utf8')];
}

function verify(
	sent: { readonly id: string; readonly timestamp: string; readonly signature: string },
	rawBody: Buffer,
	keys: readonly Buffer[],
	now: Date,
): RefusalReason | undefined {
	if (sent.signature === '') return 'signature_missing';
	if (sent.timestamp === '') return 'timestamp_missing';
	const candidates = sent.signature
		.split(/\s+/)
		.slice(0, MOST_SIGNATURES)
		.map((entry) => SIGNATURE_FORMAT.exec(entry)?.[1])
		.filter((digest) => digest !== undefined)
		.map((digest) => Buffer.from(digest, 'base64'));
	if (candidates.length === 0 || sent.id === '') return 'signature_malformed';
	if (!/^\d{1,12}$/.test(sent.timestamp)) return 'signature_malformed';
	const age = now.getTime() - Number(sent.timestamp) * 1000;
	if (Math.abs(age) > TOLERANCE_MS) return 'timestamp_outside_tolerance';
	let matches = 0;
	for (const key of keys) {
		// Node 24 takes more than twice as long for a key that is a Buffer.
		const hmac = createHmac('sha256', createSecretKey(key)).update(`${sent.id}.${sent.timestamp}.`);
		const expected = hmac.update(rawBody).digest();
		for (const candidate of candidates) {
			// No early exit: the time must not tell which of the secrets came close.
			matches |= timingSafeEqual(expected, candidate) ? 1 : 0;
		}
	}
	return matches === 1 ? undefined : 'signature_mismatch';
}

function line(value: string | string[] | undefined): string {
	return (Array.isArray(value) ? value.join(' ') : (value ?? '')).trim();
}

/**
 * Reads base64 strictly: Node.js skips what is none, and a secret with a letter too few must be
 * noticed.
 *
 * @returns undefined where it is not base64, or empty
 */
export function decodeBase64(text: string): Buffer | undefined {
	if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
	const bytes = Buffer.from(text, 'base64');
	const same = bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
	return same && bytes.length > 0 ? bytes : undefined;
}
