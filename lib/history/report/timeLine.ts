import { dayOf, hourOf } from '../summary';

/** What came in during one hour, day or month. */
export interface TimeStep {
	/** `2026-11-07T12:00:00-05:00`, `2026-11-07` or `2026-11`, in the report's time zone. */
	readonly at: string;
	readonly total: number;
	readonly failures: number;
}

const HOUR_MS = 3_600_000;

/** Two days are shown by the hour, three months by the day. */
const MOST_HOURS = 49;
const MOST_DAYS = 93;

/** Ten years; where a sender's clock is wrong by more, months in which nothing came are left out. */
const MOST_MONTHS = 120;

/** Hours of a quarter of a year; from then on only days are counted. */
const MOST_COUNTED_HOURS = 2_500;

interface Counts {
	total: number;
	failures: number;
}

/** Counts over time, in steps of which a chart can show all. */
export class TimeLine {
	private readonly hours = new Map<string, Counts>();

	private readonly days = new Map<string, Counts>();

	private first = Number.POSITIVE_INFINITY;

	private last = Number.NEGATIVE_INFINITY;

	constructor(private readonly timeZone: string) {}

	get firstAt(): Date | null {
		return Number.isFinite(this.first) ? new Date(this.first) : null;
	}

	get lastAt(): Date | null {
		return Number.isFinite(this.last) ? new Date(this.last) : null;
	}

	add(at: Date, isFailure: boolean): void {
		if (Number.isNaN(at.getTime())) return;
		this.first = Math.min(this.first, at.getTime());
		this.last = Math.max(this.last, at.getTime());
		count(this.days, dayOf(at, this.timeZone), isFailure);
		if (this.hours.size < MOST_COUNTED_HOURS) {
			count(this.hours, hourOf(at, this.timeZone), isFailure);
		}
	}

	/** Oldest first, also those in which nothing came. */
	steps(): TimeStep[] {
		const { first, last, timeZone } = this;
		if (!Number.isFinite(first)) return [];
		const hours = Math.floor(last / HOUR_MS) - Math.floor(first / HOUR_MS) + 1;
		if (hours <= MOST_HOURS) {
			return stepsOf(
				this.hours,
				this.names(HOUR_MS, (at) => hourOf(at, timeZone)),
			);
		}
		if (hours <= MOST_DAYS * 24) {
			// Half a day at a time: no day is passed over where a clock is changed.
			return stepsOf(
				this.days,
				this.names(12 * HOUR_MS, (at) => dayOf(at, timeZone)),
			);
		}
		const months = new Map<string, Counts>();
		for (const [day, { total, failures }] of this.days) {
			const month = months.get(day.slice(0, 7)) ?? { total: 0, failures: 0 };
			months.set(day.slice(0, 7), {
				total: month.total + total,
				failures: month.failures + failures,
			});
		}
		const names = this.months();
		return stepsOf(months, names.length <= MOST_MONTHS ? names : [...months.keys()].sort());
	}

	/** From the first to the last. */
	private months(): string[] {
		const [year = 0, month = 0] = dayOf(new Date(this.first), this.timeZone).split('-').map(Number);
		const last = dayOf(new Date(this.last), this.timeZone).slice(0, 7);
		const names: string[] = [];
		for (let at = month - 1; names.at(-1) !== last && names.length <= MOST_MONTHS; at += 1) {
			names.push(new Date(Date.UTC(year, at)).toISOString().slice(0, 7));
		}
		return names;
	}

	private names(stepMs: number, nameOf: (at: Date) => string): string[] {
		const names = new Set<string>();
		for (let at = this.first; at < this.last; at += stepMs) names.add(nameOf(new Date(at)));
		names.add(nameOf(new Date(this.last)));
		return [...names];
	}
}

function count(counted: Map<string, Counts>, name: string, isFailure: boolean): void {
	const known = counted.get(name) ?? { total: 0, failures: 0 };
	known.total += 1;
	if (isFailure) known.failures += 1;
	counted.set(name, known);
}

function stepsOf(counted: ReadonlyMap<string, Counts>, names: readonly string[]): TimeStep[] {
	return names.map((at) => ({ at, ...(counted.get(at) ?? { total: 0, failures: 0 }) }));
}
