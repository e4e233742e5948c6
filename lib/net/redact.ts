/** Characters. Shorter values are hidden nowhere: they would blank out letters. */
export const SHORTEST_SECRET = 4;

/** From here on a value is hidden wherever it stands, also within a longer word. */
const SURELY_SECRET = 8;

/** Words that stand in front of secrets, or of addresses. */
const ORDINARY: ReadonlySet<string> = new Set(['basic', 'bearer', 'http', 'https', 'token']);

/** Headers that are no secret: hiding them would make an address in a message unreadable. */
const PUBLIC_HEADERS: ReadonlySet<string> = new Set([
	'accept',
	'accept-language',
	'content-type',
	'host',
	'origin',
	'user-agent',
	'x-frappe-site-name',
]);

/** What a server names in front of a secret: `password "…"`, `token=…`, `Bearer …`. */
const NAMES_SECRET =
	/(pass|pwd|secret|token|key|auth|sid|session|bearer|basic)\w*["']?\s*[:=]?\s*["']?$/i;

/** Longer than any such name with what may stand behind it. */
const LOOK_BACK = 40;

/** Replaces what must not be read by others in a text. */
export type Redact = (text: string) => string;

/**
 * Hides all that a server says: for whoever may connect to any address, since n8n's network policy
 * cannot be asked, and must not read what answers there.
 */
export const hideAll: Redact = () => '';

/**
 * A function that hides every value found in `secrets`, for texts that other systems wrote: a server
 * may repeat a token in its refusal.
 *
 * A value of 4 to 7 characters may be an ordinary word: it is hidden only as a word of its own, and
 * where it holds more than letters of one case, is the whole text, or stands behind a name of a secret.
 *
 * @param secrets - any JSON value; every string and number in it counts, and so does every part
 * of a string (`Bearer abc…`, `token key:secret`, `sid=abc…`, `Basic <user:password in base64>`). Keys
 * are not secret.
 */
export function redactor(secrets: unknown): Redact {
	return redactorOf(hiddenForms(secrets));
}

/** The same, of what {@link hiddenForms} gave. */
export function redactorOf(hidden: readonly string[]): Redact {
	const shortest = hidden.at(-1)?.length ?? Infinity;
	return (text) =>
		text.length < shortest ? text : hidden.reduce((result, value) => hide(result, value), text);
}

/** All that {@link redactor} hides, the longest first: each secret as it is, and as a text may hold it. */
export function hiddenForms(secrets: unknown): string[] {
	const values = leaves(secrets).filter(
		(value) => value.length >= SHORTEST_SECRET && !ORDINARY.has(value.toLowerCase()),
	);
	// Most parts of a value are the whole again.
	const forms = [...new Set(values)].flatMap(spellings);
	return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

const HIDDEN = '[hidden]';

function hide(text: string, value: string): string {
	if (value.length >= SURELY_SECRET) return text.replaceAll(value, HIDDEN);
	if (text.trim() === value) return HIDDEN;
	const isWord = /^(\p{Ll}+|\p{Lu}+|\p{Lu}\p{Ll}+)$/u.test(value);
	return text.replaceAll(value, (found, at: number) => {
		const before = text.slice(Math.max(0, at - LOOK_BACK), at);
		const after = text.slice(at + value.length, at + value.length + 2);
		if (/[\p{L}\p{N}]$/u.test(before) || /^[\p{L}\p{N}]/u.test(after)) return found;
		return !isWord || NAMES_SECRET.test(before) ? HIDDEN : found;
	});
}

function leaves(value: unknown): string[] {
	if (typeof value === 'string') return [value, ...partsOf(value), ...partsOf(inBasic(value))];
	if (typeof value === 'number') return [String(value)];
	if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves);
	return [];
}

/** Of a header's content, or a query's, each part that may be the secret; names are none. */
function partsOf(content: string): string[] {
	const parts = [...content.split(/\s+/), ...content.split(/[\s:;,]+/)];
	return parts.flatMap((part) => {
		const value = part.replace(/^[\w.-]+=(?=[^=])/, '').replace(/^["']|["']$/g, '');
		return [part, value, value.replace(/=+$/, '')];
	});
}

/** `user:password` of a Basic authorization; empty where it is none. */
function inBasic(content: string): string {
	const [, base64 = ''] = /^Basic\s+([\w+/]+=*)$/i.exec(content.trim()) ?? [];
	return Buffer.from(base64, 'base64').toString('utf8');
}

/** How texts write a value: in JSON of several languages, in addresses and forms, in HTML. */
function spellings(value: string): string[] {
	if (/^[\w.-]+$/.test(value)) return [value];
	const json = JSON.stringify(value).slice(1, -1);
	const ascii = json.replace(
		/[^\x20-\x7e]/g,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
	const form = new URLSearchParams({ '': value }).toString().slice(1);
	const address = form.replaceAll('+', '%20');
	const html = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
	return [
		value,
		unescaped(value),
		json,
		ascii,
		ascii.replaceAll('/', '\\/'),
		form,
		address,
		// encodeURIComponent leaves these.
		address.replace(/%(21|27|28|29|7E)/g, unescaped),
		html,
		html.replaceAll('"', '&quot;').replaceAll("'", '&#039;'),
	];
}

function unescaped(value: string): string {
	try {
		return decodeURIComponent(value);
	} catch {
		return value;
	}
}

/** The values of those headers that may hold secrets. */
export function secretHeaders(headers: Readonly<Record<string, string>>): string[] {
	return Object.entries(headers).flatMap(([name, value]) =>
		PUBLIC_HEADERS.has(name.toLowerCase()) ? [] : [value],
	);
}

/** An address without its query and fragment, which may hold a token. */
export function withoutQuery(url: string): string {
	return url.replace(/[?#].*$/s, '');
}
