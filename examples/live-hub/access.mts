import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

function hostname(hostHeader: string | undefined): string | undefined {
	if (!hostHeader || !URL.canParse(`http://${hostHeader}`)) return undefined;
	return new URL(`http://${hostHeader}`).hostname.replace(/^\[|\]$/g, '');
}

/**
 * Web pages of other sites can open a WebSocket to a server on this machine. Browsers name the
 * page's site in `Origin`, so what does not come from the hub's own page is refused. Programs that
 * are no browser send no `Origin`.
 */
export function isSameSite({ origin, host }: IncomingHttpHeaders): boolean {
	if (origin === undefined) return true;
	return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

/**
 * A foreign site can also point its own name at 127.0.0.1 (DNS rebinding). An address or
 * `localhost` cannot be pointed anywhere, so those are taken, and the names the owner listed.
 */
export function isOwnHost({ host }: IncomingHttpHeaders, publicHosts: readonly string[]): boolean {
	const name = hostname(host);
	if (name === undefined) return false;
	return name === 'localhost' || isIP(name) !== 0 || publicHosts.includes(name);
}

/** Compares two secrets in constant time, whatever their lengths. */
export function secretsEqual(given: string, expected: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(given), digest(expected));
}

/** Says why a publisher is refused, or returns `undefined` where its token is right. */
export function tokenProblem(auth: unknown, expected: string | undefined): string | undefined {
	if (!expected) return undefined;
	const given = typeof auth === 'object' && auth !== null && 'token' in auth ? auth.token : '';
	if (typeof given !== 'string' || given === '') {
		return 'This hub needs a token. Send it as "token" in the authentication data of the connection.';
	}
	if (secretsEqual(given, expected)) return undefined;
	return 'The token is not the one this hub was started with. Correct "token" in the authentication data.';
}
