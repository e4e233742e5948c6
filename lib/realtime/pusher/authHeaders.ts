import { isHeader, readJsonObject } from '../../net/fields';
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

function readObject(value: unknown): Record<string, unknown> {
	const parsed = readJsonObject(value);
	if (parsed !== undefined) return parsed;
	throw settingsError(
		'Auth Headers',
		'is not a JSON object',
		'Write it such as {"Authorization": "Bearer …"}.',
	);
}
