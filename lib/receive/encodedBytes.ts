/** How bytes such as a signature are written. */
export type BytesEncoding = 'hex' | 'base64' | 'base64url';

/** One case throughout: a letter whose case was changed is a changed signature. */
const LOWER_HEX = /^[0-9a-f]+$/;

const UPPER_HEX = /^[0-9A-F]+$/;

/** With the padding that so many bytes have, by what is over when they are divided by 3, and nothing in spare bits. */
const BASE64 = [
	/^[A-Za-z0-9+/]+$/,
	/^[A-Za-z0-9+/]+[AQgw]==$/,
	/^[A-Za-z0-9+/]+[AEIMQUYcgkosw048]=$/,
] as const;

const BASE64URL = [/^[\w-]+$/, /^[\w-]+[AQgw]==$/, /^[\w-]+[AEIMQUYcgkosw048]=$/] as const;

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
			if (LOWER_HEX.test(text)) return text;
			return UPPER_HEX.test(text) ? text.toLowerCase() : undefined;
		case 'base64':
			return text.length === base64Length(bytes) && BASE64[bytes % 3]?.test(text) === true
				? text
				: undefined;
		case 'base64url': {
			const whole = base64Length(bytes);
			const letters = Math.ceil((bytes * 4) / 3);
			if (text.length !== letters && text.length !== whole) return undefined;
			const is = BASE64URL[bytes % 3]?.test(text.padEnd(whole, '=')) === true;
			return is ? text.slice(0, letters) : undefined;
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
		const isRight = text.length === bytes * 2 && (LOWER_HEX.test(text) || UPPER_HEX.test(text));
		return isRight ? Buffer.from(text, 'hex') : undefined;
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
