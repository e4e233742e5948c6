import { describe, expect, it } from 'vitest';
import { parseExactly, withExactIntegers } from '../../lib/event/exactNumbers.ts';

describe('JSON whose whole numbers keep their digits', () => {
	it('reads what a double cannot hold as text, and nothing else', () => {
		const text =
			'{"id":1234567890123456789,"next": -1234567890123456790 ,"list":[9007199254740993\n,9007199254740991],"big":1' +
			`${'0'.repeat(40)},"price":12345678901234567.25,"far":1e30,"small":-0.12345678901234567890}`;
		expect(parseExactly(text)).toEqual({
			id: '1234567890123456789',
			next: '-1234567890123456790',
			list: ['9007199254740993', 9007199254740991],
			big: `1${'0'.repeat(40)}`,
			price: 12345678901234567.25,
			far: 1e30,
			small: -0.1234567890123456789,
		});
		expect(parseExactly('1234567890123456789')).toBe('1234567890123456789');
	});

	it('two ids that a double cannot tell apart stay two', () => {
		const [one, two] = ['{"id":1234567890123456789}', '{"id":1234567890123456790}'];
		expect(JSON.parse(one)).toEqual(JSON.parse(two));
		expect(parseExactly(one)).not.toEqual(parseExactly(two));
	});

	it('leaves texts alone, whatever they hold', () => {
		const value = {
			group: '120363000000000001@g.us',
			said: 'pay , 1234567890123456789 , now',
			escaped: '\\",1234567890123456789,\\\\',
			'1234567890123456789': true,
			number: 5,
		};
		const text = JSON.stringify(value);
		expect(withExactIntegers(text)).toBe(text);
		expect(
			parseExactly(JSON.stringify({ ...value, id: 0 }).replace(':0}', ':12345678901234567890}')),
		).toEqual({ ...value, id: '12345678901234567890' });
	});

	it('keeps what is not JSON from becoming JSON', () => {
		for (const text of [
			'{12345678901234567890:1}',
			'{12345678901234567890 :1}',
			'{"a":012345678901234567890}',
			'{"a":12345678901234567890',
			'[1234567890123456789 1]',
			'["1234567890123456789',
			'[--1234567890123456789]',
		]) {
			expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
			expect(() => parseExactly(text)).toThrow(SyntaxError);
		}
	});

	it('agrees with JSON.parse on random JSON, but for the digits', () => {
		let seed = 7;
		const random = (below: number) => {
			seed = (seed * 1103515245 + 12345) % 2 ** 31;
			return Math.floor((seed / 2 ** 31) * below);
		};
		const digits = () => Array.from({ length: 1 + random(24) }, () => 1 + random(9)).join('');
		const make = (depth: number): string => {
			const kind = random(depth > 3 ? 3 : 5);
			if (kind === 0) return `${random(2) === 0 ? '-' : ''}${digits()}`;
			if (kind === 1) return JSON.stringify(`${'\\"'.slice(0, random(3))}${digits()},"`);
			if (kind === 2) return `${digits()}.${digits()}`;
			const parts = Array.from({ length: random(4) }, () => make(depth + 1));
			if (kind === 3) return `[ ${parts.join(' , ')} ]`;
			return `{${parts.map((part, index) => `"k${index}":${part}`).join(',')}}`;
		};
		const loose = (value: unknown): unknown =>
			JSON.parse(JSON.stringify(value), (_name, one: unknown) =>
				typeof one === 'string' && /^-?\d{16,}$/.test(one) ? Number(one) : one,
			);
		for (let round = 0; round < 3_000; round += 1) {
			const text = make(0);
			expect(loose(parseExactly(text))).toEqual(loose(JSON.parse(text)));
		}
	});
});
