/** Shorter values would blank out ordinary words; nobody's secret is this short. */
const SHORTEST_SECRET = 4;

/** Words that stand in front of secrets, or of addresses. */
const ORDINARY: ReadonlySet<string> = new Set(['basic', 'bearer', 'http', 'https', 'token']);

/** Headers that are no secret: hiding them would make an address in a message unreadable. */
const PUBLIC_HEADERS: ReadonlySet<string> = new Set(['host', 'origin', 'x-frappe-site-name']);

/** Replaces what must not be read by others in a text. */
export type Redact = (text: string) => string;

/**
 * A function that hides every value found in `secrets`, for texts that other systems wrote: a server
 * may repeat a token in its refusal.
 *
 * @param secrets - any JSON value; every string and number in it counts, and so does every part
 * of a string (`Bearer abc…`, `token key:secret`, `sid=abc…`). Keys are not secret.
 */
export function redactor(secrets: unknown): Redact {
	const hidden = [...new Set(leaves(secrets))]
		.filter((value) => value.length >= SHORTEST_SECRET && !ORDINARY.has(value.toLowerCase()))
		.sort((a, b) => b.length - a.length);
	const shortest = hidden.at(-1)?.length ?? Infinity;
	return (text) =>
		text.length < shortest
			? text
			: hidden.reduce((result, value) => result.replaceAll(value, '[hidden]'), text);
}

function leaves(value: unknown): string[] {
	if (typeof value === 'string')
		return [
			value,
			...value.split(/\s+/),
			...value.split(/[\s:;,=]+/),
			JSON.stringify(value).slice(1, -1),
		];
	if (typeof value === 'number') return [String(value)];
	if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves);
	return [];
}

/** The values of those headers that may hold secrets. */
export function secretHeaders(headers: Readonly<Record<string, string>>): string[] {
	return Object.entries(headers).flatMap(([name, value]) =>
		PUBLIC_HEADERS.has(name.toLowerCase()) ? [] : [value],
	);
}
