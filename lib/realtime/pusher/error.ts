/** What went wrong with a Pusher server or on the way to it, for callers that decide by it. */
export type PusherErrorKind =
	| 'settings'
	/** A channel, event name or payload that the protocol does not allow. */
	| 'event'
	| 'tooLarge'
	| 'unreachable'
	/** No answer; the server may have acted nevertheless. */
	| 'unanswered'
	| 'cancelled'
	/** 401, 403 */
	| 'unauthorised'
	/** 404 */
	| 'notFound'
	/** 429 */
	| 'tooMany'
	/** 400, 422 and the like */
	| 'refused'
	/** 5xx */
	| 'broken'
	| 'notPusher';

/**
 * A named failure in words for the user: `message` says what happened, `description` what to do.
 * Neither holds a secret of the credential.
 */
export class PusherError extends Error {
	override readonly name = 'PusherError';

	constructor(
		readonly kind: PusherErrorKind,
		message: string,
		readonly description: string,
	) {
		super(message);
	}
}

/** A field of the credential that cannot be used, named by its label. */
export function settingsError(label: string, what: string, toDo: string): PusherError {
	return new PusherError('settings', `'${label}' of the credential ${what}`, toDo);
}
