import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	equalSecrets,
	bearerTokens,
	headerTokens,
	sharedTokenVerdict,
} from '../../lib/receive/hmac.ts';

const VERIFIED = { result: 'verified', verification: 'shared-token' };
const refused = (reason: string) => ({ result: 'refused', reason });

test('equalSecrets agrees with equality, for any two texts', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
			expect(equalSecrets(a, a)).toBe(true);
			expect(equalSecrets(a, b)).toBe(a === b);
		}),
	);
});

describe('sharedTokenVerdict', () => {
	const secrets = ['current', 'previous'];

	test.each([
		[['current'], VERIFIED],
		[['previous'], VERIFIED],
		[['wrong', 'previous'], VERIFIED],
		[['wrong'], refused('signature_mismatch')],
		[['curren'], refused('signature_mismatch')],
		[['current '], refused('signature_mismatch')],
		[['CURRENT'], refused('signature_mismatch')],
		[[], refused('signature_missing')],
		[[''], refused('signature_missing')],
		[['1', '2', '3', '4', 'current'], refused('signature_mismatch')],
	])('%j', (tokens, verdict) => {
		expect(sharedTokenVerdict(tokens, { secrets })).toEqual(verdict);
	});

	test.each([[[]], [['']], [['  ']]])('without a usable secret (%j) nothing is valid', (none) => {
		for (const token of ['', '  ', 'x']) {
			expect(sharedTokenVerdict([token], { secrets: none }).result).toBe('refused');
		}
	});
});

describe('where tokens stand', () => {
	test('a header is one token, whatever is in it', () => {
		expect(headerTokens({ 'x-token': 'a, b c' }, 'x-token')).toEqual(['a, b c']);
		expect(headerTokens({ 'x-token': ['a', 'b'] }, 'x-token')).toEqual(['a', 'b']);
		expect(headerTokens({}, 'x-token')).toEqual([]);
	});

	test.each([
		['Bearer abc', ['abc']],
		['bearer  abc ', ['abc']],
		['Bearer a b', ['a b']],
		['Bearer ', []],
		['Bearer', []],
		['Basic abc', []],
		['abc', []],
		[undefined, []],
	])('%s', (authorization, tokens) => {
		expect(bearerTokens(authorization === undefined ? {} : { authorization })).toEqual(tokens);
	});
});
