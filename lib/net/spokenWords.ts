import { isObject, tryJson } from '../event/json';

/** A person reads no more than this of what a server says. */
const MOST_CHARACTERS = 300;

/**
 * What a server says to people in an answer's body: a plain text, a JSON text, or a field of a JSON
 * object; in one line. It may repeat secrets.
 *
 * @param fields names of the fields that hold words; the first that is a text counts
 * @returns empty where it says nothing, or for a web page
 */
export function spokenWords(body: string, fields: readonly string[] = []): string {
	const text = body.trim();
	if (text === '' || text.startsWith('<')) return '';
	const line = (wordsIn(tryJson(text), fields) ?? text).replace(/\s+/g, ' ').trim();
	return shortened(line, MOST_CHARACTERS);
}

/** The beginning of what somebody else says at any length. */
export function shortened(text: string, most: number): string {
	return text.length > most ? `${text.slice(0, most)}…` : text;
}

function wordsIn(json: unknown, fields: readonly string[]): string | undefined {
	if (typeof json === 'string') return json;
	if (!isObject(json)) return undefined;
	return fields.map((field) => json[field]).find((value) => typeof value === 'string');
}
