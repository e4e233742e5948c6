import { parseExactly } from './exactNumbers';

/** An object of JSON whose contents nobody has checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value's field, undefined where the value is no object. */
export function fieldOf(value: unknown, ...path: readonly string[]): unknown {
	let found = value;
	for (const name of path) found = isObject(found) ? found[name] : undefined;
	return found;
}

/**
 * What stands at a path such as `order.id` or `items.0.id`; a field whose own name is the whole path
 * comes first. Only own fields count: names may come from outside.
 *
 * @returns undefined where nothing does
 */
export function valueAtPath(value: unknown, path: string): unknown {
	return ownValue(value, path) ?? path.split('.').reduce<unknown>(ownValue, value);
}

function ownValue(value: unknown, name: string): unknown {
	return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
		? Reflect.get(value, name)
		: undefined;
}

/** Whether it is a text that says something. */
export function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}

/** @returns undefined where the value is no text, or an empty one */
export function textOf(value: unknown): string | undefined {
	return isText(value) ? value : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

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

/**
 * Parses a text that need not be JSON.
 *
 * @param parse such as `parseExactly` where whole numbers must keep their digits
 * @returns undefined where it is none
 */
export function tryJson(text: string, parse: (text: string) => unknown = JSON.parse): unknown {
	try {
		return parse(text);
	} catch {
		return undefined;
	}
}

/** The same for a text that is to hold an object: undefined where it holds anything else. */
export function tryJsonObject(
	text: string,
	parse?: (text: string) => unknown,
): JsonObject | undefined {
	const value = tryJson(text, parse);
	return isObject(value) ? value : undefined;
}
