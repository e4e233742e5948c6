import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Whether a request signs in as Kometia asks: HTTP Basic, the API key as user, no password. */
export function hasKey({ authorization }: IncomingHttpHeaders, apiKey: string): boolean {
	const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1] ?? '';
	const given = Buffer.from(encoded, 'base64').toString('utf8');
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(given), digest(`${apiKey}:`));
}
