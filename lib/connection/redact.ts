/** Shorter values would blank out ordinary words; nobody's secret is this short. */
const SHORTEST_SECRET = 4;

/** Replaces what must not be read by others in a text. */
export type Redact = (text: string) => string;

/**
 * A function that hides every value found in `secrets`, for texts that other systems wrote: a server
 * may repeat a token in its refusal.
 *
 * @param secrets - any JSON value; every string and number in it counts, and so does every word of a
 * string (`Bearer abc…`). Keys are not secret.
 */
export function redactor(secrets: unknown): Redact {
	const hidden = [...new Set(leaves(secrets))]
		.filter((value) => value.length >= SHORTEST_SECRET)
		.sort((a, b) => b.length - a.length);
	return (text) => hidden.reduce((result, value) => result.replaceAll(value, '[hidden]'), text);
}

function leaves(value: unknown): string[] {
	if (typeof value === 'string')
		return [value, ...value.split(/\s+/), JSON.stringify(value).slice(1, -1)];
	if (typeof value === 'number') return [String(value)];
	if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves);
	return [];
}
