import type { Subscriber } from './subscriber';

/** A subscriber as a registry holds it. */
export interface RegisteredSubscriber extends Subscriber {
	/** n8n's own number of the row; never used twice. */
	readonly rowId: number;
	/** When the row was written last. */
	readonly updatedAt: Date;
}

/** A row of which no subscriber can be made: it is left out, and told. */
export class BadRow {
	constructor(
		/** n8n's own number of the row. */
		readonly rowId: number,
		/** Made of the row's number where the row has none. */
		readonly id: string,
		readonly column: string,
		/** Which row and column, what is wrong, what to do; quotes no secret. */
		readonly message: string,
		/** False where the row says so: nothing would be delivered anyway. */
		readonly active: boolean,
	) {}
}

/** What a table's rows amount to. */
export interface Registered {
	readonly subscribers: readonly RegisteredSubscriber[];
	readonly badRows: readonly BadRow[];
}

/** Why a registry could not do something, in words for the user. */
export class RegistryError extends Error {
	override readonly name = 'RegistryError';

	constructor(
		message: string,
		/** What to do. */
		readonly description: string,
	) {
		super(message);
	}
}
