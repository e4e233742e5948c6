import type { LookupFunction } from 'node:net';
import { redactor } from '../../net/redact';
import { PooledHttp, type HttpFault, type PooledAnswer } from '../../net/http';
import { RealtimeFailure } from '../../net/failure';
import { sharedSecretOf, type Authorisation, type Authorise } from './authorise';
import { authRefusal, readAuthorisation } from './authAnswer';
import type { PusherSettings } from './settings';

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
	return new RealtimeFailure(`The channel ${channel} could not be authorised: ${message}`, {
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
	throw new RealtimeFailure(`${where} authorised ${channel} without a 'shared_secret' to read it`, {
		permanent: true,
		description:
			"Let the application answer with it, or fill in 'Encryption Master Key' in the credential.",
	});
}
