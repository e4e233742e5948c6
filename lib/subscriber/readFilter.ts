import { z } from 'zod';
import type { SubscriberFilter } from './filter';
import { Problem } from './problem';

const MOST_CONDITIONS = 50;
const MOST_VALUES = 100;
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
	const parsed = typeof content === 'string' ? parse(content) : (content ?? {});
	if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
		return new Problem(`is not a JSON object; write ${EXAMPLE}`);
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
		return `has '${shown}', which is no path in an event; write one such as data.status`;
	}
	if (Array.isArray(condition)) {
		if (values.safeParse(condition).success) return undefined;
		return `has for '${shown}' a list that is not of 1 to ${MOST_VALUES} texts, numbers, true, false or null`;
	}
	if (typeof condition !== 'object' || condition === null) {
		if (value.safeParse(condition).success) return undefined;
		return `has for '${shown}' a value that is too long or none; texts have up to ${LONGEST_TEXT} characters`;
	}
	const compared = comparison.safeParse(condition);
	if (compared.success && Object.keys(condition).length > 0) return undefined;
	return `has for '${shown}' a comparison that is none; possible are gt, gte, lt, lte (a number or a text), ne (a value) and exists (true or false)`;
}

function parse(text: string): unknown {
	try {
		return text.trim() === '' ? {} : JSON.parse(text);
	} catch {
		return undefined;
	}
}
