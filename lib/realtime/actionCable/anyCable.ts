import type { PooledAnswer, PooledHttp } from '../../net/http';
import { redactor, type Redact } from '../../net/redact';
import { RealtimeFailure } from '../../net/failure';
import { spokenWords } from '../../net/spokenWords';
import type { BroadcastEndpoint } from './settings';

/**
 * One message for the subscribers of a stream, as AnyCable takes it.
 *
 * @see https://docs.anycable.io/anycable-go/broadcasting
 */
export interface Publication {
	readonly stream: string;
	/** JSON text of the message. */
	readonly data: string;
}

/**
 * Asks AnyCable to broadcast, all in one request and in order. It does not tell to how many.
 *
 * @throws {HttpFault} where there is no answer
 * @throws {RealtimeFailure} where the answer is no 2xx
 */
export async function broadcastOverHttp(
	http: PooledHttp,
	endpoint: BroadcastEndpoint,
	publications: readonly Publication[],
	limitMs: number,
): Promise<void> {
	const answer = await post(http, endpoint, publications, limitMs);
	if (answer.statusCode < 200 || answer.statusCode >= 300) {
		throw refused(answer, endpoint, redactor([endpoint.key]));
	}
}

/**
 * Whether AnyCable would take broadcasts with this key. An empty list of them reaches nobody; what
 * the versions of AnyCable answer to it differs, but for a wrong key it is 401.
 *
 * @param redact of what the server says
 * @throws {HttpFault} where there is no answer
 * @throws {RealtimeFailure} where it would not
 */
export async function checkBroadcastKey(
	http: PooledHttp,
	endpoint: BroadcastEndpoint,
	limitMs: number,
	redact: Redact,
): Promise<void> {
	const answer = await post(http, endpoint, [], limitMs);
	const { statusCode } = answer;
	const taken = (statusCode >= 200 && statusCode < 300) || statusCode === 422 || statusCode === 501;
	if (!taken) throw refused(answer, endpoint, redact);
}

async function post(
	http: PooledHttp,
	{ path, key }: BroadcastEndpoint,
	publications: readonly Publication[],
	limitMs: number,
): Promise<PooledAnswer> {
	return await http.request({
		method: 'POST',
		path,
		headers: {
			'content-type': 'application/json',
			...(key === '' ? {} : { authorization: `Bearer ${key}` }),
		},
		body: JSON.stringify(publications),
		limitMs,
	});
}

function refused(
	{ statusCode, body }: PooledAnswer,
	{ origin }: BroadcastEndpoint,
	redact: Redact,
) {
	const words = redact(spokenWords(body));
	const said = words === '' ? '' : ` (${words})`;
	return new RealtimeFailure(
		`${origin} did not accept the broadcast: HTTP status ${statusCode}${said}`,
		{
			description: advice(statusCode),
		},
	);
}

function advice(status: number): string {
	switch (status) {
		case 401:
		case 403:
			return "AnyCable does not accept 'Broadcast Key' of the credential. If it has only a secret, the key is the hex HMAC-SHA256 of the text broadcast-cable with that secret.";
		case 404:
		case 405:
			return "AnyCable does not accept broadcasts at 'Broadcast URL' of the credential. Check its path, usually /_broadcast, its port (8090 without a key), and that AnyCable runs with --broadcast_adapter=http.";
		case 422:
			return "AnyCable could not read the request. Check 'Broadcast URL' of the credential and the version of AnyCable.";
		case 501:
			return "AnyCable accepted the request but could not process it. See AnyCable's log.";
		default:
			return status >= 500
				? 'The server, or a proxy in front of it, has a problem. The broadcast may or may not have been sent.'
				: "Check 'Broadcast URL' of the credential.";
	}
}
