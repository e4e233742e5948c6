/** A person reads no more than this. */
const MOST_CHARACTERS = 200;

/**
 * What a server says to people in an answer's body: `error` or `message` of JSON, or a plain text;
 * empty for a web page. It may repeat secrets.
 */
export function spokenWords(body: string): string {
	const text = body.trim();
	if (text === '' || text.startsWith('<')) return '';
	const words = inJson(text) ?? text;
	return words.length > MOST_CHARACTERS ? `${words.slice(0, MOST_CHARACTERS)}…` : words;
}

function inJson(text: string): string | undefined {
	try {
		const json: unknown = JSON.parse(text);
		if (typeof json !== 'object' || json === null) return String(json);
		const { error, message } = json as { error?: unknown; message?: unknown };
		if (typeof error === 'string') return error;
		return typeof message === 'string' ? message : undefined;
	} catch {
		return undefined;
	}
}
