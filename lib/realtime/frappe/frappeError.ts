/**
 * A named failure in words for the user: `message` says what happened, `description` what to do.
 * Neither holds a value of the credential.
 */
export class FrappeError extends Error {
	override readonly name = 'FrappeError';

	constructor(
		message: string,
		readonly description: string,
	) {
		super(message);
	}
}
