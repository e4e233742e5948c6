/** How bytes such as a signature are written. */
export type BytesEncoding = 'hex' | 'base64' | 'base64url';

/** Which characters there are, by their codes: in less than half of the time that a pattern takes. */
class Alphabet {
	private readonly has = new Uint8Array(128);

	constructor(characters: string) {
		for (const byte of Buffer.from(characters, 'latin1')) this.has[byte] = 1;
	}

	/** Whether a text has nothing else before `end`. */
	writes(text: string, end: number): boolean {
		let isAll = 1;
		let codes = 0;
		for (let at = 0; at < end; at += 1) {
			const code = text.charCodeAt(at);
			codes |= code;
			isAll &= this.has[code & 0x7f] ?? 0;
		}
		return isAll === 1 && codes < 0x80;
	}
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** One case throughout: a letter whose case was changed is a changed signature. */
const LOWER_HEX = new Alphabet('0123456789abcdef');

const UPPER_HEX = new Alphabet('0123456789ABCDEF');

const BASE64 = new Alphabet(`${LETTERS}+/`);

const BASE64URL = new Alphabet(`${LETTERS}-_`);

/** The last letters that have nothing in their spare bits, by how many bytes are over when they are divided by 3. */
const LAST_LETTERS = [undefined, 'AQgw', 'AEIMQUYcgkosw048'] as const;

/** With the padding that so many bytes have, and nothing in spare bits. */
function isBase64(text: string, alphabet: Alphabet, bytes: number): boolean {
	const end = Math.ceil((bytes * 4) / 3);
	const last = LAST_LETTERS[bytes % 3];
	return (
		alphabet.writes(text, end) &&
		(last === undefined || last.includes(text.charAt(end - 1))) &&
		text.endsWith('='.repeat(text.length - end))
	);
}

/**
 * The text of a signature, to be held against the one that is right: as `Buffer.toString` writes so
 * many bytes. Cheaper than to read it.
 *
 * @param bytes that the algorithm makes
 * @returns undefined where the text is no signature of that length
 */
export function digestText(
	text: string,
	encoding: BytesEncoding,
	bytes: number,
): string | undefined {
	switch (encoding) {
		case 'hex':
			if (text.length !== bytes * 2) return undefined;
			if (LOWER_HEX.writes(text, text.length)) return text;
			return UPPER_HEX.writes(text, text.length) ? text.toLowerCase() : undefined;
		case 'base64':
			return text.length === base64Length(bytes) && isBase64(text, BASE64, bytes)
				? text
				: undefined;
		case 'base64url': {
			const whole = base64Length(bytes);
			const letters = Math.ceil((bytes * 4) / 3);
			if (text.length !== letters && text.length !== whole) return undefined;
			return isBase64(text, BASE64URL, bytes) ? text.slice(0, letters) : undefined;
		}
	}
}

/** With its padding. */
function base64Length(bytes: number): number {
	return Math.ceil(bytes / 3) * 4;
}

/**
 * Reads a signature strictly: exactly so many bytes, written in the one way in which they are written.
 * Node.js skips what is no base64, and what the spare bits of the last letter say.
 *
 * @param bytes that the algorithm makes
 * @returns undefined where the text is not exactly that
 */
export function readDigest(
	text: string,
	encoding: BytesEncoding,
	bytes: number,
): Buffer | undefined {
	if (encoding === 'hex') {
		return digestText(text, encoding, bytes) === undefined ? undefined : Buffer.from(text, 'hex');
	}
	const read = Buffer.from(text, encoding);
	if (read.length !== bytes) return undefined;
	const written = read.toString(encoding);
	return written === text ||
		(encoding === 'base64url' && written.padEnd(base64Length(bytes), '=') === text)
		? read
		: undefined;
}

/**
 * Reads base64 of any length strictly, with or without its padding: a secret with a letter too few must
 * be noticed.
 *
 * @returns undefined where it is not base64, or empty
 */
export function decodeBase64(text: string): Buffer | undefined {
	if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
	const bytes = Buffer.from(text, 'base64');
	const same = bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
	return same && bytes.length > 0 ? bytes : undefined;
}
