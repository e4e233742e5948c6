/**
 * Reads the JSON in which n8n keeps the data of executions: a list in which each object, array and text
 * stands once, and is referred to by its index, written as a text
 * (https://github.com/WebReflection/flatted). Objects that are referred to twice are one object here too.
 */
export function readFlatted(text: string): unknown {
	const flat = JSON.parse(text) as unknown[];
	const known = new Map<number, unknown>();
	const at = (index: number): unknown => {
		if (known.has(index)) return known.get(index);
		const value = flat[index];
		if (typeof value !== 'object' || value === null) return value;
		const filled: unknown[] | Record<string, unknown> = Array.isArray(value) ? [] : {};
		known.set(index, filled);
		for (const [key, one] of Object.entries(value)) {
			Object.assign(filled, { [key]: typeof one === 'string' ? at(Number(one)) : one });
		}
		return filled;
	};
	return at(0);
}

/** The same data with other texts: each stands in the list once, whatever refers to it. */
export function replaceTexts(text: string, replace: (one: string) => string): string {
	const flat = JSON.parse(text) as unknown[];
	return JSON.stringify(flat.map((one) => (typeof one === 'string' ? replace(one) : one)));
}
