import { Activity, type Minute } from './activity.mts';
import { identityOf, type EventEnvelope } from './envelope.mts';

/** One event as the hub keeps it and as the page receives it. */
export interface EventRecord {
	/** Place in what this run of the hub has told: 1, 2, 3 … An event that is told anew gets a new one. */
	position: number;
	/** When the hub received it, or n8n where its history told the hub, ISO 8601. */
	receivedAt: string;
	event: EventEnvelope;
	/** How its execution ended, in n8n's words, where the history told it. */
	status?: string;
}

/** What n8n's history tells of an event that it received before. */
export interface Past {
	/** ISO 8601. */
	receivedAt: string;
	status: string;
}

/** What a page gets when it connects. */
export interface CatchUp {
	/** Events after the page's position that are still kept, in the order in which they arrived. */
	records: EventRecord[];
	/** How many after the page's position are no longer kept. */
	lost: number;
	/** What arrived within a day, also what is no longer kept. */
	activity: Minute[];
}

export interface HistoryLimits {
	/** Most events kept. */
	events: number;
	/** Most characters of JSON kept over all events; the newest event is kept in any case. */
	characters: number;
}

interface Kept {
	identity: string;
	record: EventRecord;
	size: number;
}

/** Identities remembered for each event kept, so that a late retry is still recognised. */
const REMEMBERED_PER_EVENT = 20;

/** The newest events in memory, numbered, each once. */
export class History {
	readonly #limits: HistoryLimits;
	/** In the order in which they arrived. */
	readonly #kept: Kept[] = [];
	readonly #positions = new Map<string, number>();
	readonly #activity = new Activity();
	#characters = 0;
	#lastPosition = 0;

	constructor(limits: HistoryLimits) {
		this.#limits = limits;
	}

	/**
	 * Keeps an event, or finds it again. `record` is absent where there is nothing new to tell.
	 *
	 * @param past where n8n's history tells it: it goes to its place, and what became of it is known
	 */
	add(event: EventEnvelope, past?: Past): { position: number; record?: EventRecord } {
		const identity = identityOf(event);
		const { receivedAt = new Date().toISOString(), status } = past ?? {};
		const known = this.#positions.get(identity);
		if (known !== undefined && status === undefined) return { position: known };

		// Serialised first: where that throws, nothing has changed.
		const size = JSON.stringify(event).length;
		this.#activity.count(identity, event, receivedAt, status);
		if (known !== undefined) return this.#renew(identity, known, status);

		const position = ++this.#lastPosition;
		const record = { position, receivedAt, event, ...(status === undefined ? {} : { status }) };
		this.#positions.set(identity, position);
		const after = this.#kept.findLastIndex((one) => one.record.receivedAt <= receivedAt);
		this.#kept.splice(after + 1, 0, { identity, record, size });
		this.#characters += size;
		this.#trim();
		return this.#kept.some((one) => one.record === record) ? { position, record } : { position };
	}

	/** Counts an event of which the history gives no more than that it was there. */
	count(event: EventEnvelope, { receivedAt, status }: Past): void {
		this.#activity.count(identityOf(event), event, receivedAt, status);
	}

	/** What arrived within a day. */
	activity(): Minute[] {
		return this.#activity.perMinute();
	}

	/** What a page that has seen everything up to `position` has missed. */
	since(position: number): CatchUp {
		const records = this.#kept
			.map(({ record }) => record)
			.filter((record) => record.position > position);
		let told = 0;
		for (const each of this.#positions.values()) if (each > position) told += 1;
		return { records, lost: told - records.length, activity: this.activity() };
	}

	#renew(
		identity: string,
		known: number,
		status: string | undefined,
	): { position: number; record?: EventRecord } {
		const kept = this.#kept.find((one) => one.identity === identity);
		if (kept === undefined || kept.record.status === status) return { position: known };
		// What has succeeded needs no word; a row that is as it was is not told again.
		const wasFine = kept.record.status === undefined && status === 'success';
		const position = wasFine ? known : ++this.#lastPosition;
		kept.record = { ...kept.record, position, ...(status === undefined ? {} : { status }) };
		this.#positions.set(identity, position);
		return wasFine ? { position } : { position, record: kept.record };
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
