import { isObject, tryJson, tryJsonObject } from '../../event/json';
import type { PooledHttp, PooledAnswer } from '../../net/http';
import { redactor, secretHeaders, type Redact } from '../../net/redact';
import { shortened } from '../../net/spokenWords';
import type { SocketIoSettings } from '../socketIo/settings';
import { FrappeError } from './failure';

/** A call of a whitelisted method. */
interface FrappeCall {
	/** `app.module.function`, or the name of a server script of the kind API. */
	readonly method: string;
	/** By name. */
	readonly args: Readonly<Record<string, unknown>>;
	readonly limitMs: number;
	readonly signal?: AbortSignal;
}

/**
 * Calls a whitelisted method once; nobody knows whether a method can be called twice.
 *
 * @param settings whose headers say who calls, and for which site
 * @throws {FrappeError} with Frappe's words
 * @throws {HttpFault} where there is no answer
 */
export async function callFrappe(
	http: PooledHttp,
	settings: SocketIoSettings,
	{ method, args, limitMs, signal }: FrappeCall,
): Promise<FrappeResult> {
	const answer = await http.request({
		method: 'POST',
		path: `/api/method/${readMethod(method)}`,
		headers: requestHeaders(settings.headers),
		body: JSON.stringify(args),
		limitMs,
		signal,
	});
	return readFrappeAnswer(answer, redactor(secretHeaders(settings.headers)));
}

/**
 * The path of a method.
 *
 * @throws {FrappeError} where it cannot be one
 */
export function readMethod(value: string): string {
	const method = value.trim().replace(/^\/?api\/method\//, '');
	if (/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(method)) return method;
	throw new FrappeError(
		"'Method' is not a valid method name",
		'Enter a value such as my_app.api.publish, or the name of a server script.',
	);
}

/** The credential's headers, in a request of JSON for JSON. */
export function requestHeaders(own: Readonly<Record<string, string>>): Record<string, string> {
	const others = Object.entries(own).filter(
		([name]) => !/^(accept|content-type|content-length)$/i.test(name),
	);
	const json = 'application/json';
	return { ...Object.fromEntries(others), Accept: json, 'Content-Type': json };
}

/** More of an answer nobody reads in an error. */
const MOST_CHARACTERS = 500;

/** What to do, by HTTP status. */
const ADVICE: Readonly<Record<number, string>> = {
	401: 'Check key and secret in \'Headers\' of the credential, such as {"Authorization": "token <key>:<secret>"}.',
	403: 'The user of the credential is not allowed to do this, or the method is not whitelisted. It needs @frappe.whitelist() with POST in its methods.',
	404: "Check 'Method' and 'Site', and the address in 'URL' of the credential.",
	413: 'Send less at a time, or raise the limit of the web server in front of Frappe.',
	417: "The method refused the request. Check its arguments, and 'Arguments' of the node.",
	429: 'Frappe limits requests. Send fewer at a time, or try again later.',
};

/** What a whitelisted method answered. */
interface FrappeResult {
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
function readFrappeAnswer(
	{ statusCode, headers, body }: PooledAnswer,
	redact: Redact,
): FrappeResult {
	const json = tryJsonObject(body);
	if (statusCode >= 200 && statusCode < 300 && json !== undefined) {
		return { answer: json.message ?? null, messages: serverMessages(json) };
	}
	if (statusCode >= 200 && statusCode < 300) {
		throw new FrappeError(
			`The response with HTTP status ${statusCode} is not from Frappe: it is not JSON`,
			"Check 'URL' of the credential.",
		);
	}
	if (statusCode >= 300 && statusCode < 400) {
		throw new FrappeError(
			redact(
				`Frappe answered ${statusCode}: a redirect to ${shortened(String(headers.location), MOST_CHARACTERS)}`,
			),
			"Redirects are not followed. Enter the URL of the site itself in 'URL' of the credential.",
		);
	}
	const words = json === undefined ? plainText(body) : frappeWords(json);
	throw new FrappeError(
		redact(
			`Frappe answered ${statusCode}${words === '' ? '' : `: ${shortened(words, MOST_CHARACTERS)}`}`,
		),
		ADVICE[statusCode] ?? "Check the 'Error Log' of the site.",
	);
}

/** The most telling of what an error body holds. */
function frappeWords(json: Readonly<Record<string, unknown>>): string {
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
		return typeof message === 'string' ? [shortened(plainText(message), MOST_CHARACTERS)] : [];
	});
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

/** Channel of Redis that Frappe's realtime service listens to. */
export const FRAPPE_CHANNEL = 'events';

/** The site's clients that get an event. */
export type FrappeRoom =
	| { readonly kind: 'all' | 'website' }
	| { readonly kind: 'custom' | 'doctype' | 'task' | 'user'; readonly name: string }
	| { readonly kind: 'document'; readonly doctype: string; readonly name: string };

/**
 * Name of a room, as `frappe/realtime.py` makes it. `all` are the System Users of the site, `website`
 * is everybody who is connected.
 *
 * @throws {FrappeError} where a name is missing
 */
export function frappeRoom(room: FrappeRoom): string {
	switch (room.kind) {
		case 'all':
		case 'website':
			return room.kind;
		case 'custom':
			return named('Room Name', room.name);
		case 'doctype':
			return `doctype:${named('Doctype', room.name)}`;
		case 'document':
			return `doc:${named('Doctype', room.doctype)}/${named('Document', room.name)}`;
		case 'task':
			return `task_progress:${named('Task ID', room.name)}`;
		case 'user':
			return `user:${readUser(room.name)}`;
	}
}

/** An event for the clients of one site. */
interface FrappeEvent {
	readonly event: string;
	/** JSON. */
	readonly payload: unknown;
	readonly site: string;
	readonly room: string;
}

/**
 * What `frappe.publish_realtime` publishes.
 *
 * @param older the form of Frappe 14 and before: no namespace, rooms that begin with the site
 * @see https://github.com/frappe/frappe/blob/develop/frappe/realtime.py
 */
export function frappeMessage({ event, payload, site, room }: FrappeEvent, older: boolean): string {
	return JSON.stringify(
		older
			? { event, message: payload, room: `${site}:${room}` }
			: { event, message: payload, room, namespace: site },
	);
}

/** `publish_realtime(user="*")` reaches nobody: it is a room like any other, and nobody joins it. */
function readUser(name: string): string {
	if (name.trim() !== '*') return named('User', name);
	throw new FrappeError(
		"'User' is *, but Frappe has no such user",
		"Enter the name of one user, usually an email address, or choose another 'Room': All Desk Users or Everybody.",
	);
}

function named(label: string, value: string): string {
	const name = value.trim();
	if (name !== '') return name;
	throw new FrappeError(`'${label}' is empty`, "Fill it in, or choose another 'Room'.");
}
