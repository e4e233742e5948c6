import type { Redact } from '../../net/redact';
import type { PooledAnswer } from '../../net/http';
import { RealtimeFailure } from '../../net/failure';
import type { Authorisation } from './authorise';
import { isPresence } from './channel';
import { spokenWords } from './spokenWords';

const SHARED_SECRET_BYTES = 32;

const ADVICE: Readonly<Record<number, string>> = {
	301: 'It redirects. Write the final address in the credential.',
	302: "It redirects, as a Laravel application does that does not know who asks. Check 'Auth Headers' in the credential, and that the route accepts a token (middleware auth:sanctum), not only a session.",
	401: "The application does not know who asks. Check 'Auth Headers' in the credential.",
	403: 'The application does not allow this channel to the user of the token (with Laravel, see routes/channels.php), or the route does not look at tokens: php artisan route:list must show auth:sanctum for it.',
	404: "There is no such route. Check 'Auth Endpoint' in the credential; Laravel lists it with: php artisan route:list",
	405: 'The route takes no POST.',
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
	const words = redact(spokenWords(body));
	const said = words === '' ? '' : ` (${words})`;
	const passing = statusCode >= 500 || statusCode === 429 || statusCode === 408;
	return new RealtimeFailure(
		`The channel ${channel} was not authorised: ${where} answered ${statusCode}${said}`,
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
			`The channel ${channel} was not authorised: ${where} answered 200 ${what}`,
			{
				description,
				permanent: true,
			},
		);
	const fields = parseObject(body);
	if (fields === undefined) {
		throw wrong(
			body.trim() === '' ? 'with nothing' : 'with something that is no JSON object',
			"Laravel answers so where broadcasting has another driver than reverb or pusher (BROADCAST_CONNECTION), or where a web page answers. Check the application and 'Auth Endpoint'.",
		);
	}
	const { auth, channel_data: channelData, shared_secret: sharedSecret } = fields;
	if (typeof auth !== 'string') {
		throw wrong("without 'auth'", 'The answer has to be {"auth":"<key>:<signature>"}.');
	}
	if (!auth.startsWith(`${key}:`)) {
		throw wrong(
			'with the signature of another key',
			"Its 'auth' has to start with the app's key. Check 'Key' in the credential, and the key that the application uses.",
		);
	}
	if (isPresence(channel) && typeof channelData !== 'string') {
		throw wrong("without 'channel_data'", 'A presence channel needs it, as a text of JSON.');
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

function parseObject(body: string): Record<string, unknown> | undefined {
	try {
		const parsed: unknown = JSON.parse(body);
		return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
			? (parsed as Record<string, unknown>)
			: undefined;
	} catch {
		return undefined;
	}
}
