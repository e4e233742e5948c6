import { validateHeaderName, validateHeaderValue } from 'node:http';
import { settingsError } from './error';

/**
 * Reads the field 'Auth Headers', JSON as text or, by an expression, as an object.
 *
 * @returns names in lower case
 * @throws {PusherError} of kind `settings`, which never quotes them
 */
export function readAuthHeaders(value: unknown): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const [name, content] of Object.entries(readObject(value))) {
		if (!isHeader(name, content)) {
			throw settingsError(
				'Auth Headers',
				'has a name or value that HTTP does not allow',
				'Use header names as keys and texts without line breaks as values.',
			);
		}
		headers[name.toLowerCase()] = String(content);
	}
	return headers;
}

function isHeader(name: string, content: unknown): boolean {
	if (typeof content !== 'string' && typeof content !== 'number') return false;
	try {
		validateHeaderName(name);
		validateHeaderValue(name, String(content));
		return true;
	} catch {
		return false;
	}
}

/** A JSON object, given as text or, by an expression, as an object; empty is `{}`. */
function readObject(value: unknown): object {
	const parsed = typeof value === 'string' ? parseJson(value) : (value ?? {});
	if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
	throw settingsError(
		'Auth Headers',
		'is not a JSON object',
		'Write it such as {"Authorization": "Bearer …"}.',
	);
}

/** `undefined` for broken JSON: the parser's own words would quote the secret. */
function parseJson(json: string): unknown {
	try {
		return json.trim() === '' ? {} : JSON.parse(json);
	} catch {
		return undefined;
	}
}
