import { matchesPattern } from '../receive/selectsType';
import type { FilterComparison, FilterCondition, FilterValue, SubscriberFilter } from './filter';

/** Of a list in an event so many entries are looked at. */
const MOST_ENTRIES = 1_000;

/**
 * Whether an event fits all conditions of a filter. Takes time in proportion to the filter and the
 * texts compared, and sees own properties only.
 *
 * @param event the envelope, or any object
 */
export function matchesFilter(filter: SubscriberFilter, event: object): boolean {
	return Object.entries(filter).every(([path, condition]) => {
		const found = valueAt(event, path.split('.'));
		// Of a list, such as the tags of an order, one entry must fit.
		const candidates = Array.isArray(found) ? found.slice(0, MOST_ENTRIES) : [found];
		return fits(condition, candidates);
	});
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

function fits(condition: FilterCondition, candidates: readonly unknown[]): boolean {
	if (isList(condition)) {
		return condition.some((wanted) => candidates.some((found) => equals(wanted, found)));
	}
	if (typeof condition !== 'object' || condition === null) {
		return candidates.some((found) => equals(condition, found));
	}
	const { exists, ne } = condition;
	const there = candidates.some((found) => found !== undefined && found !== null);
	if (exists !== undefined && exists !== there) return false;
	if (ne !== undefined && candidates.some((found) => equals(ne, found))) return false;
	return !hasBound(condition) || candidates.some((found) => isWithin(condition, found));
}

const isList = (condition: FilterCondition): condition is readonly FilterValue[] =>
	Array.isArray(condition);

function equals(wanted: FilterValue, found: unknown): boolean {
	if (typeof wanted !== 'string') return wanted === found;
	return typeof found === 'string' && matchesPattern(wanted, found);
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
