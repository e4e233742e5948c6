import { describe, expect, test } from 'vitest';
import { JsonElements } from '../../lib/net/jsonElements.ts';

/** What comes out where the text comes in parts of so many bytes. */
function read(text: string, partBytes: number, keep = (element: unknown) => element) {
	const elements = new JsonElements(keep);
	const bytes = Buffer.from(text);
	for (let at = 0; at < bytes.length; at += partBytes) {
		const part = Buffer.from(bytes.subarray(at, at + partBytes));
		elements.push(part);
		// Nothing of a part may be needed later: its memory is used again.
		part.fill(0x21);
	}
	return { whole: elements.end(), length: elements.length };
}

const WHOLES: ReadonlyArray<[name: string, whole: unknown]> = [
	['a page', { data: [{ id: '1', data: { a: [{ b: {} }] } }, { id: '2' }], nextCursor: 'ab' }],
	['an empty page', { data: [], nextCursor: null }],
	['brackets, quotes and backslashes in texts', { data: [{ a: '}]"\\', '{["': '\\"{' }] }],
	['characters of several bytes', { data: [{ a: 'señal – 🇵🇪 "😀"' }], nextCursor: 'ñ' }],
	[
		'two lists, one of them with more than objects',
		{ a: [{ x: 1 }, 2, null, [{}]], b: [{ y: 2 }] },
	],
	['objects that are in no list', { data: { a: { b: [{ c: 1 }] } }, e: {} }],
	['lists in lists', { data: [[{ a: [{ b: 1 }] }], [[{}]]] }],
	['a list of lists', [[{ a: 1 }], { b: [{ c: 1 }] }]],
	['numbers, texts and words', { a: [1, -2.5e3, true, false, null, 'x'], b: 0 }],
	['a text', 'no [{"object"}]'],
	['null', null],
];

describe.each(WHOLES)('%s', (_name, whole) => {
	test.each([1, 2, 3, 7, 10_000])('is read whole from parts of %i bytes', (partBytes) => {
		for (const text of [JSON.stringify(whole), JSON.stringify(whole, null, '\t')]) {
			const found = read(text, partBytes);
			expect(found.whole).toEqual(whole);
			expect(found.length).toBe(Buffer.byteLength(text));
		}
	});
});

test('gives each element to what keeps something of it, in order, and nothing else', () => {
	const given: unknown[] = [];
	const text = JSON.stringify({
		a: { no: [{ n: 0 }] },
		data: [{ n: 1 }, { n: 2, deep: [{ n: 3 }] }],
	});
	const { whole } = read(text, 5, (element) => {
		given.push(element);
		return `kept ${given.length}`;
	});
	expect(given).toEqual([{ n: 1 }, { n: 2, deep: [{ n: 3 }] }]);
	expect(whole).toEqual({ a: { no: [{ n: 0 }] }, data: ['kept 1', 'kept 2'] });
});

test.each([
	'{"data":[{"a":1},{"a":',
	'{"data":[{"a":1},{"a":}]}',
	'{"data":[{"a":1}',
	'Bad Gateway',
	'',
])('what is no JSON is an error at the end: %s', (text) => {
	expect(() => read(text, 4)).toThrow(SyntaxError);
});
