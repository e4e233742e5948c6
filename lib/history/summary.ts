import { timeOfEvent, type StoredEvent } from './storedEvent';

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

interface SummaryOptions {
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
class TooManyGroupsError extends Error {
	override readonly name = 'TooManyGroupsError';
}

/** Counts events as they come; holds no event. */
export class Summary {
	private readonly groups = new Map<string, Counts>();

	constructor(private readonly options: SummaryOptions) {}

	/** @throws {TooManyGroupsError} */
	add(stored: StoredEvent): void {
		const { timeOf = 'execution' } = this.options;
		const eventTime = timeOfEvent(stored.event);
		const at = timeOf === 'event' ? eventTime : (stored.startedAt ?? eventTime);
		const counts = this.countsOf(stored, at);
		counts.total += 1;
		if (hasFailed(stored)) counts.failures += 1;
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

/** Whether its execution ended with an error or a crash. */
export function hasFailed({ status }: Pick<StoredEvent, 'status'>): boolean {
	return status === 'error' || status === 'crashed';
}

/** Milliseconds from the start of an execution to its end; never negative. */
export function durationOf({ startedAt, stoppedAt }: StoredEvent): number | undefined {
	if (startedAt === undefined || stoppedAt === undefined) return undefined;
	// A clock that was set back between the two makes the end come before the start.
	return Math.max(0, stoppedAt.getTime() - startedAt.getTime());
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

const MINUTE_MS = 60_000;

/** No zone changes its clock more often within an hour than every quarter. */
const QUARTER_MS = 15 * MINUTE_MS;

/** A hundred days of quarters. */
const MOST_OFFSETS = 10_000;

/** With an offset or `Z`, or without: `2026-11-07`, `2026-11-07T12:00`, `2026-11-07 12:00:00.5`. */
const ISO =
	/^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Reads a time that a user gave: an ISO 8601 text, milliseconds since 1970, or an object that has one
 * (a Date, Luxon's DateTime).
 *
 * @param timeZone IANA name of the zone in which a text without an offset is meant
 * @returns undefined where the value is no time
 */
export function readInstant(value: unknown, timeZone: string): Date | undefined {
	if (typeof value === 'number') return valid(new Date(value));
	if (typeof value !== 'string')
		return isClock(value) ? valid(new Date(value.valueOf())) : undefined;
	const [, day, clock = '00:00', offset] = ISO.exec(value.trim()) ?? [];
	if (day === undefined) return undefined;
	if (offset !== undefined) {
		return valid(new Date(`${day}T${clock}${offset.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`));
	}
	const asUtc = valid(new Date(`${day}T${clock}Z`));
	if (asUtc === undefined) return undefined;
	// The offset at the instant itself: the first guess may lie beyond a change of the clock.
	const guess = asUtc.getTime() - offsetMs(asUtc.getTime(), timeZone);
	return new Date(asUtc.getTime() - offsetMs(guess, timeZone));
}

/** The day in a time zone, `2026-11-07`. */
export function dayOf(instant: Date, timeZone: string): string {
	return local(instant, timeZone).slice(0, 10);
}

/** The hour in a time zone with its offset, `2026-11-07T12:00:00-05:00`. */
export function hourOf(instant: Date, timeZone: string): string {
	const minutes = offsetMs(instant.getTime(), timeZone) / MINUTE_MS;
	const sign = minutes < 0 ? '-' : '+';
	const two = (value: number) => String(Math.trunc(value)).padStart(2, '0');
	const offset = `${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
	return `${local(instant, timeZone).slice(0, 13)}:00:00${sign}${offset}`;
}

/** The minute in a time zone, for a person: `2026-11-07 12:05`. */
export function minuteOf(instant: Date, timeZone: string): string {
	return local(instant, timeZone).slice(0, 16).replace('T', ' ');
}

function local(instant: Date, timeZone: string): string {
	return new Date(instant.getTime() + offsetMs(instant.getTime(), timeZone)).toISOString();
}

const offsets = new Map<string, number>();

const formats = new Map<string, Intl.DateTimeFormat>();

/** By how much clocks in the zone are ahead of UTC. */
function offsetMs(instant: number, timeZone: string): number {
	const quarter = Math.floor(instant / QUARTER_MS) * QUARTER_MS;
	const key = `${timeZone} ${quarter}`;
	const known = offsets.get(key);
	if (known !== undefined) return known;
	const shown = new Map(
		formatOf(timeZone)
			.formatToParts(quarter)
			.map(({ type, value }) => [type, Number(value)]),
	);
	const part = (type: Intl.DateTimeFormatPartTypes) => shown.get(type) ?? 0;
	const asUtc = Date.UTC(
		part('year'),
		part('month') - 1,
		part('day'),
		part('hour'),
		part('minute'),
		part('second'),
	);
	if (offsets.size >= MOST_OFFSETS) offsets.clear();
	offsets.set(key, asUtc - quarter);
	return asUtc - quarter;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
	const known = formats.get(timeZone);
	if (known !== undefined) return known;
	const format = new Intl.DateTimeFormat('en-US', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	});
	formats.set(timeZone, format);
	return format;
}

function isClock(value: unknown): value is { valueOf(): number } {
	return typeof value === 'object' && value !== null && typeof value.valueOf() === 'number';
}

function valid(date: Date): Date | undefined {
	return Number.isNaN(date.getTime()) ? undefined : date;
}
