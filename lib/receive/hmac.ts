import { createHmac, timingSafeEqual, createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { headerValues, type Delivery, type RefusalReason, type Verdict } from './provider';

/** Secrets that a signature may have been made with, the current one first. */
export interface WebhookSecrets {
	readonly secrets: readonly string[];
}

/** What an HMAC over the whole body is checked with. */
interface HmacCheck {
	readonly algorithm: 'sha256' | 'sha512';
	/** Current secret first, then the previous one; blank ones count as not set. */
	readonly secrets: readonly string[];
	/** Signatures as sent: hex, with or without `<algorithm>=` in front. */
	readonly signatures: readonly string[];
	readonly rawBody: Buffer;
}

/** More than any provider sends while it rotates; bounds the work that one request can cause. */
const MOST_SIGNATURES = 16;

/** Exactly one digest, so that nothing before or behind it can pass for a signature. */
const SIGNATURE_FORMAT = {
	sha256: /^(?:sha256=)?([0-9a-f]{64})$/i,
	sha512: /^(?:sha512=)?([0-9a-f]{128})$/i,
} as const;

/** Secrets that can be used: a text of white space only is a forgotten field, not a secret. */
export function usableSecrets(...secrets: ReadonlyArray<string | undefined>): string[] {
	return secrets.filter(
		(secret): secret is string => typeof secret === 'string' && secret.trim() !== '',
	);
}

/**
 * Checks every signature against every secret, in constant time for a given number of both.
 * Without a usable secret nothing is ever valid.
 *
 * @returns undefined when one signature matches one secret, else the reason to refuse
 */
export function verifyHmac(check: HmacCheck): RefusalReason | undefined {
	if (check.signatures.length === 0) return 'signature_missing';
	const candidates = check.signatures
		.slice(0, MOST_SIGNATURES)
		.map((signature) => decodeSignature(signature, check.algorithm))
		.filter((candidate) => candidate !== undefined);
	if (candidates.length === 0) return 'signature_malformed';
	let matches = 0;
	for (const secret of usableSecrets(...check.secrets)) {
		const expected = createHmac(check.algorithm, secret).update(check.rawBody).digest();
		for (const candidate of candidates) {
			// No early exit: the time must not tell which of the secrets came close.
			matches |= timingSafeEqual(expected, candidate) ? 1 : 0;
		}
	}
	return matches === 1 ? undefined : 'signature_mismatch';
}

/**
 * The verdict on a delivery whose signature over the raw body stands in one of these headers.
 *
 * @param headerNames in lower case
 */
export function hmacVerdict(
	algorithm: HmacCheck['algorithm'],
	headerNames: readonly string[],
	{ headers, rawBody }: Delivery,
	{ secrets }: WebhookSecrets,
): Verdict {
	const signatures = headerNames.flatMap((name) => headerValues(headers, name));
	const reason = verifyHmac({ algorithm, secrets, signatures, rawBody });
	return reason === undefined
		? { result: 'verified', verification: `hmac-${algorithm}` }
		: { result: 'refused', reason };
}

/** The digest's bytes, or undefined where the text is not exactly one digest of this algorithm. */
function decodeSignature(signature: string, algorithm: HmacCheck['algorithm']): Buffer | undefined {
	const hex = SIGNATURE_FORMAT[algorithm].exec(signature)?.[1];
	return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}

/** More than anybody sends; bounds the work that one request can cause. */
const MOST_TOKENS = 4;

/**
 * The verdict on a delivery that shows a secret as it is. It proves who sent, not what: the body is
 * not covered, so it is worth as much as the https connection that it came by.
 *
 * @param tokens what was sent, from `headerTokens` or `bearerTokens` or the URL; blank ones count as
 * not sent
 * @param secrets each token is held against each, in constant time for a given number of both
 */
export function sharedTokenVerdict(
	tokens: readonly string[],
	{ secrets }: WebhookSecrets,
): Verdict {
	const sent = tokens.filter((token) => token !== '').slice(0, MOST_TOKENS);
	if (sent.length === 0) return { result: 'refused', reason: 'signature_missing' };
	let matches = 0;
	for (const secret of usableSecrets(...secrets)) {
		// No early exit: the time must not tell which of the secrets matched.
		for (const token of sent) matches |= equalSecrets(token, secret) ? 1 : 0;
	}
	return matches === 1
		? { result: 'verified', verification: 'shared-token' }
		: { result: 'refused', reason: 'signature_mismatch' };
}

/**
 * The whole value of a header, which may hold spaces and commas.
 *
 * @param name in lower case
 */
export function headerTokens(headers: IncomingHttpHeaders, name: string): string[] {
	const value = headers[name];
	return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/**
 * The token of `Authorization: Bearer <token>`, RFC 6750 section 2.1; none for any other scheme.
 */
export function bearerTokens({ authorization }: IncomingHttpHeaders): string[] {
	const token = /^Bearer +(\S.*)$/i.exec(authorization ?? '')?.[1];
	return token === undefined ? [] : [token.trim()];
}

/**
 * Compares two secrets in a time that tells nothing of where they differ or how long they are:
 * what is compared are digests, which are always of one length.
 */
export function equalSecrets(a: string, b: string): boolean {
	return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
	return createHash('sha256').update(text, 'utf8').digest();
}
