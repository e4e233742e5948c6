/** What went wrong with a Socket.IO server, for callers that decide by it. */
export type SocketIoErrorKind =
	| 'settings'
	| 'unreachable'
	| 'tls'
	| 'notSocketIo'
	| 'refused'
	| 'namespace'
	| 'handshakeTimeout'
	| 'event'
	| 'tooLarge'
	| 'acknowledgementTimeout'
	| 'lost'
	| 'flushTimeout';

/**
 * A named failure in words for the user: `message` says what happened, `description` what to do.
 * Neither holds a value of the credential.
 */
export class SocketIoError extends Error {
	override readonly name = 'SocketIoError';

	constructor(
		readonly kind: SocketIoErrorKind,
		message: string,
		readonly description: string,
	) {
		super(message);
	}
}
