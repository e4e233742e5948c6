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
 * A connection to a realtime server that could not be made, or ended. Its message is safe to show:
 * what happened, in the server's own words where it said some, and no secret.
 */
export class RealtimeFailure extends Error {
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
