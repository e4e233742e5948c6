import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesFilter, readFilter, type SubscriberFilter } from '../../lib/subscriber/filter.ts';
import { Problem } from '../../lib/subscriber/problem.ts';
import { matchesPattern } from '../../lib/event/pattern.ts';
import { wantsEvent } from '../../lib/subscriber/subscriber.ts';

const event = {
	specversion: '1.0',
	id: '7',
	source: '/kometia/shop-1',
	type: 'kometia.order.paid',
	subject: '34600111222',
	time: '2026-11-07T12:21:58.000Z',
	data: {
		status: 'paid',
		amountCents: 1250,
		amount: '12.50',
		tags: ['new', 'vip'],
		lines: [{ sku: 'A-1' }, { sku: 'B-2' }],
		customer: { id: 42, note: null, name: 'Ñusta 😀' },
		gift: false,
	},
};

describe('what a filter lets through', () => {
	it.each<[SubscriberFilter, boolean]>([
		[{}, true],
		[{ 'data.status': 'paid' }, true],
		[{ 'data.status': 'Paid' }, false],
		[{ 'data.status': ['open', 'paid'] }, true],
		[{ 'data.status': ['open'] }, false],
		[{ subject: '346*' }, true],
		[{ subject: '*222' }, true],
		[{ subject: '34*11*22' }, true],
		[{ subject: '35*' }, false],
		[{ 'data.customer.name': '*😀' }, true],
		[{ 'data.customer.id': 42 }, true],
		[{ 'data.customer.id': '42' }, false],
		[{ 'data.customer.id': '4*' }, false],
		[{ 'data.gift': false }, true],
		[{ 'data.gift': true }, false],
		[{ 'data.customer.note': null }, true],
		[{ 'data.customer.none': null }, false],
		[{ 'data.customer.none': { exists: false } }, true],
		[{ 'data.customer.note': { exists: false } }, true],
		[{ 'data.customer': { exists: true } }, true],
		[{ 'data.customer.id': { exists: false } }, false],
		[{ 'data.status': { ne: 'open' } }, true],
		[{ 'data.status': { ne: 'paid' } }, false],
		[{ 'data.status': { ne: 'p*' } }, false],
		[{ 'data.none': { ne: 'paid' } }, true],
		[{ 'data.amountCents': { gte: 1250 } }, true],
		[{ 'data.amountCents': { gt: 1250 } }, false],
		[{ 'data.amountCents': { gt: 1000, lt: 1300 } }, true],
		[{ 'data.amountCents': { lte: 1249.5 } }, false],
		// A decimal in a text is as large as it says.
		[{ 'data.amount': { gte: 9 } }, true],
		[{ 'data.amount': { gt: 12.5 } }, false],
		[{ 'data.status': { gte: 1 } }, false],
		[{ 'data.none': { lt: 1 } }, false],
		[{ time: { gte: '2026-11-07', lt: '2026-11-08' } }, true],
		[{ time: { lt: '2026-11-07' } }, false],
		[{ 'data.amountCents': { lt: '9' } }, false],
		// Of a list, one entry must fit; none may be what it must not be.
		[{ 'data.tags': 'vip' }, true],
		[{ 'data.tags': ['old', 'v*'] }, true],
		[{ 'data.tags': 'old' }, false],
		[{ 'data.tags': { ne: 'vip' } }, false],
		[{ 'data.tags': { ne: 'old' } }, true],
		[{ 'data.lines.1.sku': 'B-2' }, true],
		[{ 'data.lines.2.sku': { exists: true } }, false],
		[{ 'data.tags.length': { exists: true } }, false],
		// All of them must fit.
		[{ 'data.status': 'paid', subject: '346*' }, true],
		[{ 'data.status': 'paid', subject: '35*' }, false],
		// Nothing that an object only inherits is there.
		[{ 'data.constructor': { exists: true } }, false],
		[{ 'data.__proto__': { exists: true } }, false],
		[{ 'data.status.length': { exists: true } }, false],
		[{ toString: { exists: true } } as unknown as SubscriberFilter, false],
	])('%j: %s', (filter, expected) => {
		expect(readFilter(filter)).not.toBeInstanceOf(Problem);
		expect(matchesFilter(filter, event)).toBe(expected);
	});

	it('takes no longer than in proportion, whatever the pattern', () => {
		const long = 'a'.repeat(200_000);
		expect(matchesFilter({ 'data.t': `${'a*'.repeat(250)}b` }, { data: { t: long } })).toBe(false);
		const many = { data: { t: Array.from({ length: 100_000 }, () => 'x') } };
		expect(matchesFilter({ 'data.t': 'y' }, many)).toBe(false);
	});

	const tags = (count: number, tag: (index: number) => string) =>
		Array.from({ length: count }, (_, index) => tag(index));

	it.each<[string, SubscriberFilter, unknown]>([
		['a part that is looked for in a long text', { 'data.t': '*b*' }, 'a'.repeat(300_000)],
		['what must not be in a long text', { 'data.t': { ne: '*b*' } }, 'a'.repeat(300_000)],
		[
			'many patterns and many entries',
			{ 'data.t': tags(100, (n) => `x${n}*`) },
			tags(1_000, () => 'y'),
		],
		[
			'many searches in entries that are long together',
			{ 'data.t': tags(100, (n) => `*${n}*`) },
			tags(1_000, () => 'y'.repeat(200)),
		],
	])('a condition that would take too long does not fit, and is told: %s', (_name, filter, t) => {
		const told: string[] = [];
		expect(matchesFilter(filter, { data: { t } }, (path) => told.push(path))).toBe(false);
		expect(told).toEqual(['data.t']);
	});

	it.each<[string, SubscriberFilter, unknown]>([
		['an end of a long text', { 'data.t': 'a*' }, 'a'.repeat(10_000_000)],
		['a long text as a whole', { 'data.t': 'a'.repeat(500) }, 'a'.repeat(500)],
		['a part of a long message', { 'data.t': '*b*' }, `${'a'.repeat(100_000)}b`],
		[
			'a long list of values and a long list of entries',
			{ 'data.t': tags(100, (n) => `t${n}`) },
			tags(1_000, (n) => `t${1_098 - n}`),
		],
		['a pattern and many entries', { 'data.t': ['z', '*x'] }, tags(1_000, (n) => `${n}x`)],
	])('what is large and can be compared fits: %s', (_name, filter, t) => {
		const told: string[] = [];
		expect(matchesFilter(filter, { data: { t } }, (path) => told.push(path))).toBe(true);
		expect(told).toEqual([]);
	});

	/** As it comes from a sender: nothing of it was looked at before. */
	const fresh = <T,>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

	const millisecondsOf = (work: () => unknown): number => {
		const at = performance.now();
		work();
		return performance.now() - at;
	};

	/**
	 * What a filter costs, in looks at 120,000 characters that nearly fit (1 to 2 ms each on a machine
	 * that does nothing else). Each the best of some, in turn.
	 */
	const costOf = (filter: SubscriberFilter, t: unknown): number => {
		const costs = { look: Infinity, filter: Infinity };
		for (let round = 0; round < 15; round += 1) {
			const text = fresh(near(120_000));
			const received = fresh({ data: { t } });
			const look = millisecondsOf(() => matchesPattern(`*${near(16)}b*`, text));
			costs.look = Math.min(costs.look, look);
			costs.filter = Math.min(
				costs.filter,
				millisecondsOf(() => matchesFilter(filter, received)),
			);
		}
		return costs.filter / costs.look;
	};

	const near = (length: number) => 'a'.repeat(length);

	it.each<[string, SubscriberFilter, unknown]>([
		['values, and long texts', { 'data.t': ['x', 'y'] }, tags(1_000, (n) => `${n}${near(16_000)}`)],
		[
			'many ends, and long texts',
			{ 'data.t': tags(100, (n) => `*${near(480)}${n}`) },
			tags(1_000, () => near(16_000)),
		],
		[
			'many beginnings, and long texts',
			{ 'data.t': tags(100, (n) => `${near(480)}${n}*`) },
			tags(1_000, () => near(16_000)),
		],
		[
			'many stars',
			{ 'data.t': tags(100, (n) => `${'*'.repeat(400)}${n}`) },
			tags(1_000, () => 'y'),
		],
		[
			'what is no text',
			{ 'data.t': tags(100, (n) => `${'a*'.repeat(240)}${n}`) },
			Array(1_000).fill(7),
		],
		['many parts', { 'data.t': `${'a*'.repeat(249)}b*` }, tags(1_000, () => near(300))],
		['a part that nearly fits', { 'data.t': `*${near(400)}b*` }, near(110_000)],
		[
			'many parts that nearly fit',
			{ 'data.t': tags(100, (n) => `*${near(100 + n)}b*`) },
			tags(1_000, () => near(400)),
		],
		['comparisons', { 'data.t': { gte: near(500), lt: 'b' } }, tags(1_000, () => near(16_000))],
	])('costs no more than a few looks at a long text: %s', (_name, filter, t) => {
		expect(readFilter(filter)).not.toBeInstanceOf(Problem);
		expect(costOf(filter, t)).toBeLessThan(4);
	});

	it('a part is found as the engine finds it, wherever it nearly fits', () => {
		const letters = (most: number) =>
			fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: most });
		fc.assert(
			fc.property(letters(60), letters(20), (text, part) => {
				expect(matchesPattern(`*${part}*`, text)).toBe(text.includes(part));
			}),
			{ numRuns: 2_000 },
		);
	});

	const values = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));

	it('always lets through what has exactly the value, or one of the list', () => {
		const names = fc.stringMatching(/^[a-z_]{1,8}$/);
		fc.assert(
			fc.property(names, names, values, values, (outer, inner, value, other) => {
				const wanted = typeof value === 'string' ? value.replaceAll('*', '') : value;
				const some = { [outer]: { [inner]: wanted } };
				const path = `${outer}.${inner}`;
				expect(matchesFilter({ [path]: wanted }, some)).toBe(true);
				expect(matchesFilter({ [path]: [other, wanted] }, some)).toBe(true);
				expect(matchesFilter({ [path]: { ne: wanted } }, some)).toBe(false);
			}),
		);
	});

	it('reads any JSON as a filter or says what is wrong, and never fails on an event', () => {
		fc.assert(
			fc.property(fc.json(), fc.object(), (json, any) => {
				const filter = readFilter(json);
				if (filter instanceof Problem) expect(filter.text).toMatch(/^(is|has|contains) /);
				else if (filter !== undefined) matchesFilter(filter, any);
			}),
		);
	});
});

describe('reading a filter', () => {
	it.each([undefined, null, '', '  ', '{}', {}])('%j asks for nothing', (content) => {
		expect(readFilter(content)).toBeUndefined();
	});

	it('reads text and objects alike', () => {
		const filter = { 'data.status': ['paid'], 'data.n': { gte: 1, exists: true } };
		expect(readFilter(JSON.stringify(filter))).toEqual(filter);
		expect(readFilter(filter)).toEqual(filter);
	});

	it.each([
		['{"a": ', 'is not a JSON object'],
		['[1]', 'is not a JSON object'],
		['7', 'is not a JSON object'],
		[{ '': 1 }, "contains '', which is not a path"],
		[{ 'a..b': 1 }, "contains 'a..b', which is not a path"],
		[{ a: {} }, 'an unknown comparison'],
		[{ a: { gte: true } }, 'an unknown comparison'],
		[{ a: { like: 'x' } }, 'an unknown comparison'],
		[{ a: { gte: 1, $where: 'x' } }, 'an unknown comparison'],
		[{ a: [] }, 'that does not consist of 1 to 100'],
		[{ a: [{}] }, 'that does not consist of 1 to 100'],
		[{ a: 'x'.repeat(501) }, 'that is too long'],
		[Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`a${n}`, 1])), 'more than 50'],
	])('%j %s', (content, words) => {
		const problem = readFilter(content);
		expect(problem).toBeInstanceOf(Problem);
		expect((problem as Problem).text).toContain(words);
	});
});

describe('who wants an event', () => {
	const wants = (events: string[], more: object = {}) =>
		wantsEvent({ active: true, events, ...more }, event);

	it.each([
		[['*'], true],
		[['kometia.order.paid'], true],
		[['kometia.order.*'], true],
		// The first part may be left out, as in a trigger's Events and in Get Many.
		[['order.*'], true],
		[['order.paid'], true],
		[['paid'], false],
		[['*.paid'], true],
		[['kometia.order'], false],
		[['yape.*', '*.order.paid'], true],
		[['Kometia.Order.Paid'], false],
		[[], false],
	])('%j: %s', (events, expected) => expect(wants(events)).toBe(expected));

	it('is active, and its filter fits too', () => {
		expect(wants(['*'], { active: false })).toBe(false);
		expect(wants(['*'], { filter: { 'data.status': 'paid' } })).toBe(true);
		expect(wants(['*'], { filter: { 'data.status': 'open' } })).toBe(false);
	});
});
