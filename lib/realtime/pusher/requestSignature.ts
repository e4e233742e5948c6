import { createHash, createHmac } from 'node:crypto';

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
	const parameters: Record<string, string> = {
		...query,
		auth_key: key,
		auth_timestamp: String(Math.floor(now / 1000)),
		auth_version: '1.0',
		...(body === undefined ? {} : { body_md5: createHash('md5').update(body).digest('hex') }),
	};
	const sorted = Object.entries(parameters).sort(([a], [b]) =>
		a.toLowerCase() < b.toLowerCase() ? -1 : 1,
	);
	// Signed as they are, sent encoded.
	const plain = sorted.map(([name, value]) => `${name.toLowerCase()}=${value}`).join('&');
	const signature = hmac(secret, `${method}\n${path}\n${plain}`);
	return new URLSearchParams([...sorted, ['auth_signature', signature]]).toString();
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
