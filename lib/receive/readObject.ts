import { MalformedBodyError } from './provider';

/**
 * The fields of a body. What a verified sender puts into them is never a reason to refuse it: many
 * never send again what was refused as unreadable.
 *
 * @throws {MalformedBodyError} where the body is no JSON object
 */
export function readObject(body: unknown): Readonly<Record<string, unknown>> {
	if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
		return body as Readonly<Record<string, unknown>>;
	}
	throw new MalformedBodyError('body', 'must be a JSON object');
}
