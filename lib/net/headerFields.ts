import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isObject, tryJson } from '../event/json';

/** Whether a header of this name and content can be sent; content is a text or a number. */
export function isHeader(name: string, content: unknown): boolean {
	if (typeof content !== 'string' && typeof content !== 'number') return false;
	try {
		validateHeaderName(name);
		validateHeaderValue(name, String(content));
		return true;
	} catch {
		return false;
	}
}

/**
 * A JSON object of a credential, given as text or, by an expression, as an object; empty is `{}`.
 *
 * @returns undefined where it is none. What is wrong is not told: the parser would quote a secret
 */
export function readJsonObject(value: unknown): Record<string, unknown> | undefined {
	const given = typeof value === 'string' && value.trim() === '' ? {} : (value ?? {});
	const parsed = typeof given === 'string' ? tryJson(given) : given;
	return isObject(parsed) ? { ...parsed } : undefined;
}
