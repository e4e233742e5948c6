import type { LookupFunction } from 'node:net';
import { tryJsonObject } from '../../event/json';
import { namesIn } from '../../event/lists';
import { RealtimeFailure } from '../../net/failure';
import { PooledHttp, type PooledAnswer } from '../../net/http';
import { receivedMessage } from '../receivedMessage';
import { SocketIoError } from '../socketIo/failure';
import type { SocketIoSettings } from '../socketIo/settings';
import type { SocketIoListening } from '../socketIo/source';
import { requestHeaders } from './send';

/** One site of a Frappe server, and how its realtime service is addressed. */
interface FrappeSite {
	/** Name of the site, which is also the Socket.IO namespace. */
	readonly site: string;
	/** Settings with the headers that the service asks for. */
	readonly settings: SocketIoSettings;
}

/**
 * Adds to a handshake what Frappe's realtime service wants and Node does not send by itself: the
 * `Origin` of the same host, a cookie (any will do where an `Authorization` header is there, but
 * Frappe refuses to go on without one before its change 34199), and the site's name where the host is
 * not called like it. Headers of the credential come first.
 *
 * @param site empty: the host name of the origin
 * @param origin empty: the credential's 'URL'
 * @throws SocketIoError of kind `settings` where the site is no name, the origin no address, or no
 * header says who asks
 * @see https://github.com/frappe/frappe/blob/develop/realtime/middlewares/authenticate.js
 */
export function frappeSite(settings: SocketIoSettings, site: string, origin: string): FrappeSite {
	const from = readOrigin(origin.trim() || settings.origin);
	const name = readSite(site) || from.hostname;
	const own = new Map(
		Object.entries(settings.headers).map(([key, value]) => [key.toLowerCase(), value]),
	);
	const signsIn = own.has('authorization') || /(^|;\s*)sid=/.test(own.get('cookie') ?? '');
	if (!signsIn) {
		throw new SocketIoError(
			'settings',
			"'Headers' of the credential contains no sign-in for Frappe",
			'Enter the API key and secret of a Frappe user: {"Authorization": "token <key>:<secret>"}.',
		);
	}
	const wanted = {
		Origin: from.origin,
		Cookie: 'n8n=1',
		...(name === from.hostname ? {} : { 'X-Frappe-Site-Name': name }),
	};
	const missing = Object.entries(wanted).filter(([key]) => !own.has(key.toLowerCase()));
	const headers = { ...settings.headers, ...Object.fromEntries(missing) };
	return { site: name, settings: { ...settings, headers } };
}

/**
 * The name of a site as the user wrote it, empty for none.
 *
 * @throws SocketIoError of kind `settings` where it is no name
 */
export function readSite(value: string): string {
	const site = value.trim();
	if (/^[\w.-]*$/.test(site)) return site;
	throw new SocketIoError(
		'settings',
		"'Site' is not a valid site name",
		'Enter the name used in Frappe, such as erp.example.com, without https:// and port.',
	);
}

function readOrigin(value: string): URL {
	const url = URL.canParse(value) ? new URL(value) : undefined;
	if (url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/') return url;
	throw new SocketIoError(
		'settings',
		"'Origin' is not the URL of a site",
		'Enter a value such as https://erp.example.com, or leave it empty.',
	);
}

/** More would only be a mistake; each costs the server a question of permission. */
const MOST = 1000;

/** What is subscribed to beside what Frappe sends everyone. */
interface FrappeSubscriptions {
	readonly doctypes: readonly string[];
	readonly documents: ReadonlyArray<readonly [doctype: string, name: string]>;
	readonly tasks: readonly string[];
}

/**
 * Reads the parameters: lists, or texts with commas or line breaks between the names.
 *
 * @throws SocketIoError of kind `settings` that names the parameter
 */
export function readSubscriptions(
	doctypes: unknown,
	documents: unknown,
	tasks: unknown,
): FrappeSubscriptions {
	return {
		doctypes: readNames(doctypes, 'Doctypes'),
		documents: readNames(documents, 'Documents').map(readDocument),
		tasks: readNames(tasks, 'Tasks'),
	};
}

/** Sends the subscriptions, as Frappe's own clients do; refused ones are not answered. */
export function subscribe(
	{ doctypes, documents, tasks }: FrappeSubscriptions,
	emit: (event: string, ...args: string[]) => void,
): void {
	for (const doctype of doctypes) emit('doctype_subscribe', doctype);
	for (const [doctype, name] of documents) emit('doc_subscribe', doctype, name);
	for (const task of tasks) emit('task_subscribe', task);
}

function readNames(value: unknown, label: string): string[] {
	const names = namesIn(value);
	if (names.length <= MOST) return [...new Set(names)];
	throw new SocketIoError(
		'settings',
		`'${label}' has ${names.length} entries, more than ${MOST}`,
		'Subscribe to whole doctypes instead, or use several triggers.',
	);
}

/** Names of documents may have slashes, names of doctypes do not. */
function readDocument(entry: string): readonly [string, string] {
	const slash = entry.indexOf('/');
	if (slash > 0 && slash < entry.length - 1) return [entry.slice(0, slash), entry.slice(slash + 1)];
	throw new SocketIoError(
		'settings',
		`'Documents' has the entry '${entry}', which does not name a document`,
		'Enter each one as doctype, slash and name, such as Sales Order/SO-0001.',
	);
}

/** As whom Frappe takes requests. */
const LOGGED_USER = '/api/method/frappe.auth.get_logged_user';

/** Milliseconds: the realtime service itself, for example, never answers such a request. */
const LIMIT_MS = 5_000;

/** Whom to ask, and how. */
interface FrappeQuestion {
	/** With the headers of the handshake, of which `Origin` says where the web server is. */
	readonly settings: SocketIoSettings;
	/** See {@link SocketIoListening.egress}; what it refuses is not asked. */
	readonly egress: (origin: string) => Promise<LookupFunction | undefined>;
	readonly signal: AbortSignal;
}

/**
 * What Frappe's realtime service does not say: it lets a Guest in, who hears nearly nothing, and does
 * not look whether there is such a site. So its web server is asked, as the service itself asks it.
 *
 * @returns a permanent failure where the credential signs nobody in or the site does not exist;
 * undefined where all is well, or the web server cannot be asked
 */
export async function frappeUserFailure(
	question: FrappeQuestion,
): Promise<RealtimeFailure | undefined> {
	const { headers } = question.settings;
	const site = headerIn(headers, 'x-frappe-site-name');
	try {
		const answer = await ask(question, headers);
		if (isGuest(answer)) return guest();
		if (answer.statusCode !== 404 || site === undefined) return undefined;
		// Without the site's name the host's own site answers: then there is a Frappe, without that site.
		const others = Object.entries(headers).filter(([name]) => !isSiteName(name));
		const { statusCode } = await ask(question, Object.fromEntries(others));
		return statusCode === 404 || statusCode >= 500 ? undefined : noSuchSite(site);
	} catch {
		// The handshake says what is wrong.
		return undefined;
	}
}

async function ask(
	{ settings, egress, signal }: FrappeQuestion,
	headers: Readonly<Record<string, string>>,
): Promise<PooledAnswer> {
	const origin = headerIn(settings.headers, 'origin') ?? settings.origin;
	const lookup = await egress(origin);
	const http = new PooledHttp(origin, { lookup, connections: 1, connectLimitMs: LIMIT_MS });
	try {
		const limitMs = LIMIT_MS;
		const request = { path: LOGGED_USER, headers: requestHeaders(headers), limitMs, signal };
		return await http.request({ method: 'GET', ...request });
	} finally {
		http.close();
	}
}

/** A site that does not tell a Guest who he is forbids him to ask. */
function isGuest({ statusCode, body }: PooledAnswer): boolean {
	const { message, exc_type: type } = tryJsonObject(body) ?? {};
	return statusCode === 403 ? type === 'PermissionError' : message === 'Guest';
}

function guest(): RealtimeFailure {
	return new RealtimeFailure('Frappe treats this node as Guest, who receives almost no events', {
		description:
			'\'Headers\' of the credential do not sign in: a sid has expired, or Authorization does not have the form token <key>:<secret>. Enter {"Authorization": "token <key>:<secret>"} of a Frappe user.',
		permanent: true,
	});
}

function noSuchSite(site: string): RealtimeFailure {
	return new RealtimeFailure(`Frappe has no site '${site}'`, {
		description:
			"Enter the exact name of the site in 'Site' (the folder under sites/). The realtime service itself does not check it.",
		permanent: true,
	});
}

function headerIn(headers: Readonly<Record<string, string>>, wanted: string): string | undefined {
	return Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

function isSiteName(name: string): boolean {
	return name.toLowerCase() === 'x-frappe-site-name';
}

/**
 * Presents events as `frappe.<name>` of `/frappe/<site>`, with the data `{event, site, payload}`.
 * Where the payload names a document, the subject is `<doctype>/<name>`.
 *
 * @param eventIdField see `ReceivedEvent`
 */
export function readFrappeEvent(site: string, eventIdField: string): SocketIoListening['read'] {
	return ({ name, args }, identity) => {
		const payload = args[0] ?? null;
		return receivedMessage({
			...identity,
			source: `/frappe/${site}`,
			type: `frappe.${name}`,
			subject: documentOf(payload),
			data: { event: name, site, payload },
			raw: { event: name, args },
			payload,
			eventIdField,
		});
	};
}

function documentOf(payload: unknown): string | undefined {
	if (typeof payload !== 'object' || payload === null) return undefined;
	const { doctype, name, docname } = payload as Partial<Record<string, unknown>>;
	const document = typeof name === 'string' ? name : docname;
	if (typeof doctype !== 'string' || typeof document !== 'string') return undefined;
	return doctype === '' || document === '' ? undefined : `${doctype}/${document}`;
}
