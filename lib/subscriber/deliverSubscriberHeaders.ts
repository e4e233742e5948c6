import { isHeader } from '../net/fields';

/** What the delivery itself says, and what belongs to the connection (RFC 9110 section 7.6.1). */
const RESERVED: ReadonlySet<string> = new Set([
	'accept-encoding',
	'connection',
	'content-encoding',
	'content-length',
	'content-type',
	'expect',
	'host',
	'http2-settings',
	'keep-alive',
	'proxy-authorization',
	'proxy-connection',
	'te',
	'trailer',
	'transfer-encoding',
	'upgrade',
]);

const RESERVED_PREFIX = 'webhook-';

/** Whether a header of this name is not the subscriber's to set. */
export function isReservedHeader(name: string): boolean {
	const lower = name.trim().toLowerCase();
	return RESERVED.has(lower) || lower.startsWith(RESERVED_PREFIX);
}

/**
 * The first header that HTTP does not allow, for a message; its content is not told, it may be a
 * secret.
 */
export function invalidHeaderName(headers: Readonly<Record<string, string>>): string | undefined {
	return Object.keys(headers).find((name) => !isHeader(name, headers[name]));
}

/** A subscriber's headers as undici takes them: name, value, name, value. Reserved ones are left out. */
export function sendableHeaders(headers: Readonly<Record<string, string>>): string[] {
	return Object.entries(headers).flatMap(([name, value]) =>
		isReservedHeader(name) ? [] : [name, String(value)],
	);
}
