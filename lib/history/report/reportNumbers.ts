import { fieldOf, listOf, textOf } from '../../event/json';
import { timeOfEvent, type Gap, type StoredEvent } from '../storedEvent';
import { durationOf, hasFailed } from '../summary';
import { isRefusedEvent } from '../../receive/refusals';
import { TimeLine, type TimeStep } from './timeLine';

/** Counts of the events of one type. */
export interface TypeCounts {
	readonly type: string;
	readonly total: number;
	readonly failures: number;
	/** 0 to 1, rounded to 4 places. */
	readonly failureRatio: number;
	/** Of the executions that have ended. */
	readonly averageMs: number | null;
	readonly slowestMs: number | null;
}

export interface SlowEvent {
	readonly type: string;
	readonly eventId: string;
	readonly workflowId: string;
	readonly workflowName: string;
	readonly executionId: string;
	readonly startedAt: Date | null;
	readonly durationMs: number;
}

export interface RefusedReason {
	/** The word that the sender got, such as `signature_mismatch`. */
	readonly reason: string;
	readonly count: number;
	readonly whatToDo: string;
}

/** Everything that a report shows. */
export interface EventReport {
	readonly timeZone: string;
	/** Of the first event and of the last one; null without events. */
	readonly firstAt: Date | null;
	readonly lastAt: Date | null;
	/** Replays and summaries of refused deliveries do not count. */
	readonly events: number;
	readonly failures: number;
	readonly failureRatio: number;
	readonly averageMs: number | null;
	readonly overTime: readonly TimeStep[];
	/** The most frequent first; what is beyond a thousand types is one entry with an empty type. */
	readonly types: readonly TypeCounts[];
	readonly slowest: readonly SlowEvent[];
	readonly refusedDeliveries: number;
	readonly refused: readonly RefusedReason[];
	readonly replays: {
		readonly total: number;
		readonly succeeded: number;
		readonly failed: number;
		/** Different events. */
		readonly events: number;
	};
	/** Times at which n8n started anew. */
	readonly restarts: readonly Gap[];
	readonly gaps: readonly Gap[];
}

/** Types and reasons come from senders: memory stays bounded. */
const MOST_NAMES = 1_000;

const MOST_SLOWEST = 10;

const MOST_REPLAYED = 100_000;

interface Counts {
	total: number;
	failures: number;
	ended: number;
	totalMs: number;
	slowestMs: number;
}

/** Counts events for a report, as they come; holds no event. */
export class ReportNumbers {
	private readonly all = noCounts();

	private readonly types = new Map<string, Counts>();

	private readonly reasons = new Map<string, { count: number; whatToDo: string }>();

	private readonly replayed = new Set<string>();

	private readonly gaps: Gap[] = [];

	private readonly line: TimeLine;

	private slowest: SlowEvent[] = [];

	private refusedDeliveries = 0;

	private readonly replays = { total: 0, succeeded: 0, failed: 0 };

	constructor(
		private readonly timeZone: string,
		private readonly timeOf: 'execution' | 'event' = 'execution',
	) {
		this.line = new TimeLine(timeZone);
	}

	add(stored: StoredEvent): void {
		const { event } = stored;
		if (event.replayof !== undefined) this.addReplay(stored);
		else if (isRefusedEvent(event)) this.addRefused(event.data);
		else this.addEvent(stored);
	}

	addGap(gap: Gap): void {
		this.gaps.push(gap);
	}

	report(): EventReport {
		const { all, replays, gaps, line } = this;
		const isRestart = ({ reason }: Gap) => reason.startsWith('restart');
		return {
			timeZone: this.timeZone,
			firstAt: line.firstAt,
			lastAt: line.lastAt,
			events: all.total,
			failures: all.failures,
			failureRatio: ratioOf(all),
			averageMs: averageOf(all),
			overTime: line.steps(),
			types: [...this.types].map(([type, counts]) => toType(type, counts)).sort(byTotal),
			slowest: this.slowest,
			refusedDeliveries: this.refusedDeliveries,
			refused: [...this.reasons]
				.map(([reason, rest]) => ({ reason, ...rest }))
				.sort((a, b) => b.count - a.count),
			replays: { ...replays, events: this.replayed.size },
			restarts: gaps.filter(isRestart),
			gaps: gaps.filter((gap) => !isRestart(gap)),
		};
	}

	private addEvent(stored: StoredEvent): void {
		const isFailure = hasFailed(stored);
		const durationMs = durationOf(stored);
		for (const counts of [this.all, this.countsOf(stored.event.type)]) {
			counts.total += 1;
			if (isFailure) counts.failures += 1;
			if (durationMs === undefined) continue;
			counts.ended += 1;
			counts.totalMs += durationMs;
			counts.slowestMs = Math.max(counts.slowestMs, durationMs);
		}
		const eventTime = timeOfEvent(stored.event);
		const at = this.timeOf === 'event' ? eventTime : (stored.startedAt ?? eventTime);
		this.line.add(at, isFailure);
		if (durationMs !== undefined) this.noteSlow(stored, durationMs);
	}

	private addReplay({ event, status }: StoredEvent): void {
		this.replays.total += 1;
		if (status === 'success') this.replays.succeeded += 1;
		if (hasFailed({ status })) this.replays.failed += 1;
		if (this.replayed.size < MOST_REPLAYED) this.replayed.add(event.replayof ?? '');
	}

	private addRefused(data: unknown): void {
		for (const one of listOf(fieldOf(data, 'reasons'))) {
			const named = textOf(fieldOf(one, 'reason')) ?? '';
			const count = Number(fieldOf(one, 'count'));
			if (!Number.isSafeInteger(count) || count < 1) continue;
			const reason = this.reasons.has(named) || this.reasons.size < MOST_NAMES ? named : '';
			const whatToDo = textOf(fieldOf(one, 'whatToDo')) ?? '';
			const known = this.reasons.get(reason) ?? { count: 0, whatToDo };
			this.reasons.set(reason, { ...known, count: known.count + count });
			this.refusedDeliveries += count;
		}
	}

	private noteSlow(stored: StoredEvent, durationMs: number): void {
		const last = this.slowest.at(-1);
		const isFull = this.slowest.length >= MOST_SLOWEST;
		if (isFull && last !== undefined && durationMs <= last.durationMs) return;
		const { event, executionId, workflowId, workflowName, startedAt = null } = stored;
		const slow = { type: event.type, eventId: event.id, executionId, workflowId, workflowName };
		this.slowest = [...this.slowest, { ...slow, startedAt, durationMs }]
			.sort((a, b) => b.durationMs - a.durationMs)
			.slice(0, MOST_SLOWEST);
	}

	private countsOf(type: string): Counts {
		const name = this.types.has(type) || this.types.size < MOST_NAMES ? type : '';
		const known = this.types.get(name) ?? noCounts();
		this.types.set(name, known);
		return known;
	}
}

function noCounts(): Counts {
	return { total: 0, failures: 0, ended: 0, totalMs: 0, slowestMs: 0 };
}

function toType(type: string, counts: Counts): TypeCounts {
	const { total, failures, ended, slowestMs } = counts;
	return {
		type,
		total,
		failures,
		failureRatio: ratioOf(counts),
		averageMs: averageOf(counts),
		slowestMs: ended === 0 ? null : slowestMs,
	};
}

function ratioOf({ total, failures }: Counts): number {
	return total === 0 ? 0 : Math.round((failures / total) * 10_000) / 10_000;
}

function averageOf({ ended, totalMs }: Counts): number | null {
	return ended === 0 ? null : Math.round(totalMs / ended);
}

function byTotal(a: TypeCounts, b: TypeCounts): number {
	return b.total - a.total || (a.type < b.type ? -1 : 1);
}
