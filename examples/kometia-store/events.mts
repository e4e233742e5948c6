import { randomBytes } from 'node:crypto';

/** An event as this stand-in tells it. Kometia publishes no schema; see the README. */
export interface KometiaEvent {
	readonly id: string;
	readonly type: string;
	readonly created_at: string;
	readonly store: string;
	readonly data: Readonly<Record<string, unknown>>;
}

/** What may be chosen of a new event; the rest is made up. */
export interface NewEvent {
	readonly id?: string;
	readonly type: string;
	readonly data: Readonly<Record<string, unknown>>;
}

/** Older ones are forgotten: this is an example, not a shop. */
const MOST_EVENTS = 1_000;

/** The events of one store, in memory. */
export class EventLog {
	readonly #events = new Map<string, KometiaEvent>();
	readonly #store: string;

	constructor(store: string) {
		this.#store = store;
	}

	/** Adds an event; one of the same id is replaced. */
	create({ id, type, data }: NewEvent): KometiaEvent {
		const event = {
			id: id ?? `evt_${randomBytes(9).toString('hex')}`,
			type,
			created_at: new Date().toISOString(),
			store: this.#store,
			data,
		};
		this.#events.set(event.id, event);
		for (const oldest of this.#events.keys()) {
			if (this.#events.size <= MOST_EVENTS) break;
			this.#events.delete(oldest);
		}
		return event;
	}

	get(id: string): KometiaEvent | undefined {
		return this.#events.get(id);
	}
}
