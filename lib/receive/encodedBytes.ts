/** How bytes such as a signature are written. */
export type BytesEncoding = 'hex' | 'base64' | 'base64url';

/** One case throughout: a letter whose case was changed is a changed signature. */
const HEX = /^(?:[0-9a-f]+|[0-9A-F]+)$/;

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
		return text.length === bytes * 2 && HEX.test(text) ? Buffer.from(text, 'hex') : undefined;
	}
	const read = Buffer.from(text, encoding);
	if (read.length !== bytes) return undefined;
	const written = read.toString(encoding);
	return written === text || (encoding === 'base64url' && padded(written) === text)
		? read
		: undefined;
}

/** Base64 always has its padding; base64url may have it. */
function padded(text: string): string {
	return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
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
