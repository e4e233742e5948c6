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

/** @returns undefined where the value is no text, or an empty one */
export function textOf(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}
