import type { StoredEvent } from './storedEvent';
import { dayOf, hourOf } from './timeZone';

/** What events can be counted by. */
export type GroupBy = 'day' | 'hour' | 'source' | 'status' | 'type' | 'workflow';

/** The counts of one group of events, with what they have in common. */
export interface SummaryGroup {
	readonly day?: string;
	readonly hour?: string;
	readonly source?: string;
	readonly status?: string;
	readonly type?: string;
	readonly workflowId?: string;
	readonly workflowName?: string;
	readonly total: number;
	/** Events whose execution failed or crashed. */
	readonly failures: number;
	/** 0 to 1, rounded to 4 places. */
	readonly failureRatio: number;
	/** Of the executions that have ended. */
	readonly averageMs: number | null;
	readonly slowestMs: number | null;
	readonly slowestExecutionId: string | null;
	readonly firstAt: Date | null;
	readonly lastAt: Date | null;
}

export interface SummaryOptions {
	readonly groupBy: readonly GroupBy[];
	/** IANA name of the zone of days and hours. */
	readonly timeZone: string;
	/** @default 'execution' */
	readonly timeOf?: 'execution' | 'event';
	/** Groups at most, so that memory stays bounded. @default 10_000 */
	readonly most?: number;
}

interface Counts {
	readonly common: Partial<SummaryGroup>;
	total: number;
	failures: number;
	ended: number;
	totalMs: number;
	slowestMs: number;
	slowestExecutionId: string | null;
	firstAt: number;
	lastAt: number;
}

/** There are more groups than may be. */
export class TooManyGroupsError extends Error {
	override readonly name = 'TooManyGroupsError';
}

/** Counts events as they come; holds no event. */
export class Summary {
	private readonly groups = new Map<string, Counts>();

	constructor(private readonly options: SummaryOptions) {}

	/** @throws {TooManyGroupsError} */
	add(stored: StoredEvent): void {
		const { timeOf = 'execution' } = this.options;
		const eventTime = new Date(stored.event.time);
		const at = timeOf === 'event' ? eventTime : (stored.startedAt ?? eventTime);
		const counts = this.countsOf(stored, at);
		counts.total += 1;
		if (stored.status === 'error' || stored.status === 'crashed') counts.failures += 1;
		if (!Number.isNaN(at.getTime())) {
			counts.firstAt = Math.min(counts.firstAt, at.getTime());
			counts.lastAt = Math.max(counts.lastAt, at.getTime());
		}
		const durationMs = durationOf(stored);
		if (durationMs === undefined) return;
		counts.ended += 1;
		counts.totalMs += durationMs;
		if (durationMs <= counts.slowestMs) return;
		counts.slowestMs = durationMs;
		counts.slowestExecutionId = stored.executionId;
	}

	/** By time where there is one, else the largest first. */
	all(): SummaryGroup[] {
		return [...this.groups.values()].map(toGroup).sort((a, b) => {
			const byTime = compare(a.hour ?? a.day, b.hour ?? b.day);
			return byTime !== 0 ? byTime : b.total - a.total || compare(nameOf(a), nameOf(b));
		});
	}

	private countsOf(stored: StoredEvent, at: Date): Counts {
		const { groupBy, most = 10_000 } = this.options;
		const common = Object.assign({}, ...groupBy.map((by) => this.part(by, stored, at)));
		const key = JSON.stringify(common);
		const known = this.groups.get(key);
		if (known !== undefined) return known;
		if (this.groups.size >= most) {
			throw new TooManyGroupsError(`There are more than ${most} groups`);
		}
		const counts: Counts = {
			common,
			total: 0,
			failures: 0,
			ended: 0,
			totalMs: 0,
			slowestMs: -1,
			slowestExecutionId: null,
			firstAt: Number.POSITIVE_INFINITY,
			lastAt: Number.NEGATIVE_INFINITY,
		};
		this.groups.set(key, counts);
		return counts;
	}

	private part(by: GroupBy, stored: StoredEvent, at: Date): Partial<SummaryGroup> {
		const { timeZone } = this.options;
		const { event, status, workflowId, workflowName } = stored;
		const isTime = !Number.isNaN(at.getTime());
		switch (by) {
			case 'day':
				return { day: isTime ? dayOf(at, timeZone) : '' };
			case 'hour':
				return { hour: isTime ? hourOf(at, timeZone) : '' };
			case 'source':
				return { source: event.source };
			case 'status':
				return { status };
			case 'type':
				return { type: event.type };
			case 'workflow':
				return { workflowId, workflowName };
		}
	}
}

/** Milliseconds from the start of an execution to its end. */
export function durationOf({ startedAt, stoppedAt }: StoredEvent): number | undefined {
	if (startedAt === undefined || stoppedAt === undefined) return undefined;
	return stoppedAt.getTime() - startedAt.getTime();
}

function toGroup(counts: Counts): SummaryGroup {
	const { common, total, failures, ended, totalMs, slowestMs, slowestExecutionId } = counts;
	return {
		...common,
		total,
		failures,
		failureRatio: Math.round((failures / total) * 10_000) / 10_000,
		averageMs: ended === 0 ? null : Math.round(totalMs / ended),
		slowestMs: ended === 0 ? null : slowestMs,
		slowestExecutionId,
		firstAt: Number.isFinite(counts.firstAt) ? new Date(counts.firstAt) : null,
		lastAt: Number.isFinite(counts.lastAt) ? new Date(counts.lastAt) : null,
	};
}

function nameOf({ type, source, status, workflowId }: SummaryGroup): string {
	return [type, source, status, workflowId].join(' ');
}

function compare(a = '', b = ''): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
