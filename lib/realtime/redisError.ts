/** What went wrong with a Redis server, for callers that decide by it. */
export type RedisErrorKind = 'settings' | 'unreachable' | 'tls' | 'refused' | 'timeout' | 'lost';

/**
 * A named failure in words for the user: `message` says what happened, `description` what to do.
 * Neither holds a secret of the credential.
 */
export class RedisError extends Error {
	override readonly name = 'RedisError';

	constructor(
		readonly kind: RedisErrorKind,
		message: string,
		readonly description: string,
	) {
		super(message);
	}
}
