import { redactor } from '../net/redact';
import { RedisError } from './redisError';
import { redisAddress, type RedisSettings } from './redisSettings';

const MAX_DETAIL_CHARACTERS = 300;

/** What to do about what Redis itself says, by the first word of its reply. */
const REPLIES: Readonly<Record<string, string>> = {
	DENIED:
		'Redis is in protected mode: set a password there (requirepass) and in the credential, or let it accept this address.',
	LOADING: 'Redis is still reading its data. Try again in a moment.',
	NOAUTH: "Write the password in 'Password' of the Redis credential.",
	NOPERM:
		'Give the user the permission at Redis: ACL SETUSER with +publish and the channels (&prefix:*).',
	WRONGPASS: "Check 'User' and 'Password' of the Redis credential.",
};

/**
 * Names what the `redis` client rejects with while connecting, or what Redis replies to a command.
 *
 * @param doing what was being done, such as `The login`
 */
export function redisFailure(error: unknown, settings: RedisSettings, doing: string): RedisError {
	if (error instanceof RedisError) return error;
	const address = redisAddress(settings);
	const { code, message } = detailsOf(error);
	if (code === '' && isReply(error)) return refusal(message, settings, doing);
	if (/CERT|^ERR_TLS|SIGNATURE|ISSUER/.test(code)) {
		return new RedisError(
			'tls',
			`The TLS certificate of ${settings.host} was not accepted (${code})`,
			'Give the Redis server a valid certificate, or add its authority with NODE_EXTRA_CA_CERTS where n8n runs.',
		);
	}
	if (/^ERR_SSL|^EPROTO/.test(code)) {
		return new RedisError(
			'tls',
			`${address} does not speak TLS as expected (${code})`,
			"Check whether the Redis server wants 'TLS' in the credential.",
		);
	}
	if (code === 'ECONNREFUSED') {
		return new RedisError(
			'unreachable',
			`Nothing accepts connections at ${address} (ECONNREFUSED)`,
			"Start the Redis server, or correct 'Host' and 'Port' of the Redis credential.",
		);
	}
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
		return new RedisError(
			'unreachable',
			`The host name ${settings.host} was not found (${code})`,
			"Correct 'Host' of the Redis credential, or check the name service where n8n runs.",
		);
	}
	return new RedisError(
		'unreachable',
		`There is no connection to Redis at ${address} (${hide(settings, code || message)})`,
		"Check 'Host', 'Port' and 'TLS' of the Redis credential and the network.",
	);
}

/** The connection ended, or hangs, while a command was under way. */
export function lostConnection(settings: RedisSettings, error: unknown): RedisError {
	const { code, message } = detailsOf(error);
	return new RedisError(
		'lost',
		`The connection to Redis at ${redisAddress(settings)} was lost (${hide(settings, code || message)})`,
		'What was just sent may or may not have arrived. The next execution connects again.',
	);
}

/** No reply within the limit. */
export function redisTimeout(settings: RedisSettings, limitMs: number): RedisError {
	return new RedisError(
		'timeout',
		`Redis at ${redisAddress(settings)} did not reply within ${limitMs / 1000} seconds`,
		"Check that a Redis server runs at 'Host' and 'Port' of the credential, and whether it wants 'TLS'.",
	);
}

/** Whether Redis itself replied so: then the connection still works. */
export function isReply(error: unknown): error is Error {
	return error instanceof Error && /^[A-Z]{3,}( |$)/.test(error.message);
}

function refusal(message: string, settings: RedisSettings, doing: string): RedisError {
	const [word = ''] = message.split(' ');
	const advice = /without any password configured/.test(message)
		? "The server asks for no password: empty 'User' and 'Password' of the Redis credential."
		: /DB index/.test(message)
			? "Correct 'Database' of the Redis credential."
			: ((Object.hasOwn(REPLIES, word) ? REPLIES[word] : undefined) ??
				'Check the Redis server and its credential.');
	return new RedisError(
		'refused',
		`${doing} was refused by Redis at ${redisAddress(settings)}: ${hide(settings, message)}`,
		advice,
	);
}

function hide(settings: RedisSettings, text: string): string {
	return redactor([settings.password])(text).slice(0, MAX_DETAIL_CHARACTERS);
}

function detailsOf(error: unknown): { code: string; message: string } {
	if (!(error instanceof Error)) return { code: '', message: String(error) };
	const { code } = error as { code?: unknown };
	if (typeof code === 'string') return { code, message: error.message };
	// Several addresses of one name, all of them tried.
	if (error instanceof AggregateError && error.errors.length > 0) return detailsOf(error.errors[0]);
	return { code: '', message: error.message };
}
