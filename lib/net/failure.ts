/** Why a connection could not be made, or ended. */
export interface FailureOptions {
	/** What the user can do about it. */
	readonly description?: string;
	/** It cannot pass by itself: the same connection would be refused again. */
	readonly permanent?: boolean;
	/** When to try again, in milliseconds, where the server says so; 0: at once. */
	readonly retryAfterMs?: number;
}

/**
 * A named failure in words for the user: `message` says what happened, in the server's own words where
 * it said some, `description` what to do. Neither holds a secret of a credential.
 */
export abstract class Failure extends Error {
	abstract readonly description: string | undefined;
}

/** What happened and what to do, in one text, for places that show one; any other error as it is. */
export function inWords(error: unknown): string {
	if (!(error instanceof Failure)) return String(error);
	const { message, description } = error;
	return description === undefined || description === '' ? message : `${message}. ${description}`;
}

/** A connection to a realtime server that could not be made, or ended. */
export class RealtimeFailure extends Failure {
	override readonly name = 'RealtimeFailure';

	readonly description: string | undefined;

	readonly permanent: boolean;

	readonly retryAfterMs: number | undefined;

	constructor(message: string, { description, permanent, retryAfterMs }: FailureOptions = {}) {
		super(message);
		this.description = description;
		this.permanent = permanent ?? false;
		this.retryAfterMs = retryAfterMs;
	}
}

/** Any error as a failure; one that is not known is taken for a passing one. */
export function asFailure(error: unknown): RealtimeFailure {
	if (error instanceof RealtimeFailure) return error;
	return new RealtimeFailure(error instanceof Error ? error.message : String(error));
}
