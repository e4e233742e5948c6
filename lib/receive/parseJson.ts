/**
 * Parses a body as JSON.
 *
 * @param rawBody UTF-8; a byte order mark is ignored (RFC 8259 section 8.1), as n8n does
 * @throws {SyntaxError} where it is not JSON
 */
export function parseJson(rawBody: Buffer): unknown {
	const text = rawBody.toString('utf8');
	return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
}
