import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Failure } from '../store/executions';
import type { Gap, StoredEnvelope, StoredEvent } from '../storedEvent';

/** What is remembered of one execution. */
export interface Remembered {
	readonly id: number;
	/** See `identityOf`. */
	readonly identity: string;
	/** Their events with `data: null`, as long as nobody has asked for the data. */
	readonly events: readonly RememberedEvent[];
	readonly failure?: Failure;
	readonly tooLarge?: TooLarge;
}

/** Of an execution that is larger than n8n displays: what n8n displays is a setting of it. */
export interface TooLarge {
	readonly gap: Gap;
	/** Length of its data in n8n's database, in bytes. */
	readonly storedBytes: number;
}

/** What of an event is not in the head of its execution. Of files only the names: they go into outputs. */
export type RememberedEvent = Pick<
	StoredEvent,
	'event' | 'workflowName' | 'triggerName' | 'failedNode' | 'error' | 'files'
>;

/** One execution, ready to be packed. */
export interface PackedRow {
	readonly id: number;
	/** JSON of `Remembered`. */
	readonly json: string;
	/** JSON of the data of its events, in their order. */
	readonly data: string;
}

/**
 * @param row with its events as they are, and in place of their data anything
 * @param data of its events
 */
export function packedRow(row: Remembered, data: readonly unknown[]): PackedRow {
	const events = row.events.map((one) => {
		const { event } = one;
		return event.data === undefined ? one : { ...one, event: { ...event, data: null } };
	});
	return {
		id: row.id,
		json: JSON.stringify({ ...row, events }),
		data: JSON.stringify(data),
	};
}

/**
 * Many executions, compressed: outside of V8's heap. The data of their events lie apart, since who
 * counts events has no need of them, and they are most of the text.
 */
export class ExecutionPack {
	readonly highest: number;
	readonly lowest: number;

	private readonly rows: Buffer;
	private readonly data: Buffer;

	/** @param rows newest first, at least one */
	constructor(rows: readonly PackedRow[]) {
		this.highest = rows[0]?.id ?? 0;
		this.lowest = rows.at(-1)?.id ?? 0;
		this.rows = deflated(rows.map(({ json }) => json));
		this.data = deflated(rows.map(({ data }) => data));
	}

	/** What it takes of the memory outside of V8's heap. */
	get bytes(): number {
		return this.rows.buffer.byteLength + this.data.buffer.byteLength;
	}

	open(): OpenPack {
		return new OpenPack(inflated(this.rows) as Remembered[], this.data);
	}
}

/** What was unpacked. */
export class OpenPack {
	private readData: ReadonlyArray<readonly unknown[]> | undefined;

	private readonly given = new Set<number>();

	constructor(
		/** Newest first. */
		readonly rows: readonly Remembered[],
		private readonly packedData: Buffer,
	) {}

	/** Whether somebody was handed one of these executions, and may change it. */
	hasGiven(wanted: ReadonlyMap<number, unknown>): boolean {
		return this.rows.some(({ id }) => this.given.has(id) && wanted.has(id));
	}

	/** Hands out one of the rows; its objects are the caller's own. */
	give(index: number, needsData: (event: StoredEnvelope) => boolean): Remembered | undefined {
		const row = this.rows[index];
		if (row === undefined) return undefined;
		this.given.add(row.id);
		for (const [at, { event }] of row.events.entries()) {
			// In its place among the other fields; an event of somebody else may have none.
			if ('data' in event && needsData(event))
				Object.assign(event, { data: this.dataOf(index)[at] });
		}
		return row;
	}

	/** The data of the events of a row. */
	dataOf(index: number): readonly unknown[] {
		this.readData ??= inflated(this.packedData) as ReadonlyArray<readonly unknown[]>;
		return this.readData[index] ?? [];
	}
}

function deflated(texts: readonly string[]): Buffer {
	// The fastest level: events of one kind are alike, and become a tenth with any.
	const bytes = deflateRawSync(`[${texts.join()}]`, { level: 1 });
	// Node gives a part of 16 KiB, which would all be held for it.
	const own = Buffer.allocUnsafeSlow(bytes.length);
	bytes.copy(own);
	return own;
}

function inflated(bytes: Buffer): unknown {
	return JSON.parse(inflateRawSync(bytes).toString());
}
