import { z } from 'zod';
import { tryJson } from '../event/json';
import { TextPattern } from '../event/pattern';
import { Problem } from './problem';

/**
 * What of an event must fit, by dotted path in the envelope: `{"data.status": ["paid", "sent"],
 * "subject": "3460*", "data.amountCents": {"gte": 1000}}`. All of them must.
 */
export type SubscriberFilter = Readonly<Record<string, FilterCondition>>;

/** One value (`*` in a text stands for any text), a list of which one fits, or comparisons. */
type FilterCondition = FilterValue | readonly FilterValue[] | FilterComparison;

type FilterValue = string | number | boolean | null;

interface FilterComparison {
	readonly gt?: number | string;
	readonly gte?: number | string;
	readonly lt?: number | string;
	readonly lte?: number | string;
	readonly ne?: FilterValue;
	/** Whether there must be something, or must not. */
	readonly exists?: boolean;
}

const MOST_CONDITIONS = 50;
const MOST_VALUES = 100;

/** Characters of a text in a condition. */
const LONGEST_TEXT = 500;

/** Such as `data.customer.id`: names with dots between them, none of them empty. */
const PATH = /^[^.]+(\.[^.]+){0,19}$/;

const value = z.union([z.string().max(LONGEST_TEXT), z.number().finite(), z.boolean(), z.null()]);
const bound = z.union([z.string().max(LONGEST_TEXT), z.number().finite()]).optional();
const comparison = z
	.object({ gt: bound, gte: bound, lt: bound, lte: bound, ne: value.optional() })
	.extend({ exists: z.boolean().optional() })
	.strict();
const values = z.array(value).min(1).max(MOST_VALUES);

const EXAMPLE = 'for example {"data.status": ["paid", "sent"], "data.amountCents": {"gte": 1000}}';

/**
 * Reads a subscriber's filter.
 *
 * @param content an object, or JSON text
 * @returns undefined where it asks for nothing; or what is wrong with it
 */
export function readFilter(content: unknown): SubscriberFilter | Problem | undefined {
	const parsed = readContent(content);
	if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
		return new Problem(`is not a JSON object; enter one ${EXAMPLE}`);
	}
	const entries = Object.entries(parsed);
	if (entries.length === 0) return undefined;
	if (entries.length > MOST_CONDITIONS) {
		return new Problem(`has more than ${MOST_CONDITIONS} conditions`);
	}
	for (const [path, condition] of entries) {
		const text = whyNotCondition(path, condition);
		if (text !== undefined) return new Problem(text);
	}
	return Object.fromEntries(entries) as SubscriberFilter;
}

function whyNotCondition(path: string, condition: unknown): string | undefined {
	const shown = path.slice(0, 60);
	if (path.length > LONGEST_TEXT || !PATH.test(path)) {
		return `contains '${shown}', which is not a path in an event; enter one such as data.status`;
	}
	if (Array.isArray(condition)) {
		if (values.safeParse(condition).success) return undefined;
		return `has a list for '${shown}' that does not consist of 1 to ${MOST_VALUES} texts, numbers, true, false or null`;
	}
	if (typeof condition !== 'object' || condition === null) {
		if (value.safeParse(condition).success) return undefined;
		return `has a value for '${shown}' that is too long or missing; texts have up to ${LONGEST_TEXT} characters`;
	}
	const compared = comparison.safeParse(condition);
	if (compared.success && Object.keys(condition).length > 0) return undefined;
	return `has an unknown comparison for '${shown}'; use gt, gte, lt, lte (a number or a text), ne (a value) and exists (true or false)`;
}

function readContent(content: unknown): unknown {
	if (typeof content !== 'string') return content ?? {};
	return content.trim() === '' ? {} : tryJson(content);
}

/** Of a list in an event so many entries are looked at. */
const MOST_ENTRIES = 1_000;

/**
 * Steps that a condition may take: none costs more than a few milliseconds, whatever pattern a
 * subscriber and whatever text a sender has written. n8n does nothing else meanwhile.
 */
const MOST_STEPS = 120_000;

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
		if (candidates.some((found) => !isLong(found) && values.has(found))) return true;
		return condition.filter(isPattern).some((wanted) => fitsOne(wanted, candidates, steps));
	}
	if (typeof condition !== 'object' || condition === null) {
		return fitsOne(condition, candidates, steps);
	}
	const { exists, ne } = condition;
	const there = candidates.some((found) => found !== undefined && found !== null);
	if (exists !== undefined && exists !== there) return false;
	if (ne !== undefined && fitsOne(ne, candidates, steps)) return false;
	return !hasBound(condition) || candidates.some((found) => isWithin(condition, found));
}

const isList = (condition: FilterCondition): condition is readonly FilterValue[] =>
	Array.isArray(condition);

/** No value of a filter is so long, and a Set reads the whole text to look for it. */
function isLong(found: unknown): boolean {
	return typeof found === 'string' && found.length > LONGEST_TEXT;
}

function isPattern(wanted: FilterValue): wanted is string {
	return typeof wanted === 'string' && wanted.includes('*');
}

/** Whether one of the candidates is what is wanted. */
function fitsOne(wanted: FilterValue, candidates: readonly unknown[], steps: Steps): boolean {
	if (!isPattern(wanted)) return candidates.includes(wanted);
	let pattern: TextPattern | undefined;
	for (const found of candidates) {
		// What is no text costs a look, too.
		if (typeof found !== 'string') {
			if (!steps.take(1)) return false;
			continue;
		}
		if (pattern === undefined && !steps.take(2 * wanted.length)) return false;
		pattern ??= new TextPattern(wanted);
		if (!steps.take(stepsOf(pattern, wanted, found))) return false;
		if (pattern.matches(found)) return true;
	}
	return false;
}

/**
 * What a comparison costs at most. Only what stands between two `*` is looked for in the whole text;
 * the ends are compared by the engine, many characters at a time.
 */
function stepsOf({ isSearch }: TextPattern, wanted: string, text: string): number {
	return 20 + Math.ceil(wanted.length / 16) + (isSearch ? wanted.length + text.length : 0);
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
