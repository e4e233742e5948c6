import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { MatchedSignature } from '../event/envelope';
import type { Delivery, RefusalReason, Verdict } from '../receive/provider';
import { digestText, readDigest } from '../receive/encodedBytes';
import { ED25519_SIGNATURE_BYTES, Ed25519Key } from './ed25519Key';
import type { HmacAlgorithm } from './hmacKey';
import { signedSpellings } from './signedContent';
import type {
	SignatureAlgorithm,
	SignatureForm,
	SignaturePlace,
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
	/** As {@link digestText} has it. */
	readonly text: string;
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
	for (const [index, { form }] of candidates.entries()) {
		// All candidates of one form at once: what is signed is hashed once for each key.
		if (index > 0 && candidates.findIndex((one) => one.form === form) < index) continue;
		const spellings = signedSpellings(form.signed ?? signed, source, timestamp);
		if (spellings === undefined) continue;
		isTold = true;
		if (spellings === 'changed') continue;
		const ofForm = candidates.filter((candidate) => candidate.form === form);
		// No early exit: the time must not tell which of the secrets came close.
		for (const pieces of spellings) {
			for (const key of keys) {
				const fit = fitting(ofForm, key, pieces);
				found ??= fit;
			}
		}
	}
	return isTold ? found : 'nothing signed';
}

/** The first of the candidates, all of one form, that is a signature of the pieces by the key. */
function fitting(
	candidates: readonly Candidate[],
	{ key, secret }: SecretKey,
	pieces: SignedPieces,
): Match | undefined {
	const [first] = candidates;
	if (first === undefined) return undefined;
	const { algorithm, encoding } = first.form;
	let found: Match | undefined;
	if (key instanceof Ed25519Key) {
		if (algorithm !== 'ed25519') return undefined;
		for (const candidate of candidates) {
			const bytes = readDigest(candidate.text, encoding, ED25519_SIGNATURE_BYTES);
			if (bytes !== undefined && key.verifies(bytes, pieces)) found ??= { candidate, secret };
		}
		return found;
	}
	if (algorithm !== key.algorithm) return undefined;
	const expected = key.sign(pieces, encoding);
	for (const candidate of candidates) {
		if (sameText(expected, candidate.text)) found ??= { candidate, secret };
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

/** What the header with the signatures holds. */
interface SentSignatures {
	readonly candidates: readonly Candidate[];
	readonly parts: ReadonlyMap<string, string>;
}

const NO_PARTS: ReadonlyMap<string, string> = new Map<string, string>();

/** @returns undefined where no header with signatures was sent */
function sentSignatures(
	headers: IncomingHttpHeaders,
	{ signature }: SignatureScheme,
): SentSignatures | undefined {
	const text = signatureHeader(headers, signature);
	if (text === '') return undefined;
	switch (signature.form) {
		case 'whole':
			return { candidates: wholeCandidates(text, signature), parts: NO_PARTS };
		case 'versions':
			return { candidates: versionCandidates(text, signature), parts: NO_PARTS };
		case 'parts':
			return partCandidates(text, signature);
	}
}

function signatureHeader(headers: IncomingHttpHeaders, { headers: names }: SignaturePlace): string {
	for (const name of names) {
		const text = headerText(headers, name);
		if (text !== '') return text;
	}
	return '';
}

/** A header that comes twice is one line with commas, which no encoding has. */
function wholeCandidates(text: string, { named }: SignaturePlace): Candidate[] {
	const candidates: Candidate[] = [];
	for (const value of text.includes(',') ? text.split(',') : [text]) {
		for (const name of Object.keys(named)) addCandidate(candidates, named, name, blanksOff(value));
	}
	return candidates;
}

function versionCandidates(text: string, { named }: SignaturePlace): Candidate[] {
	const candidates: Candidate[] = [];
	for (const entry of text.split(/[ \t]+/)) {
		// Headers may have been joined by a comma, with or without a blank.
		const pieces = entry.split(',').filter((piece) => piece !== '');
		for (let at = 0; at + 1 < pieces.length; at += 2) {
			addCandidate(candidates, named, pieces[at] ?? '', pieces[at + 1] ?? '');
		}
	}
	return candidates;
}

function partCandidates(text: string, { named, separator = ',' }: SignaturePlace): SentSignatures {
	const parts = new Map<string, string>();
	const candidates: Candidate[] = [];
	for (const part of text.split(separator)) {
		const equals = part.indexOf('=');
		const name = blanksOff(part.slice(0, Math.max(equals, 0)));
		const value = blanksOff(part.slice(equals + 1));
		if (!parts.has(name)) parts.set(name, value);
		addCandidate(candidates, named, name, value);
	}
	return { candidates, parts };
}

function addCandidate(
	candidates: Candidate[],
	named: SignaturePlace['named'],
	name: string,
	value: string,
): void {
	const form = Object.hasOwn(named, name) ? named[name] : undefined;
	if (form === undefined) return;
	if ('algorithm' in form) addOfForm(candidates, name, form, value);
	else for (const each of form) addOfForm(candidates, name, each, value);
}

function addOfForm(
	candidates: Candidate[],
	name: string,
	form: SignatureForm,
	value: string,
): void {
	const text = signatureText(value, form);
	if (text === undefined || candidates.length >= MOST_SIGNATURES) return;
	candidates.push({ name, form, text });
}

function signatureText(
	text: string,
	{ algorithm, encoding, prefix = '' }: SignatureForm,
): string | undefined {
	if (!text.startsWith(prefix)) return undefined;
	return digestText(text.slice(prefix.length), encoding, DIGEST_BYTES[algorithm]);
}

function headerText(headers: IncomingHttpHeaders, name: string): string {
	const value = headers[name];
	if (value === undefined) return '';
	return blanksOff(typeof value === 'string' ? value : value.join(', '));
}

/** Only what HTTP allows around a value: a changed byte must not count as a blank. */
function blanksOff(text: string): string {
	return isBlank(text, 0) || isBlank(text, text.length - 1)
		? text.replace(/^[ \t]+|[ \t]+$/g, '')
		: text;
}

function isBlank(text: string, at: number): boolean {
	const code = text.charCodeAt(at);
	return code === 0x20 || code === 0x09;
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

/**
 * Whether a delivery has a header for signatures of this scheme; where they are parts, one with such
 * parts: a sender may write signatures of two schemes into a header of one name.
 */
export function hasSignature({ headers }: Delivery, { signature }: SignatureScheme): boolean {
	const text = signatureHeader(headers, signature);
	if (text === '' || signature.form !== 'parts') return text !== '';
	const { parts } = partCandidates(text, signature);
	return Object.keys(signature.named).some((name) => parts.has(name));
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
