import type { LookupFunction } from 'node:net';
import type { SocketIoSettings } from '../socketIo/settings';
import { PooledHttp, type PooledAnswer } from '../../net/http';
import { RealtimeFailure } from '../../net/failure';
import { requestHeaders } from './frappeMethod';

/** As whom Frappe takes requests. */
const LOGGED_USER = '/api/method/frappe.auth.get_logged_user';

/** Milliseconds: the realtime service itself, for example, never answers such a request. */
const LIMIT_MS = 5_000;

/** Whom to ask, and how. */
export interface FrappeQuestion {
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
	try {
		const { message, exc_type: type } = JSON.parse(body) as Record<string, unknown>;
		return statusCode === 403 ? type === 'PermissionError' : message === 'Guest';
	} catch {
		return false;
	}
}

function guest(): RealtimeFailure {
	return new RealtimeFailure('Frappe takes this node for Guest, who hears nearly nothing', {
		description:
			'\'Headers\' of the credential sign nobody in: a sid has expired, or Authorization is not of the form token <key>:<secret>. Write there {"Authorization": "token <key>:<secret>"} of a Frappe user.',
		permanent: true,
	});
}

function noSuchSite(site: string): RealtimeFailure {
	return new RealtimeFailure(`Frappe has no site '${site}'`, {
		description:
			"Write in 'Site' the name of the site exactly as Frappe knows it (the folder under sites/). The realtime service itself does not check it.",
		permanent: true,
	});
}

function headerIn(headers: Readonly<Record<string, string>>, wanted: string): string | undefined {
	return Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

function isSiteName(name: string): boolean {
	return name.toLowerCase() === 'x-frappe-site-name';
}
