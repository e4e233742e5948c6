import type { Redact } from '../../net/redact';
import type { PooledAnswer } from '../../net/http';
import { FrappeError } from './frappeError';

/** More of an answer nobody reads in an error. */
const MOST_CHARACTERS = 500;

/** What to do, by HTTP status. */
const ADVICE: Readonly<Record<number, string>> = {
	401: 'Check key and secret in \'Headers\' of the credential, such as {"Authorization": "token <key>:<secret>"}.',
	403: 'The user of the credential may not do this, or the method is not whitelisted: it needs @frappe.whitelist(), and POST among its methods.',
	404: "Check 'Method' and 'Site', and the address in 'URL' of the credential.",
	413: 'Send less at a time, or raise the limit of the web server in front of Frappe.',
	417: "The method refused what was sent: check its arguments, and 'Arguments' of the node.",
	429: 'Frappe limits requests. Send fewer at a time, or later.',
};

/** What a whitelisted method answered. */
export interface FrappeResult {
	/** What it returned, null for nothing. */
	readonly answer: unknown;
	/** What it showed with `frappe.msgprint`. */
	readonly messages: readonly string[];
}

/**
 * Reads the answer of a whitelisted method: `{"message": …}`, or with an error `exc_type`,
 * `exception` and `_server_messages`.
 *
 * @throws {FrappeError} with Frappe's own words
 * @see https://docs.frappe.io/framework/user/en/api/rest
 */
export function readFrappeAnswer(
	{ statusCode, headers, body }: PooledAnswer,
	redact: Redact,
): FrappeResult {
	const json = parse(body);
	if (statusCode >= 200 && statusCode < 300 && json !== undefined) {
		return { answer: json.message ?? null, messages: serverMessages(json) };
	}
	if (statusCode >= 200 && statusCode < 300) {
		throw new FrappeError(
			`What answered with HTTP status ${statusCode} is not Frappe: it sent no JSON`,
			"Check the address in 'URL' of the credential.",
		);
	}
	if (statusCode >= 300 && statusCode < 400) {
		throw new FrappeError(
			redact(`Frappe answered ${statusCode}: a redirect to ${shortened(String(headers.location))}`),
			"Redirects are not followed. Write the address of the site itself in 'URL' of the credential.",
		);
	}
	const words = json === undefined ? plainText(body) : spokenWords(json);
	throw new FrappeError(
		redact(`Frappe answered ${statusCode}${words === '' ? '' : `: ${shortened(words)}`}`),
		ADVICE[statusCode] ?? "Look into the 'Error Log' of the site.",
	);
}

/** The most telling of what an error body holds. */
function spokenWords(json: Readonly<Record<string, unknown>>): string {
	const { exc_type: type, exception } = json;
	const messages = serverMessages(json);
	const name = typeof type === 'string' ? type : '';
	if (messages.length > 0) return [name, messages.join('; ')].filter((part) => part).join(', ');
	return typeof exception === 'string' && exception !== '' ? plainText(exception) : name;
}

/** `_server_messages` is JSON in JSON in JSON: a text with a list of texts with objects. */
function serverMessages({ _server_messages: list }: Readonly<Record<string, unknown>>): string[] {
	const entries: unknown = typeof list === 'string' ? tryJson(list) : list;
	if (!Array.isArray(entries)) return [];
	return entries.slice(0, 10).flatMap((entry: unknown) => {
		const content: unknown = typeof entry === 'string' ? (tryJson(entry) ?? entry) : entry;
		const { message } = isObject(content) ? content : { message: content };
		return typeof message === 'string' ? [shortened(plainText(message))] : [];
	});
}

function parse(body: string): Record<string, unknown> | undefined {
	const json = tryJson(body);
	return isObject(json) ? json : undefined;
}

function tryJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Frappe writes its messages, and web servers their errors, as HTML. */
function plainText(text: string): string {
	return text
		.slice(0, 20 * MOST_CHARACTERS)
		.replace(/<(style|script)[^<]*<\/\1>/gi, ' ')
		.replace(/<[^<>]*>/g, ' ')
		.replace(/\s+/g, ' ')
		.trim();
}

function shortened(text: string): string {
	return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
