import { identityOf, type EventEnvelope } from './envelope.mts';

/** One event as the hub keeps it and as the page receives it. */
export interface EventRecord {
	/** Place in this run of the hub: 1, 2, 3 … without gaps. */
	position: number;
	/** When the hub received it, ISO 8601. */
	receivedAt: string;
	event: EventEnvelope;
}

/** What a page gets when it connects. */
export interface CatchUp {
	/** Events after the page's position that are still kept, oldest first. */
	records: EventRecord[];
	/** How many after the page's position are no longer kept. */
	lost: number;
}

export interface HistoryLimits {
	/** Most events kept. */
	events: number;
	/** Most characters of JSON kept over all events; the newest event is kept in any case. */
	characters: number;
}

/** Identities remembered for each event kept, so that a late retry is still recognised. */
const REMEMBERED_PER_EVENT = 20;

/** The newest events in memory, numbered, each once. */
export class History {
	readonly #limits: HistoryLimits;
	readonly #kept: Array<{ record: EventRecord; size: number }> = [];
	readonly #positions = new Map<string, number>();
	#characters = 0;
	#lastPosition = 0;

	constructor(limits: HistoryLimits) {
		this.#limits = limits;
	}

	/** Keeps an event, or finds it again: `record` is absent where it was listed before. */
	add(event: EventEnvelope): { position: number; record?: EventRecord } {
		const identity = identityOf(event);
		const known = this.#positions.get(identity);
		if (known !== undefined) return { position: known };

		// Serialised first: where that throws, nothing has changed.
		const size = JSON.stringify(event).length;
		const position = ++this.#lastPosition;
		const record = { position, receivedAt: new Date().toISOString(), event };
		this.#positions.set(identity, position);
		this.#kept.push({ record, size });
		this.#characters += size;
		this.#trim();
		return { position, record };
	}

	/** What a page that has seen everything up to `position` has missed. */
	since(position: number): CatchUp {
		const records = this.#kept.map(({ record }) => record);
		const firstKept = records[0]?.position ?? this.#lastPosition + 1;
		return {
			records: records.filter((record) => record.position > position),
			lost: Math.max(0, firstKept - 1 - position),
		};
	}

	#trim(): void {
		const { events, characters } = this.#limits;
		while (this.#kept.length > 1) {
			if (this.#kept.length <= events && this.#characters <= characters) break;
			this.#characters -= this.#kept.shift()?.size ?? 0;
		}
		// A Map keeps insertion order: its first key is the oldest identity.
		for (const oldest of this.#positions.keys()) {
			if (this.#positions.size <= events * REMEMBERED_PER_EVENT) break;
			this.#positions.delete(oldest);
		}
	}
}
