import type { IncomingHttpHeaders } from 'node:http';
import type { Delivery } from '../receive/provider';
import { digestText } from '../receive/encodedBytes';
import { ED25519_SIGNATURE_BYTES } from './ed25519Key';
import type {
	SignatureAlgorithm,
	SignatureForm,
	SignaturePlace,
	SignatureScheme,
} from './signatureScheme';

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
export interface Candidate {
	readonly name: string;
	readonly form: SignatureForm;
	/** As {@link digestText} has it. */
	readonly text: string;
}

/** What the header with the signatures holds. */
export interface SentSignatures {
	readonly candidates: readonly Candidate[];
	readonly parts: ReadonlyMap<string, string>;
}

const NO_PARTS: ReadonlyMap<string, string> = new Map<string, string>();

/** @returns undefined where no header with signatures was sent */
export function sentSignatures(
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

function partCandidates(line: string, { named, separator = ',' }: SignaturePlace): SentSignatures {
	// A header that comes twice is one line with commas, whatever stands between its parts.
	const text = separator === ',' || !line.includes(',') ? line : line.replaceAll(',', separator);
	const parts = new Map<string, string>();
	const candidates: Candidate[] = [];
	let equals = -1;
	for (let at = 0, end = 0; at <= text.length; at = end + 1) {
		end = indexOrEnd(text, separator, at);
		if (equals < at) equals = indexOrEnd(text, '=', at);
		const isNamed = equals < end;
		const name = isNamed ? blanksOff(text.slice(at, equals)) : '';
		const value = blanksOff(text.slice(isNamed ? equals + 1 : at, end));
		if (!parts.has(name)) parts.set(name, value);
		addCandidate(candidates, named, name, value);
	}
	return { candidates, parts };
}

function indexOrEnd(text: string, sought: string, from: number): number {
	const at = text.indexOf(sought, from);
	return at < 0 ? text.length : at;
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
