import { createHmac, hash } from 'node:crypto';

/** Key and secret of an app. */
export interface SigningKey {
	readonly key: string;
	readonly secret: string;
}

/** A request to the HTTP API. */
export interface ApiRequest {
	readonly method: 'GET' | 'POST';
	/** Such as `/apps/3/events`, as the server signs it. */
	readonly path: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly body?: string;
}

/**
 * The query of a signed request, encoded.
 *
 * @param now milliseconds since 1970
 * @see https://pusher.com/docs/channels/library_auth_reference/rest-api/#authentication
 */
export function signedQuery(
	{ key, secret }: SigningKey,
	{ method, path, query, body }: ApiRequest,
	now: number,
): string {
	const own: Array<[name: string, value: string]> = [
		['auth_key', key],
		['auth_timestamp', String(Math.floor(now / 1000))],
		['auth_version', '1.0'],
	];
	if (body !== undefined) own.push(['body_md5', hash('md5', body, 'hex')]);
	// Those of every request stand in order already.
	const sorted = query === undefined ? own : inOrder([...Object.entries(query), ...own]);
	// Signed as they are, sent encoded.
	const plain = sorted.map(([name, value]) => `${name.toLowerCase()}=${value}`).join('&');
	const signature = hmac(secret, `${method}\n${path}\n${plain}`);
	if (query === undefined && PLAIN.test(key)) return `${plain}&auth_signature=${signature}`;
	return new URLSearchParams([...sorted, ['auth_signature', signature]]).toString();
}

/** What is the same when it is encoded. */
const PLAIN = /^[\w.*-]*$/;

function inOrder(parameters: Array<[name: string, value: string]>) {
	return parameters.sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
}

/**
 * What authorises a subscription: `key:signature`.
 *
 * @param channelData JSON as it is sent as `channel_data`, presence channels only
 * @see https://pusher.com/docs/channels/library_auth_reference/auth-signatures/
 */
export function channelSignature(
	{ key, secret }: SigningKey,
	socketId: string,
	channel: string,
	channelData?: string,
): string {
	const parts = [socketId, channel, ...(channelData === undefined ? [] : [channelData])];
	return `${key}:${hmac(secret, parts.join(':'))}`;
}

/** What signs a user in: `key:signature` over the JSON that is sent as `user_data`. */
export function userSignature(
	{ key, secret }: SigningKey,
	socketId: string,
	userData: string,
): string {
	return `${key}:${hmac(secret, `${socketId}::user::${userData}`)}`;
}

function hmac(secret: string, text: string): string {
	return createHmac('sha256', secret).update(text).digest('hex');
}
