import { SocketIoError } from '../socketIo/socketIoError';
import type { SocketIoSettings } from '../socketIo/settings';

/** One site of a Frappe server, and how its realtime service is addressed. */
export interface FrappeSite {
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
	const name = site.trim() || from.hostname;
	if (!/^[\w.-]+$/.test(name)) {
		throw new SocketIoError(
			'settings',
			"'Site' is not the name of a site",
			'Write it as Frappe knows it, such as erp.example.com, without https:// and port.',
		);
	}
	const own = new Map(
		Object.entries(settings.headers).map(([key, value]) => [key.toLowerCase(), value]),
	);
	const signsIn = own.has('authorization') || /(^|;\s*)sid=/.test(own.get('cookie') ?? '');
	if (!signsIn) {
		throw new SocketIoError(
			'settings',
			"'Headers' of the credential says nothing of who signs in at Frappe",
			'Write the API key and secret of a Frappe user: {"Authorization": "token <key>:<secret>"}.',
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

function readOrigin(value: string): URL {
	const url = URL.canParse(value) ? new URL(value) : undefined;
	if (url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/') return url;
	throw new SocketIoError(
		'settings',
		"'Origin' is not the address of a site",
		'Write it such as https://erp.example.com, or leave it empty.',
	);
}
