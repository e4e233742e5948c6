import { parseExactly } from './exactNumbers';

/**
 * Parses a body as JSON; whole numbers that would lose digits become texts.
 *
 * @param rawBody UTF-8; a byte order mark is ignored (RFC 8259 section 8.1), as n8n does
 * @throws {SyntaxError} where it is not JSON
 */
export function parseJson(rawBody: Buffer): unknown {
	const text = rawBody.toString('utf8');
	return parseExactly(text.startsWith('\uFEFF') ? text.slice(1) : text);
}
