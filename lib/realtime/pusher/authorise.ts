import type { LookupFunction } from 'node:net';
import { tryJsonObject } from '../../event/json';
import { RealtimeFailure } from '../../net/failure';
import { PooledHttp, type HttpFault, type PooledAnswer } from '../../net/http';
import { spokenWords } from '../../net/spokenWords';
import { redactor, type Redact } from '../../net/redact';
import { isEncrypted, isPresence, channelKey } from './channel';

import type { PusherSettings } from './settings';
import { channelSignature } from './requestSignature';

/** What a subscription to a guarded channel is sent with. */
export interface Authorisation {
	/** `key:signature` */
	readonly auth: string;
	/** Presence channels only: JSON with `user_id`, exactly as it was signed. */
	readonly channelData?: string;
	/** Encrypted channels only: what their payloads are read with. */
	readonly sharedSecret?: Buffer;
}

/**
 * Authorises one subscription; asked again for every connection, since it holds for one only.
 *
 * @throws {RealtimeFailure} a permanent one where the channel is refused
 */
export type Authorise = (
	socketId: string,
	channel: string,
	signal: AbortSignal,
) => Promise<Authorisation>;

/** Who we are in presence channels. */
export interface PresenceMember {
	readonly userId: string;
	/** Any JSON value; `{}` where there is none: Reverb's presence channels break without. */
	readonly userInfo?: unknown;
}

/** Authorises with the app's own secret, without asking anybody. */
export function authoriseWithSecret(settings: PusherSettings, member: PresenceMember): Authorise {
	return async (socketId, channel) => {
		const { secret, masterKey } = settings;
		if (secret === '') {
			throw new RealtimeFailure(`The channel ${channel} needs authorization`, {
				permanent: true,
				description:
					"Fill in 'Secret' in the credential, or 'Auth Endpoint' if your application authorizes channels.",
			});
		}
		if (isEncrypted(channel) && masterKey === undefined) throw noMasterKey(channel);
		const channelData = isPresence(channel)
			? JSON.stringify({ user_id: member.userId, user_info: member.userInfo ?? {} })
			: undefined;
		return {
			auth: channelSignature(settings, socketId, channel, channelData),
			...(channelData === undefined ? {} : { channelData }),
			...(masterKey === undefined ? {} : sharedSecretOf(masterKey, channel)),
		};
	};
}

/** The key of an encrypted channel, for those only. */
function sharedSecretOf(masterKey: Buffer, channel: string): { sharedSecret?: Buffer } {
	return isEncrypted(channel) ? { sharedSecret: channelKey(masterKey, channel) } : {};
}

function noMasterKey(channel: string): RealtimeFailure {
	return new RealtimeFailure(
		`The channel ${channel} is encrypted, but there is no key to read it`,
		{
			permanent: true,
			description:
				"Fill in 'Encryption Master Key' in the credential, or 'Auth Endpoint' if your application provides the key.",
		},
	);
}

/** Laravel serves the one or the other, by how the application registers it. */
const LARAVEL_API_PATH = '/api/broadcasting/auth';
const LARAVEL_PATH = '/broadcasting/auth';

const LIMIT_MS = 10_000;

/**
 * Authorises by asking the application, as Laravel's `/broadcasting/auth` and every `pusher-js` back
 * end answer: POST of `socket_id` and `channel_name` as a form.
 *
 * @param egress asked before each request; gives the lookup to connect with
 * @see https://pusher.com/docs/channels/server_api/authorizing-users/
 */
export function authoriseByEndpoint(
	settings: PusherSettings,
	endpoint: string,
	egress: (origin: string) => Promise<LookupFunction | undefined>,
): Authorise {
	const { key, authHeaders, masterKey } = settings;
	const redact = redactor([Object.values(authHeaders), settings.secret]);
	let address = new URL(endpoint);
	return async (socketId, channel, signal) => {
		const http = new PooledHttp(address.origin, {
			lookup: await egress(address.origin),
			connections: 1,
			connectLimitMs: LIMIT_MS,
		});
		try {
			const ask = async (url: URL) =>
				await request(http, url, authHeaders, socketId, channel, signal);
			let answer = await ask(address);
			if (answer.statusCode === 404 && address.pathname === LARAVEL_API_PATH) {
				const other = new URL(address);
				other.pathname = LARAVEL_PATH;
				const second = await ask(other);
				// Only what is there is kept: a 404 of both is told of the address that the user named.
				if (second.statusCode !== 404) {
					address = other;
					answer = second;
				}
			}
			const where = `${address.origin}${address.pathname}`;
			if (answer.statusCode !== 200) throw authRefusal(answer, channel, where, redact);
			const given = readAuthorisation(answer.body, { channel, key, where });
			return withSharedSecret(given, masterKey, channel, where);
		} finally {
			http.close();
		}
	};
}

async function request(
	http: PooledHttp,
	{ pathname, search }: URL,
	authHeaders: Readonly<Record<string, string>>,
	socketId: string,
	channel: string,
	signal: AbortSignal,
): Promise<PooledAnswer> {
	try {
		return await http.request({
			method: 'POST',
			path: pathname + search,
			headers: {
				accept: 'application/json',
				'x-requested-with': 'XMLHttpRequest',
				...authHeaders,
				'content-type': 'application/x-www-form-urlencoded',
			},
			body: new URLSearchParams({ socket_id: socketId, channel_name: channel }).toString(),
			limitMs: LIMIT_MS,
			signal,
		});
	} catch (error) {
		throw unanswered(error, channel);
	}
}

function unanswered(error: unknown, channel: string): RealtimeFailure {
	const { message, description } = error as HttpFault;
	return new RealtimeFailure(`The channel ${channel} could not be authorized: ${message}`, {
		description: `${description} Check 'Auth Endpoint' in the credential.`,
	});
}

/** What the application gives goes before our own master key. */
function withSharedSecret(
	given: Authorisation,
	masterKey: Buffer | undefined,
	channel: string,
	where: string,
): Authorisation {
	if (given.sharedSecret !== undefined || !channel.startsWith('private-encrypted-')) return given;
	if (masterKey !== undefined) return { ...given, ...sharedSecretOf(masterKey, channel) };
	throw new RealtimeFailure(`${where} authorized ${channel} without a 'shared_secret' to read it`, {
		permanent: true,
		description:
			"Let the application return it, or fill in 'Encryption Master Key' in the credential.",
	});
}

const SHARED_SECRET_BYTES = 32;

const ADVICE: Readonly<Record<number, string>> = {
	301: 'It redirects. Enter the final URL in the credential.',
	302: "It redirects, as Laravel does for requests that are not signed in. Check 'Auth Headers' in the credential, and that the route accepts a token (middleware auth:sanctum), not only a session.",
	401: "The application does not know the user. Check 'Auth Headers' in the credential.",
	403: 'The application does not allow this channel to the user of the token (with Laravel, see routes/channels.php), or the route does not check tokens: php artisan route:list must show auth:sanctum for it.',
	404: "The route does not exist. Check 'Auth Endpoint' in the credential. Laravel lists its routes with: php artisan route:list",
	405: 'The route does not accept POST.',
	419: 'Laravel asks for a CSRF token: the route has the middleware web. Register it for the API, as in Broadcast::routes(["middleware" => ["auth:sanctum"]]).',
	422: 'The application did not accept socket_id and channel_name.',
};

/**
 * The failure for an answer other than 200. What the application decided is permanent; that it is
 * down is not.
 *
 * @param where the address that was asked, without its query
 */
export function authRefusal(
	{ statusCode, body }: PooledAnswer,
	channel: string,
	where: string,
	redact: Redact,
): RealtimeFailure {
	const words = redact(spokenWords(body, ['error', 'message']));
	const said = words === '' ? '' : ` (${words})`;
	const passing = statusCode >= 500 || statusCode === 429 || statusCode === 408;
	return new RealtimeFailure(
		`The channel ${channel} was not authorized: ${where} answered ${statusCode}${said}`,
		{ description: ADVICE[statusCode], permanent: !passing },
	);
}

/**
 * Reads the body of a 200, strictly: servers turn down anything else in words that help nobody.
 *
 * @throws {RealtimeFailure} that says what is wrong with it
 */
export function readAuthorisation(
	body: string,
	{
		channel,
		key,
		where,
	}: { readonly channel: string; readonly key: string; readonly where: string },
): Authorisation {
	const wrong = (what: string, description: string) =>
		new RealtimeFailure(
			`The channel ${channel} was not authorized: ${where} answered 200 ${what}`,
			{
				description,
				permanent: true,
			},
		);
	const fields = tryJsonObject(body);
	if (fields === undefined) {
		throw wrong(
			body.trim() === '' ? 'with nothing' : 'with something that is not a JSON object',
			"Laravel responds like this if broadcasting uses a driver other than reverb or pusher (BROADCAST_CONNECTION), or if a web page responds. Check the application and 'Auth Endpoint'.",
		);
	}
	const { auth, channel_data: channelData, shared_secret: sharedSecret } = fields;
	if (typeof auth !== 'string') {
		throw wrong("without 'auth'", 'The response must be {"auth":"<key>:<signature>"}.');
	}
	if (!auth.startsWith(`${key}:`)) {
		throw wrong(
			'with the signature of another key',
			"Its 'auth' must start with the app's key. Check 'Key' in the credential and the key that the application uses.",
		);
	}
	if (isPresence(channel) && typeof channelData !== 'string') {
		throw wrong("without 'channel_data'", 'A presence channel needs it as a JSON text.');
	}
	if (sharedSecret !== undefined && !isSharedSecret(sharedSecret)) {
		throw wrong("with a 'shared_secret' that is not 32 bytes in base64", 'Check the application.');
	}
	return {
		auth,
		...(typeof channelData === 'string' ? { channelData } : {}),
		...(isSharedSecret(sharedSecret) ? { sharedSecret: Buffer.from(sharedSecret, 'base64') } : {}),
	};
}

function isSharedSecret(value: unknown): value is string {
	return typeof value === 'string' && Buffer.from(value, 'base64').length === SHARED_SECRET_BYTES;
}
