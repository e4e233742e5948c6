import { createHash, timingSafeEqual } from 'node:crypto';
import type { MatchedSignature } from '../event/envelope';
import type { Delivery, RefusalReason, Verdict } from '../receive/provider';
import { readDigest } from '../receive/encodedBytes';
import { ED25519_SIGNATURE_BYTES, Ed25519Key } from './ed25519Key';
import type { HmacAlgorithm } from './hmacKey';
import { sentParts, sentSignatures, type Candidate } from './sentSignatures';
import { signedSpellings } from './signedContent';
import type {
	SignatureAlgorithm,
	SignatureForm,
	SignatureScheme,
	SignedPieces,
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
	const timestamp = rule === undefined ? '' : sentTime(rule, source);
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

function sentTime({ find, places }: TimestampPlace, source: PlaceSource): string | undefined {
	return find?.(source.delivery.rawBody) ?? firstTextAt(places, source);
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
	let found: Match | undefined;
	let isTold = keys.length === 0;
	const isOne = candidates.length === 1;
	for (const candidate of candidates) {
		const { form } = candidate;
		// All candidates of one form at once: what is signed is hashed once for each key.
		if (!isOne && candidates.find((one) => one.form === form) !== candidate) continue;
		const spellings = signedSpellings(form.signed ?? signed, source, timestamp);
		if (spellings === undefined) continue;
		isTold = true;
		if (spellings === 'changed') continue;
		// No early exit: the time must not tell which of the secrets came close.
		for (const pieces of spellings) {
			for (const key of keys) {
				const fit = fitting(candidates, form, key, pieces);
				found ??= fit;
			}
		}
	}
	return isTold ? found : 'nothing signed';
}

/** The first of the candidates of a form that is a signature of the pieces by the key. */
function fitting(
	candidates: readonly Candidate[],
	form: SignatureForm,
	{ key, secret }: SecretKey,
	pieces: SignedPieces,
): Match | undefined {
	const { algorithm, encoding } = form;
	let found: Match | undefined;
	if (key instanceof Ed25519Key) {
		if (algorithm !== 'ed25519') return undefined;
		for (const candidate of candidates) {
			if (candidate.form !== form) continue;
			const bytes = readDigest(candidate.text, encoding, ED25519_SIGNATURE_BYTES);
			if (bytes !== undefined && key.verifies(bytes, pieces)) found ??= { candidate, secret };
		}
		return found;
	}
	if (algorithm !== key.algorithm) return undefined;
	const expected = key.sign(pieces, encoding);
	for (const candidate of candidates) {
		if (candidate.form === form && sameText(expected, candidate.text)) {
			found ??= { candidate, secret };
		}
	}
	return found;
}

/** Where two texts are held against each other, by their length: there are few. */
const compared = new Map<number, readonly [Buffer, Buffer]>();

/** Compares two texts of ASCII in a time that does not tell where they differ. */
function sameText(one: string, other: string): boolean {
	if (one.length !== other.length) return false;
	let places = compared.get(one.length);
	if (places === undefined) {
		places = [Buffer.alloc(one.length), Buffer.alloc(one.length)];
		compared.set(one.length, places);
	}
	places[0].write(one, 'latin1');
	places[1].write(other, 'latin1');
	return timingSafeEqual(places[0], places[1]);
}

/** The latest instant that JavaScript knows has 13 digits in seconds. */
const SECONDS_DIGITS = 11;

function wrongTime(
	text: string,
	{ unit, toleranceSeconds, hasFractions = false }: TimestampPlace,
	now: Date,
): RefusalReason | undefined {
	const sent = instantOf(text, unit, hasFractions);
	if (sent === undefined) return 'signature_malformed';
	if (toleranceSeconds === undefined) return undefined;
	return Math.abs(now.getTime() - sent) > toleranceSeconds * 1000
		? 'timestamp_outside_tolerance'
		: undefined;
}

/** @returns milliseconds since 1970 */
function instantOf(
	text: string,
	unit: TimestampPlace['unit'],
	hasFractions: boolean,
): number | undefined {
	if (unit === 'iso') {
		const time = Date.parse(text);
		return Number.isNaN(time) ? undefined : time;
	}
	const number = wholeNumber(text);
	if (number === undefined) return hasFractions ? fractionalSeconds(text) : undefined;
	const inSeconds = unit === 'seconds' || (unit === 'either' && text.length <= SECONDS_DIGITS);
	return number * (inSeconds ? 1000 : 1);
}

/** As Python writes `time.time()`. @returns milliseconds since 1970 */
function fractionalSeconds(text: string): number | undefined {
	return /^\d{1,11}\.\d{1,9}$/.test(text) ? Number(text) * 1000 : undefined;
}

/** So many digits are exact in a number. */
const MOST_DIGITS = 15;

/** A fifth of what a pattern and `Number` take. @returns undefined where it is not digits only */
function wholeNumber(text: string): number | undefined {
	if (text === '' || text.length > MOST_DIGITS) return undefined;
	let number = 0;
	for (let at = 0; at < text.length; at += 1) {
		const digit = text.charCodeAt(at) - 0x30;
		if (digit < 0 || digit > 9) return undefined;
		number = number * 10 + digit;
	}
	return number;
}

/**
 * SHA-256 of what a scheme's first signature covers, in hex: the same for a delivery that is sent again
 * under another name.
 */
export function signedDigest(delivery: Delivery, scheme: SignatureScheme): string | undefined {
	const source: PlaceSource = { delivery, parts: sentParts(delivery, scheme) };
	const timestamp = (scheme.timestamp && sentTime(scheme.timestamp, source)) ?? '';
	const spellings = signedSpellings(scheme.signed, source, timestamp);
	if (spellings === undefined || spellings === 'changed') return undefined;
	const digest = createHash('sha256');
	for (const piece of spellings[0]) digest.update(piece);
	return digest.digest('hex');
}
