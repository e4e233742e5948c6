import { matchesPattern } from '../event/pattern';
import type { FilterComparison, FilterCondition, FilterValue, SubscriberFilter } from './filter';

/** Of a list in an event so many entries are looked at. */
const MOST_ENTRIES = 1_000;

/**
 * Steps that a condition may take: none costs more than a few milliseconds, whatever pattern a
 * subscriber and whatever text a sender has written. n8n does nothing else meanwhile.
 */
export const MOST_STEPS = 200_000;

/**
 * Whether an event fits all conditions of a filter. Sees own properties only.
 *
 * @param event the envelope, or any object
 * @param onTooCostly told the path of a condition that would take more than `MOST_STEPS` with this
 * event, and therefore does not fit
 */
export function matchesFilter(
	filter: SubscriberFilter,
	event: object,
	onTooCostly?: (path: string) => void,
): boolean {
	return Object.entries(filter).every(([path, condition]) => {
		const found = valueAt(event, path.split('.'));
		// Of a list, such as the tags of an order, one entry must fit.
		const candidates = Array.isArray(found) ? found.slice(0, MOST_ENTRIES) : [found];
		const steps = new Steps();
		const isFitting = fits(condition, candidates, steps);
		if (!steps.areUsedUp) return isFitting;
		onTooCostly?.(path);
		return false;
	});
}

/** Counts down; once there are none left, nothing is compared any more. */
class Steps {
	private left = MOST_STEPS;

	/** Whether a comparison may be made. */
	take(count: number): boolean {
		this.left -= count;
		return this.left >= 0;
	}

	get areUsedUp(): boolean {
		return this.left < 0;
	}
}

function valueAt(event: object, path: readonly string[]): unknown {
	let value: unknown = event;
	for (const name of path) {
		if (typeof value !== 'object' || value === null) return undefined;
		// `length` is an own property of a list, and no part of the event.
		if (!Object.hasOwn(value, name) || (Array.isArray(value) && !/^\d+$/.test(name))) {
			return undefined;
		}
		value = (value as Record<string, unknown>)[name];
	}
	return value;
}

function fits(condition: FilterCondition, candidates: readonly unknown[], steps: Steps): boolean {
	if (isList(condition)) {
		// All that is no pattern at once: many values and many entries are many pairs.
		const values = new Set<unknown>(condition.filter((wanted) => !isPattern(wanted)));
		if (candidates.some((found) => values.has(found))) return true;
		const patterns = condition.filter(isPattern);
		return patterns.some((wanted) => candidates.some((found) => equals(wanted, found, steps)));
	}
	if (typeof condition !== 'object' || condition === null) {
		return candidates.some((found) => equals(condition, found, steps));
	}
	const { exists, ne } = condition;
	const there = candidates.some((found) => found !== undefined && found !== null);
	if (exists !== undefined && exists !== there) return false;
	if (ne !== undefined && candidates.some((found) => equals(ne, found, steps))) return false;
	return !hasBound(condition) || candidates.some((found) => isWithin(condition, found));
}

const isList = (condition: FilterCondition): condition is readonly FilterValue[] =>
	Array.isArray(condition);

function isPattern(wanted: FilterValue): wanted is string {
	return typeof wanted === 'string' && wanted.includes('*');
}

function equals(wanted: FilterValue, found: unknown, steps: Steps): boolean {
	if (!isPattern(wanted)) return wanted === found;
	if (typeof found !== 'string') return false;
	return steps.take(stepsOf(wanted, found)) && matchesPattern(wanted, found);
}

/**
 * What a comparison costs at most. Only what stands between two `*` is looked for in the whole text;
 * the ends are compared by the engine, many characters at a time.
 */
function stepsOf(pattern: string, text: string): number {
	const isSearch = pattern.indexOf('*') !== pattern.lastIndexOf('*');
	return 40 + Math.ceil(pattern.length / 16) + (isSearch ? pattern.length + text.length : 0);
}

const hasBound = ({ gt, gte, lt, lte }: FilterComparison) =>
	[gt, gte, lt, lte].some((bound) => bound !== undefined);

function isWithin({ gt, gte, lt, lte }: FilterComparison, found: unknown): boolean {
	const holds = (bound: number | string | undefined, test: (order: number) => boolean) => {
		if (bound === undefined) return true;
		const order = compare(found, bound);
		return order !== undefined && test(order);
	};
	return (
		holds(gt, (order) => order > 0) &&
		holds(gte, (order) => order >= 0) &&
		holds(lt, (order) => order < 0) &&
		holds(lte, (order) => order <= 0)
	);
}

/** Numbers by size, also decimals in a text such as `"12.50"`; texts, such as times, by their characters. */
function compare(found: unknown, bound: number | string): number | undefined {
	if (typeof bound === 'string') {
		if (typeof found !== 'string') return undefined;
		return found === bound ? 0 : found < bound ? -1 : 1;
	}
	const isDecimal = typeof found === 'string' && /^-?\d{1,30}(\.\d{1,30})?$/.test(found);
	if (typeof found !== 'number' && !isDecimal) return undefined;
	return Number(found) - bound;
}
