import type { ExecutionHead, ExecutionQuery, Failure } from '../store/executions';
import type { StoredEnvelope, StoredEvent } from '../storedEvent';
import { isListedFor } from './executionIdentity';
import {
	ExecutionPack,
	packedRow,
	type OpenPack,
	type PackedRow,
	type Remembered,
	type RememberedEvent,
	type TooLarge,
} from './executionPack';

/** An execution as n8n lists it now. */
export interface Listed {
	readonly id: number;
	readonly identity: string;
}

/** A stretch of n8n's list: everything that it has of a query between two ids. */
export interface ListedStretch {
	readonly query: ExecutionQuery;
	readonly rows: readonly Listed[];
	/** Inclusive, as `lowest` is. */
	readonly highest: number;
	readonly lowest: number;
	/** Whose data are looked at; the others come with `data: null`. @default all */
	readonly needsData?: (event: StoredEnvelope) => boolean;
}

/** What an execution started with, as it was when its data were read. */
export interface Recalled {
	readonly found: readonly RememberedEvent[];
	readonly failure?: Failure;
	readonly tooLarge?: TooLarge;
}

/** What is to be remembered of an execution. */
export interface ToRemember {
	readonly events: readonly StoredEvent[];
	readonly failure?: Failure;
	readonly tooLarge?: TooLarge;
}

/**
 * So many characters are packed together. V8 gives every text of 128 KiB and more fresh memory of its
 * own: packs of 250 executions took three times as long to open as those of 60.
 */
const PACK_LENGTH = 60 * 1024;

/** What is longer is read again: one of them would take the place of hundreds. */
const LONGEST = 128 * 1024;

/** Bytes of a pack beside the compressed ones. */
const OVERHEAD = 512;

/** A page of n8n's list may reach into several packs, and the next page into some of the same. */
const MOST_OPEN = 4;

/**
 * What was read of executions that change no more, so that their data need not be read again: the
 * newest ones, as far as they fit into so many bytes. It lies compressed outside of V8's heap.
 *
 * It never tells that an execution is there, or may be read by somebody: that is for n8n's list to
 * say, each time.
 */
export class RememberedExecutions {
	/** In the order in which they were made. */
	private packs: ExecutionPack[] = [];

	private readonly open = new Map<ExecutionPack, OpenPack>();

	/** What is not packed yet. */
	private loose: PackedRow[] = [];

	private looseLength = 0;

	private packedBytes = 0;

	/** What was recalled last: it may be read again with what stands beside it. */
	private recalled: ReadonlySet<number> = new Set();

	/** Older executions have no room. */
	private floor = 0;

	/** @param onGrowth told after something was packed */
	constructor(private readonly onGrowth: () => void = () => undefined) {}

	get bytes(): number {
		return this.packedBytes + this.looseLength;
	}

	/** Whether something is remembered of an execution with a smaller id. */
	reaches(below: number): boolean {
		return this.packs.some(({ lowest }) => lowest < below);
	}

	/** Takes in what was read of an execution, where there is room for it. */
	add({ id, identity }: Listed, { events, failure, tooLarge }: ToRemember): void {
		if (id < this.floor || this.recalled.has(id)) return;
		const row: Remembered = {
			id,
			identity,
			events: events.map(remembered),
			...(failure === undefined ? {} : { failure }),
			...(tooLarge === undefined ? {} : { tooLarge }),
		};
		const packed = packedRow(
			row,
			events.map(({ event }) => event.data),
		);
		const length = packed.json.length + packed.data.length;
		if (length > LONGEST) return;
		this.loose.push(packed);
		this.looseLength += length;
		if (this.looseLength >= PACK_LENGTH) this.settle();
	}

	/** Packs what was added. */
	settle(): void {
		if (this.loose.length === 0) return;
		const rows = this.loose.sort((a, b) => b.id - a.id);
		this.loose = [];
		this.looseLength = 0;
		this.put(new ExecutionPack(rows));
		this.onGrowth();
	}

	/**
	 * What is known of executions that are still as they were. What n8n lists otherwise, or no more, is
	 * forgotten. Its objects are the caller's own.
	 */
	recall(stretch: ListedStretch): Map<number, Recalled> {
		const { query, rows, highest, lowest, needsData = () => true } = stretch;
		this.settle();
		const listed = new Map(rows.map(({ id, identity }) => [id, identity]));
		const recalled = new Map<number, Recalled>();
		for (const pack of [...this.packs]) {
			if (pack.lowest > highest || pack.highest < lowest) continue;
			const opened = this.unpack(pack, listed);
			const kept: number[] = [];
			for (const [index, row] of opened.rows.entries()) {
				const isKept = (): boolean => {
					if (row.id > highest || row.id < lowest) return true;
					// The same execution, read at the same time by two.
					if (recalled.has(row.id)) return false;
					if (listed.get(row.id) !== row.identity) {
						return !listed.has(row.id) && !isListedFor(query, row.identity);
					}
					const given = opened.give(index, needsData);
					if (given !== undefined) recalled.set(row.id, toRecalled(given));
					return true;
				};
				if (isKept()) kept.push(index);
			}
			if (kept.length < opened.rows.length) this.replace(pack, opened, kept);
		}
		this.recalled = new Set(recalled.keys());
		return recalled;
	}

	/**
	 * Forgets the oldest executions.
	 *
	 * @returns false where nothing is left
	 */
	forgetSome(): boolean {
		const [first, ...others] = this.packs;
		if (first === undefined) return false;
		const oldest = others.reduce((low, pack) => (pack.lowest < low.lowest ? pack : low), first);
		this.drop(oldest);
		this.floor = oldest.highest + 1;
		return true;
	}

	/** Anew where somebody has what is wanted already, and may change it. */
	private unpack(pack: ExecutionPack, wanted: ReadonlyMap<number, unknown>): OpenPack {
		const known = this.open.get(pack);
		if (known !== undefined && !known.hasGiven(wanted)) return known;
		const opened = pack.open();
		this.open.delete(pack);
		const [oldest] = this.open.keys();
		if (oldest !== undefined && this.open.size >= MOST_OPEN) this.open.delete(oldest);
		this.open.set(pack, opened);
		return opened;
	}

	/** Closes what was opened to be read: it is large, and not in V8's favour. */
	rest(): void {
		this.settle();
		this.open.clear();
	}

	/** @param kept which of its rows */
	private replace(pack: ExecutionPack, opened: OpenPack, kept: readonly number[]): void {
		this.drop(pack);
		this.floor = 0;
		const rows = kept.flatMap((index) => {
			const row = opened.rows[index];
			return row === undefined ? [] : [packedRow(row, opened.dataOf(index))];
		});
		if (rows.length > 0) this.put(new ExecutionPack(rows));
	}

	private put(pack: ExecutionPack): void {
		this.packs.push(pack);
		this.packedBytes += pack.bytes + OVERHEAD;
	}

	private drop(pack: ExecutionPack): void {
		this.packs = this.packs.filter((one) => one !== pack);
		this.open.delete(pack);
		this.packedBytes -= pack.bytes + OVERHEAD;
	}
}

function toRecalled({ events, failure, tooLarge }: Remembered): Recalled {
	return { found: events, failure, tooLarge };
}

function remembered(stored: StoredEvent): RememberedEvent {
	const { event, workflowName, triggerName, failedNode, error, files } = stored;
	return {
		event,
		workflowName,
		triggerName,
		...(failedNode === undefined ? {} : { failedNode }),
		...(error === undefined ? {} : { error }),
		...(files === undefined
			? {}
			: { files: Object.fromEntries(Object.keys(files).map((name) => [name, {}])) }),
	};
}

/** The events of an execution, from what is remembered of them and what n8n lists of it now. */
export function recalledEvents({ found }: Recalled, head: ExecutionHead): StoredEvent[] {
	const { mode, status, startedAt, stoppedAt } = head;
	return found.map((one) => ({
		...one,
		executionId: head.id,
		workflowId: head.workflowId,
		mode,
		status,
		startedAt,
		stoppedAt,
		isRemembered: true,
	}));
}
