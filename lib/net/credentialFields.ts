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

/** Makes the error about a field that cannot be used: its label, what is wrong with it, what to do. */
export type FieldFault = (label: string, what: string, toDo: string) => Error;

/**
 * A field of a credential that holds a JSON object, as text or, by an expression, as an object; empty is
 * `{}`. What is wrong with it is not told in the parser's words, which would quote a secret.
 *
 * @param example what to write
 * @throws what `fault` makes where it is none
 */
export function readJsonField(
	label: string,
	value: unknown,
	example: string,
	fault: FieldFault,
): Record<string, unknown> {
	const given = typeof value === 'string' && value.trim() === '' ? {} : (value ?? {});
	const parsed = typeof given === 'string' ? tryJson(given) : given;
	if (isObject(parsed)) return { ...parsed };
	throw fault(label, 'is not a JSON object', `Enter a value such as ${example}.`);
}

/**
 * A field of a credential that holds HTTP headers in a JSON object.
 *
 * @returns names as they were written
 * @throws what `fault` makes, which quotes no value
 */
export function readHeadersField(
	label: string,
	value: unknown,
	example: string,
	fault: FieldFault,
): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const [name, content] of Object.entries(readJsonField(label, value, example, fault))) {
		if (!isHeader(name, content)) {
			throw fault(
				label,
				'contains a name or value that HTTP does not allow',
				'Use header names as keys and texts without line breaks as values.',
			);
		}
		headers[name] = String(content);
	}
	return headers;
}

/** The same with names in lower case. */
export function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers).map(([name, content]) => [name.toLowerCase(), content]),
	);
}

/**
 * A field of a credential that holds the path of a server, without a query.
 *
 * @throws what `fault` makes where it is no plain path
 */
export function readPathField(
	label: string,
	value: unknown,
	example: string,
	fault: FieldFault,
): string {
	const path = String(value ?? '').trim();
	if (!/[\s?#]/.test(path)) return path;
	throw fault(label, 'is not a plain path', `Enter a value such as ${example}.`);
}

/**
 * A field of a credential that holds an address, with neither user nor password in it.
 *
 * @param protocols such as `https:`
 * @returns undefined where it is none, or has another protocol
 */
export function readAddress(value: unknown, protocols: readonly string[]): URL | undefined {
	const text = String(value ?? '').trim();
	const url = URL.canParse(text) ? new URL(text) : undefined;
	return url !== undefined && protocols.includes(url.protocol) && url.hostname !== ''
		? url
		: undefined;
}
