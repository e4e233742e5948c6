/** What went wrong with a Socket.IO server, for callers that decide by it. */
export type SocketIoErrorKind =
	| 'settings'
	| 'unreachable'
	| 'tls'
	| 'notSocketIo'
	| 'closed'
	| 'refused'
	| 'namespace'
	| 'handshakeTimeout'
	| 'event'
	| 'tooLarge'
	| 'acknowledgementTimeout'
	| 'lost'
	| 'flushTimeout';

/** What the server itself said, for callers that know its words. Holds no secret either. */
export interface SocketIoAnswer {
	/** HTTP status with which it turned the handshake down. */
	readonly status?: number;
	/** The words of its refusal. */
	readonly words?: string;
}

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
		readonly answer: SocketIoAnswer = {},
	) {
		super(message);
	}
}
