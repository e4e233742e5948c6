import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HmacKey } from '../../lib/signature/hmacKey.ts';

const algorithm = fc.constantFrom('sha1', 'sha256', 'sha384', 'sha512');
/** Around the blocks of the hashes, 64 and 128 bytes. */
const asciiKey = fc
	.string({ unit: 'binary-ascii', maxLength: 140 })
	.map((text) => Buffer.from(text));
const anyKey = fc.uint8Array({ maxLength: 140 }).map((bytes) => Buffer.from(bytes));
const shortText = fc.string({ unit: 'grapheme', maxLength: 40 });
/** Around the length up to which a text is hashed as it is, and beyond what is copied. */
const longText = fc
	.tuple(shortText, fc.constantFrom(400, 512, 513, 20_000))
	.map(([text, length]) => (text || 'ñ').repeat(length).slice(0, length));
const bytes = fc.uint8Array({ maxLength: 300 }).map((piece) => Buffer.from(piece));
const piece = fc.oneof(shortText, longText, bytes);

describe('HmacKey', () => {
	test('signs as node:crypto does, whatever the key and the pieces', () => {
		fc.assert(
			fc.property(
				algorithm,
				fc.oneof(asciiKey, anyKey),
				fc.array(piece, { maxLength: 3 }),
				(name, key, pieces) => {
					const expected = createHmac(name, key);
					for (const each of pieces) expected.update(each);
					expect(new HmacKey(name, key).sign(pieces, 'hex')).toBe(expected.digest('hex'));
				},
			),
			{ numRuns: 500 },
		);
	});

	test('half of a pair of surrogates counts as node:crypto counts it', () => {
		const key = Buffer.from('secret');
		const half = 'a\ud83db';
		const expected = createHmac('sha256', key).update(half, 'utf8').digest('base64');
		expect(new HmacKey('sha256', key).sign([half], 'base64')).toBe(expected);
	});
});
