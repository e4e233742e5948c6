import { createHmac, timingSafeEqual } from 'node:crypto';
import { tryJsonObject } from '../event/json';
import type { RefusalReason } from './provider';

/** What a JSON Web Token is checked with. */
export interface JwtCheck {
	/** Compact serialisation, RFC 7515 section 3.1. */
	readonly token: string;
	/** Current key first; an empty one counts as not set. A text stands for its UTF-8 bytes. */
	readonly keys: ReadonlyArray<string | Uint8Array>;
	/** Claims that must have exactly these values. */
	readonly claims: Readonly<Record<string, string>>;
	readonly now: Date;
	/** How far the sender's clock and a late delivery may be off; asked for only when it matters. */
	readonly leewayMs: () => number;
}

/** No token of a webhook comes near it; bounds the work that one request can cause. */
const LONGEST_TOKEN = 4096;

const SHA256_BYTES = 32;

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Checks a token that was signed with HS256 (RFC 7518 section 3.2), in constant time for a given
 * number of keys. The algorithm is pinned: whatever else the header asks for is refused, and so are
 * tokens with `crit` extensions (RFC 7515 section 4.1.11), since none are understood here.
 *
 * `exp` is required; `iat` and `nbf` must not lie in the future where they are told.
 *
 * @returns undefined for a valid token, else the reason to refuse
 */
export function verifyJwtHs256(check: JwtCheck): RefusalReason | undefined {
	const { token, keys, claims } = check;
	if (token.length > LONGEST_TOKEN) return 'signature_malformed';
	const [header, payload, signature, ...rest] = token.split('.');
	if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
		return 'signature_malformed';
	}
	const mac = decodeBase64Url(signature);
	const content = readObject(payload);
	if (mac?.length !== SHA256_BYTES || content === undefined || !isPlainHs256(readObject(header))) {
		return 'signature_malformed';
	}
	if (!matchesAny(mac, `${header}.${payload}`, keys)) return 'signature_mismatch';
	if (Object.entries(claims).some(([name, value]) => content[name] !== value)) {
		return 'signature_mismatch';
	}
	return timeProblem(content, check);
}

function isPlainHs256(header: JsonObject | undefined): boolean {
	return header !== undefined && header.alg === 'HS256' && !('crit' in header);
}

function matchesAny(mac: Buffer, signed: string, keys: JwtCheck['keys']): boolean {
	let matches = 0;
	for (const key of keys) {
		if (key.length === 0) continue;
		// No early exit: the time must not tell which of the keys came close.
		matches |= timingSafeEqual(createHmac('sha256', key).update(signed).digest(), mac) ? 1 : 0;
	}
	return matches === 1;
}

/** `exp`, `nbf` and `iat` are seconds since 1970, RFC 7519 section 4.1. */
function timeProblem(
	{ exp, nbf, iat }: JsonObject,
	{ now, leewayMs }: JwtCheck,
): RefusalReason | undefined {
	if (!isTime(exp)) return 'timestamp_missing';
	for (const notBefore of [nbf, iat]) {
		if (notBefore === undefined) continue;
		if (!isTime(notBefore) || notBefore * 1000 > now.getTime() + leewayMs()) {
			return 'timestamp_outside_tolerance';
		}
	}
	return now.getTime() >= exp * 1000 + leewayMs() ? 'token_expired' : undefined;
}

function isTime(value: unknown): value is number {
	return typeof value === 'number' && Number.isFinite(value);
}

function readObject(part: string): JsonObject | undefined {
	const bytes = decodeBase64Url(part);
	return bytes === undefined ? undefined : tryJsonObject(bytes.toString('utf8'));
}

/** Only what encodes to the same text again: no padding, no stray bits, nothing else in between. */
function decodeBase64Url(part: string): Buffer | undefined {
	const bytes = Buffer.from(part, 'base64url');
	return part !== '' && bytes.toString('base64url') === part ? bytes : undefined;
}
