import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { MatchedSignature } from '../event/envelope';
import type { Delivery, RefusalReason, Verdict } from '../receive/provider';
import { readDigest } from '../receive/encodedBytes';
import { ED25519_SIGNATURE_BYTES, Ed25519Key } from './ed25519Key';
import type { ContentPiece, HmacAlgorithm } from './hmacKey';
import { signedPieces } from './signedContent';
import type {
	SignatureAlgorithm,
	SignatureForm,
	SignatureScheme,
	SignedContent,
	TimestampPlace,
	VerifyingKey,
} from './signatureScheme';
import { firstTextAt, textAt, type PlaceSource } from './valuePlace';

/** A key and which of the user's secrets it was made of. */
export interface SecretKey {
	readonly key: VerifyingKey;
	readonly secret: MatchedSignature['secret'];
}

/** Keys of the current and the previous secret for one scheme. */
export type SecretKeys = (keyId?: string) => readonly SecretKey[];

/** More than any provider sends while it rotates; bounds the work that one request can cause. */
const MOST_SIGNATURES = 16;

const DIGEST_BYTES: Readonly<Record<SignatureAlgorithm, number>> = {
	sha1: 20,
	sha256: 32,
	sha384: 48,
	sha512: 64,
	ed25519: ED25519_SIGNATURE_BYTES,
};

/** A signature as it was sent. */
interface Candidate {
	readonly name: string;
	readonly form: SignatureForm;
	readonly bytes: Buffer;
}

/**
 * Checks a delivery by a scheme: every signature against every key, in a time that does not tell which
 * of them came close, and does not depend on whether one is right.
 *
 * @throws what the scheme's own functions throw
 */
export function signatureVerdict(
	delivery: Delivery,
	scheme: SignatureScheme,
	keys: SecretKeys,
): Verdict {
	const sent = sentSignatures(delivery.headers, scheme);
	if (sent === undefined) return refused('signature_missing');
	const { candidates, parts } = sent;
	const source: PlaceSource = { delivery, parts };
	const { timestamp: rule } = scheme;
	const timestamp = rule === undefined ? '' : firstTextAt(rule.places, source);
	if (timestamp === undefined) return refused('timestamp_missing');
	if (candidates.length === 0) return refused('signature_malformed');
	const wrong = rule && wrongTime(timestamp, rule, delivery.receivedAt);
	if (wrong !== undefined) return refused(wrong);

	const keyId = scheme.keyId === undefined ? undefined : textAt(scheme.keyId, source);
	const found = match(scheme, candidates, keys(keyId), source, timestamp);
	if (found === 'nothing signed') return refused('signature_malformed');
	if (found === undefined) return refused('signature_mismatch');
	const { candidate, secret } = found;
	return {
		result: 'verified',
		verification: verificationOf(candidate.form.algorithm),
		matched: {
			secret,
			signature: candidate.name,
			...(keyId === undefined ? {} : { keyId }),
		},
	};
}

function verificationOf(algorithm: SignatureAlgorithm): 'ed25519' | `hmac-${HmacAlgorithm}` {
	return algorithm === 'ed25519' ? algorithm : `hmac-${algorithm}`;
}

function refused(reason: RefusalReason): Verdict {
	return { result: 'refused', reason };
}

interface Match {
	readonly candidate: Candidate;
	readonly secret: SecretKey['secret'];
}

/** @returns `nothing signed` where the delivery lacks what the signature is to cover */
function match(
	{ signed }: SignatureScheme,
	candidates: readonly Candidate[],
	keys: readonly SecretKey[],
	source: PlaceSource,
	timestamp: string,
): Match | 'nothing signed' | undefined {
	const contents = new Map<SignedContent, readonly ContentPiece[] | undefined>();
	const piecesOf = (content: SignedContent) => {
		if (!contents.has(content)) contents.set(content, signedPieces(content, source, timestamp));
		return contents.get(content);
	};
	let found: Match | undefined;
	// No early exit: the time must not tell which of the secrets came close.
	for (const { key, secret } of keys) {
		for (const form of new Set(candidates.map((candidate) => candidate.form))) {
			for (const content of form.signed === undefined ? signed : [form.signed]) {
				const pieces = piecesOf(content);
				if (pieces === undefined) continue;
				const fits = fitting(form, key, pieces);
				for (const candidate of candidates) {
					if (candidate.form === form && fits?.(candidate.bytes) === true) {
						found ??= { candidate, secret };
					}
				}
			}
		}
	}
	const told = [...contents.values()];
	const nothingSigned = told.length > 0 && told.every((pieces) => pieces === undefined);
	return nothingSigned ? 'nothing signed' : found;
}

/** Whether signatures of a form are those of the pieces; undefined where the key is for others. */
function fitting(
	{ algorithm }: SignatureForm,
	key: VerifyingKey,
	pieces: readonly ContentPiece[],
): ((signature: Buffer) => boolean) | undefined {
	if (key instanceof Ed25519Key) {
		if (algorithm !== 'ed25519') return undefined;
		return (signature) => key.verifies(signature, pieces);
	}
	if (algorithm !== key.algorithm) return undefined;
	const expected = key.digest(...pieces);
	return (signature) => timingSafeEqual(expected, signature);
}

/** @returns undefined where no header with signatures was sent */
function sentSignatures(
	headers: IncomingHttpHeaders,
	{ signature: { headers: names, form, separator = ',', named } }: SignatureScheme,
):
	| { readonly candidates: readonly Candidate[]; readonly parts: ReadonlyMap<string, string> }
	| undefined {
	const text = names.map((name) => headerText(headers, name)).find((value) => value !== '');
	if (text === undefined) return undefined;
	const parts = new Map<string, string>();
	const candidates: Candidate[] = [];
	const add = (name: string, value: string) => {
		const known = Object.hasOwn(named, name) ? named[name] : undefined;
		const bytes = known && signatureBytes(value, known);
		if (known === undefined || bytes === undefined) return;
		if (candidates.length < MOST_SIGNATURES) candidates.push({ name, form: known, bytes });
	};
	if (form === 'whole') {
		// A header that comes twice is one line with commas, which no encoding has.
		for (const value of text.split(',')) {
			for (const name of Object.keys(named)) add(name, blanksOff(value));
		}
	} else if (form === 'versions') {
		for (const entry of text.split(/[ \t]+/)) {
			const [name = '', value = ''] = entry.split(',');
			add(name, value);
		}
	} else {
		for (const part of text.split(separator)) {
			const equals = part.indexOf('=');
			const name = blanksOff(part.slice(0, Math.max(equals, 0)));
			const value = blanksOff(part.slice(equals + 1));
			if (!parts.has(name)) parts.set(name, value);
			add(name, value);
		}
	}
	return { candidates, parts };
}

function signatureBytes(
	text: string,
	{ algorithm, encoding, prefix = '' }: SignatureForm,
): Buffer | undefined {
	if (!text.startsWith(prefix)) return undefined;
	return readDigest(text.slice(prefix.length), encoding, DIGEST_BYTES[algorithm]);
}

function headerText(headers: IncomingHttpHeaders, name: string): string {
	const value = headers[name];
	return blanksOff(Array.isArray(value) ? value.join(', ') : (value ?? ''));
}

/** Only what HTTP allows around a value: a changed byte must not count as a blank. */
function blanksOff(text: string): string {
	return text.replace(/^[ \t]+|[ \t]+$/g, '');
}

/** The latest instant that JavaScript knows has 13 digits in seconds. */
const SECONDS_DIGITS = 11;

function wrongTime(
	text: string,
	{ unit, toleranceSeconds }: TimestampPlace,
	now: Date,
): RefusalReason | undefined {
	const sent = instantOf(text, unit);
	if (sent === undefined) return 'signature_malformed';
	if (toleranceSeconds === undefined) return undefined;
	return Math.abs(now.getTime() - sent) > toleranceSeconds * 1000
		? 'timestamp_outside_tolerance'
		: undefined;
}

/** @returns milliseconds since 1970 */
function instantOf(text: string, unit: TimestampPlace['unit']): number | undefined {
	if (unit === 'iso') {
		const time = Date.parse(text);
		return Number.isNaN(time) ? undefined : time;
	}
	if (!/^\d{1,15}$/.test(text)) return undefined;
	const inSeconds = unit === 'seconds' || (unit === 'either' && text.length <= SECONDS_DIGITS);
	return Number(text) * (inSeconds ? 1000 : 1);
}

/** Parts of the header that holds a scheme's signatures, such as `t`. */
export function sentParts(
	{ headers }: Delivery,
	scheme: SignatureScheme,
): ReadonlyMap<string, string> {
	return sentSignatures(headers, scheme)?.parts ?? new Map<string, string>();
}

/** Whether a delivery has a header for signatures of this scheme. */
export function hasSignature({ headers }: Delivery, { signature }: SignatureScheme): boolean {
	return signature.headers.some((name) => headerText(headers, name) !== '');
}

/**
 * SHA-256 of what a scheme's first signature covers, in hex: the same for a delivery that is sent again
 * under another name.
 */
export function signedDigest(delivery: Delivery, scheme: SignatureScheme): string | undefined {
	const source: PlaceSource = { delivery, parts: sentParts(delivery, scheme) };
	const timestamp = firstTextAt(scheme.timestamp?.places ?? [], source) ?? '';
	const pieces = signedPieces(scheme.signed[0], source, timestamp);
	if (pieces === undefined) return undefined;
	const digest = createHash('sha256');
	for (const piece of pieces) digest.update(piece);
	return digest.digest('hex');
}
