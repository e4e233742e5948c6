import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { digestText, readDigest, type BytesEncoding } from '../../lib/receive/encodedBytes.ts';

const LENGTHS = [20, 32, 48, 64];

describe.each<BytesEncoding>(['hex', 'base64', 'base64url'])('%s', (encoding) => {
	test.each(LENGTHS)('what is read from %i bytes is the text that is compared', (bytes) => {
		for (let count = 0; count < 100; count += 1) {
			const digest = randomBytes(bytes);
			const text = digest.toString(encoding);
			expect(digestText(text, encoding, bytes)).toBe(text);
			expect(readDigest(text, encoding, bytes)).toEqual(digest);
		}
	});

	/** Texts that one of the two reads otherwise than the other. */
	const readOtherwise = (texts: readonly string[], bytes: number) =>
		texts.filter(
			(text) =>
				digestText(text, encoding, bytes) !== readDigest(text, encoding, bytes)?.toString(encoding),
		);

	test.each(LENGTHS)(
		'any other letter in any place of %i bytes: both read it, or neither',
		(bytes) => {
			const text = randomBytes(bytes).toString(encoding);
			const others = [...text].flatMap((_, at) =>
				Array.from(
					{ length: 256 },
					(__, code) => text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1),
				),
			);
			expect(others).toHaveLength(text.length * 256);
			expect(readOtherwise(others, bytes)).toEqual([]);
			// Letters beyond Latin-1 that have the same low bits.
			const alike = [...text].map(
				(letter, at) =>
					text.slice(0, at) +
					String.fromCharCode(0x100 + letter.charCodeAt(0)) +
					text.slice(at + 1),
			);
			for (const one of alike) expect(digestText(one, encoding, bytes)).toBeUndefined();
		},
	);

	test.each(LENGTHS)('too short, too long, with blanks, empty, for %i bytes: neither', (bytes) => {
		const text = randomBytes(bytes).toString(encoding);
		const others = ['', text.slice(1), text.slice(0, -1), `${text}A`, `${text}=`, ` ${text}`];
		expect(readOtherwise(others, bytes)).toEqual([]);
		expect(digestText('', encoding, bytes)).toBeUndefined();
		expect(digestText(` ${text}`, encoding, bytes)).toBeUndefined();
	});
});

test('hex is compared in lower case; the padding of base64url may be left out', () => {
	const digest = randomBytes(20);
	expect(digestText(digest.toString('hex').toUpperCase(), 'hex', 20)).toBe(digest.toString('hex'));
	const text = digest.toString('base64url');
	expect(digestText(`${text}=`, 'base64url', 20)).toBe(text);
});
