import { fieldOf, isObject, listOf, textOf } from '../event/json';

/** How far a node has replayed. Executions are numbered in the order in which they were created. */
export interface Position {
	/** Up to this execution everything was looked at, but for `pending`. */
	readonly executionId: number;
	/** When that was, RFC 3339: what comes later started later. */
	readonly at: string;
	/** Earlier executions that have to be looked at again: they had not ended, or could not be begun. */
	readonly pending: readonly number[];
}

/** What a node keeps between its executions. */
export interface Checkpoint {
	readonly position?: Position;
	/**
	 * Where the events went into the node's own workflow: what the position will be if that execution
	 * succeeds, which nobody knows before the next one.
	 */
	readonly next?: { readonly position: Position; readonly executionId: string };
}

/** More would make the workflow's static data large; the position stays back instead. */
export const MOST_PENDING = 1_000;

/** Reads what was kept; what is not as it should be counts as nothing. */
export function readCheckpoint(json: unknown): Checkpoint {
	const position = readPosition(fieldOf(json, 'position'));
	const next = readPosition(fieldOf(json, 'next', 'position'));
	const executionId = textOf(fieldOf(json, 'next', 'executionId'));
	return {
		...(position === undefined ? {} : { position }),
		...(next === undefined || executionId === undefined
			? {}
			: { next: { position: next, executionId } }),
	};
}

function readPosition(json: unknown): Position | undefined {
	if (!isObject(json)) return undefined;
	const { executionId, at, pending } = json;
	const isTime = typeof at === 'string' && !Number.isNaN(Date.parse(at));
	if (!isId(executionId) || !isTime) return undefined;
	return { executionId, at, pending: listOf(pending).filter(isId) };
}

function isId(value: unknown): value is number {
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * Follows a run, so that its end can be noted: the position never passes an event that was not
 * replayed, left out or reported.
 */
export class Progress {
	private readonly pending: Set<number>;

	/** Executions with events that are under way, and of how many. */
	private readonly underWay = new Map<number, number>();

	private last: { readonly executionId: number; readonly at: string };

	private isCutShort = false;

	/**
	 * @param from where the run begins
	 * @param end how far it would come
	 * @param open executions up to the end that have not ended
	 */
	constructor(
		private readonly from: Position,
		private readonly end: { readonly executionId: number; readonly at: string },
		open: Iterable<number>,
	) {
		this.pending = new Set([...from.pending, ...open]);
		this.last = from;
	}

	/** An event of an execution is under way. */
	taken(executionId: number, startedAt: Date | undefined): void {
		this.pending.delete(executionId);
		this.underWay.set(executionId, (this.underWay.get(executionId) ?? 0) + 1);
		if (executionId > this.last.executionId) {
			this.last = { executionId, at: startedAt?.toISOString() ?? this.from.at };
		}
	}

	/** @param isSettled false where it has to be looked at again */
	ended(executionId: number, isSettled: boolean): void {
		const count = (this.underWay.get(executionId) ?? 1) - 1;
		if (count > 0) this.underWay.set(executionId, count);
		else this.underWay.delete(executionId);
		if (!isSettled) this.pending.add(executionId);
	}

	/** An execution that was pending has ended, and is none of those that are replayed. */
	dropped(executionId: number): void {
		this.pending.delete(executionId);
	}

	/** The run ended before this execution, or in the middle of its events. */
	stoppedAt(executionId: number): void {
		this.isCutShort = true;
		if (executionId <= this.from.executionId) this.pending.add(executionId);
		else if (executionId <= this.last.executionId) {
			this.last = { ...this.last, executionId: executionId - 1 };
		}
	}

	/** @param isAll whether the events came to their end */
	position(isAll: boolean): Position {
		const isAtEnd = isAll && !this.isCutShort && this.end.executionId > this.from.executionId;
		const { executionId, at } = isAtEnd ? this.end : this.last;
		const pending = [...new Set([...this.pending, ...this.underWay.keys()])]
			.filter((id) => id <= executionId)
			.sort((a, b) => a - b);
		const tooMany = pending[MOST_PENDING];
		if (tooMany === undefined) return { executionId, at, pending };
		return { executionId: tooMany - 1, at: this.from.at, pending: pending.slice(0, MOST_PENDING) };
	}
}
