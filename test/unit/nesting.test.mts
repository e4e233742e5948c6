import { describe, expect, test } from 'vitest';
import { createEnvelope, boundNesting, DEEPEST_LEVEL, LEFT_OUT } from '../../lib/event/envelope.ts';

/** Lists (or objects) in each other: `levels` of them. */
function nested(levels: number, wrap: (inner: unknown) => unknown = (inner) => [inner]): unknown {
	let value: unknown = 'inside';
	for (let level = 0; level < levels; level++) value = wrap(value);
	return value;
}

describe('boundNesting', () => {
	test('gives back what is not nested too deeply as it is, not as a copy', () => {
		for (const value of [null, 1, 'text', undefined, { a: [1, { b: null }] }, nested(64)]) {
			expect(boundNesting(value)).toBe(value);
		}
	});

	test('leaves out what is one level too deep, and only that', () => {
		expect(boundNesting(nested(65))).toEqual(nestedAround(LEFT_OUT));
		const both = boundNesting({ deep: nested(65), fine: { a: 1 } });
		expect(both).toMatchObject({ fine: { a: 1 } });
	});

	test.each([
		['lists', nested(200_000)],
		['objects', nested(200_000, (inner) => ({ inner }))],
	])('no depth of %s exhausts the stack', (_name, value) => {
		expect(JSON.stringify(boundNesting(value))).toContain(LEFT_OUT);
	});

	test('what it changes is a copy, and a field called __proto__ stays a field', () => {
		const value = JSON.parse(`{"__proto__":${JSON.stringify(nested(70))},"a":1}`) as object;
		const bound = boundNesting(value) as object;
		expect(JSON.stringify(value)).not.toContain(LEFT_OUT);
		expect(Object.keys(bound)).toEqual(['__proto__', 'a']);
		expect(Object.getPrototypeOf(bound)).toBe(Object.prototype);
		expect(JSON.stringify(bound)).toContain(LEFT_OUT);
	});

	test('what is neither a list nor a plain object stays', () => {
		const value = { at: new Date(0), bytes: new Uint8Array([1]), deep: nested(70) };
		expect(boundNesting(value)).toMatchObject({ at: value.at, bytes: value.bytes });
	});
});

test('the envelope says that something was left out, and says nothing otherwise', () => {
	const event = {
		id: '1',
		source: '/x',
		type: 'x.y',
		time: new Date(0),
		dedupeKey: 'x',
		data: { text: 'a' },
		raw: nested(DEEPEST_LEVEL - 1),
	};
	expect(createEnvelope(event, 'none')).not.toHaveProperty('nestingcut');
	expect(createEnvelope({ ...event, raw: nested(DEEPEST_LEVEL) }, 'none')).toMatchObject({
		nestingcut: true,
		data: { text: 'a' },
	});
});

function nestedAround(innermost: unknown): unknown {
	let value = innermost;
	for (let level = 0; level < DEEPEST_LEVEL; level++) value = [value];
	return value;
}
