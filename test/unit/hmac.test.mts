import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { usableSecrets, verifyHmac } from '../../lib/receive/hmac.ts';

const hex = (body: Buffer, secret: string, algorithm: 'sha256' | 'sha512' = 'sha256') =>
	createHmac(algorithm, secret).update(body).digest('hex');

describe('verifyHmac', () => {
	// RFC 4231, test case 2: a vector that none of our code computed.
	const rfc4231 = {
		secret: 'Jefe',
		rawBody: Buffer.from('what do ya want for nothing?'),
		sha256: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
		sha512:
			'164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
	};

	test.each(['sha256', 'sha512'] as const)('agrees with RFC 4231 for %s', (algorithm) => {
		const { rawBody, secret } = rfc4231;
		const check = { algorithm, secrets: [secret], rawBody };
		expect(verifyHmac({ ...check, signatures: [rfc4231[algorithm]] })).toBeUndefined();
		expect(verifyHmac({ ...check, signatures: [`${algorithm}=${rfc4231[algorithm]}`] })).toBe(
			undefined,
		);
	});

	test('accepts what was signed with any of the secrets, whatever the bytes', () => {
		fc.assert(
			fc.property(
				fc.uint8Array({ maxLength: 2000 }),
				fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }),
				fc.nat(),
				(bytes, secrets, pick) => {
					const usable = usableSecrets(...secrets);
					fc.pre(usable.length > 0);
					const rawBody = Buffer.from(bytes);
					const signature = hex(rawBody, usable[pick % usable.length] ?? '');
					expect(
						verifyHmac({ algorithm: 'sha256', secrets, signatures: [signature], rawBody }),
					).toBeUndefined();
				},
			),
		);
	});

	test('refuses whatever was not signed with a secret, and never throws', () => {
		fc.assert(
			fc.property(fc.uint8Array(), fc.array(fc.string()), (bytes, signatures) => {
				const reason = verifyHmac({
					algorithm: 'sha256',
					secrets: ['the-secret'],
					signatures,
					rawBody: Buffer.from(bytes),
				});
				expect(reason).toMatch(/^signature_(missing|malformed|mismatch)$/);
			}),
		);
	});

	test('one changed bit is enough to be refused', () => {
		fc.assert(
			fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.nat(7), (bytes, at, bit) => {
				const rawBody = Buffer.from(bytes);
				const signatures = [hex(rawBody, 's3cret')];
				const changed = Buffer.from(rawBody);
				const index = at % changed.length;
				changed[index] = (changed[index] ?? 0) ^ (1 << bit);
				expect(
					verifyHmac({ algorithm: 'sha256', secrets: ['s3cret'], signatures, rawBody: changed }),
				).toBe('signature_mismatch');
			}),
		);
	});

	test('without a usable secret nothing is valid, not even the HMAC of an empty key', () => {
		const rawBody = Buffer.from('{}');
		for (const secrets of [[], [''], ['  ', '\n']]) {
			const signatures = [hex(rawBody, ''), hex(rawBody, '  ')];
			expect(verifyHmac({ algorithm: 'sha256', secrets, signatures, rawBody })).toBe(
				'signature_mismatch',
			);
		}
	});

	test('bounds the work: a match behind 16 other signatures does not count', () => {
		const rawBody = Buffer.from('{}');
		const wrong = Array.from({ length: 16 }, () => '0'.repeat(64));
		const good = hex(rawBody, 'k');
		const check = { algorithm: 'sha256', secrets: ['k'], rawBody } as const;
		expect(verifyHmac({ ...check, signatures: [...wrong.slice(1), good] })).toBeUndefined();
		expect(verifyHmac({ ...check, signatures: [...wrong, good] })).toBe('signature_mismatch');
	});
});
