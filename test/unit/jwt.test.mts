import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import jsonwebtoken from 'jsonwebtoken';
import { describe, expect, test } from 'vitest';
import { verifyJwtHs256, type JwtCheck } from '../../lib/receive/jwt.ts';

const SECRET = 'a-secret-that-nobody-can-guess-0123';
const NOW = new Date('2026-03-01T10:00:00.000Z');
const SECONDS = NOW.getTime() / 1000;
const LEEWAY_MS = 30 * 60_000;

const check = (token: string, more: Partial<JwtCheck> = {}) =>
	verifyJwtHs256({
		token,
		keys: [SECRET],
		claims: { app: 'evolution', action: 'webhook' },
		now: NOW,
		leewayMs: () => LEEWAY_MS,
		...more,
	});

const PAYLOAD = { iat: SECONDS, exp: SECONDS + 600, app: 'evolution', action: 'webhook' };

const sign = (payload: object = PAYLOAD, secret = SECRET, options: jsonwebtoken.SignOptions = {}) =>
	jsonwebtoken.sign(payload, secret, { algorithm: 'HS256', noTimestamp: true, ...options });

/** A token with any header and payload, whose signature is right. */
function forge(header: unknown, payload: unknown = PAYLOAD, secret = SECRET): string {
	const part = (value: unknown) =>
		Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
	const signed = `${part(header)}.${part(payload)}`;
	return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

test('the example of RFC 7515, appendix A.1', () => {
	const key = Buffer.from(
		'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
		'base64url',
	);
	const token =
		'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
	const at = { keys: [key], claims: { iss: 'joe' }, leewayMs: () => 0 };
	expect(check(token, { ...at, now: new Date(1300819379_999) })).toBeUndefined();
	expect(check(token, { ...at, now: new Date(1300819380_000) })).toBe('token_expired');
	expect(check(token, { ...at, keys: [key.subarray(1)] })).toBe('signature_mismatch');
});

describe('tokens of jsonwebtoken, which Evolution API signs with', () => {
	test('are accepted, with the current and the previous secret', () => {
		expect(check(sign())).toBeUndefined();
		expect(check(sign(), { keys: ['another', SECRET] })).toBeUndefined();
		expect(check(sign(), { keys: ['another'] })).toBe('signature_mismatch');
		expect(check(sign(), { keys: [] })).toBe('signature_mismatch');
	});

	test('an empty key opens nothing, not even what was signed with it', () => {
		expect(check(forge({ alg: 'HS256' }, PAYLOAD, ''), { keys: ['', new Uint8Array()] })).toBe(
			'signature_mismatch',
		);
	});

	test('agree with jsonwebtoken for any secret and claims', () => {
		fc.assert(
			fc.property(fc.string({ minLength: 1 }), fc.string(), fc.boolean(), (secret, extra, same) => {
				const token = sign({ ...PAYLOAD, extra }, secret);
				const key = same ? secret : `${secret}x`;
				const expected = (() => {
					try {
						jsonwebtoken.verify(token, key, { algorithms: ['HS256'], clockTimestamp: SECONDS });
						return true;
					} catch {
						return false;
					}
				})();
				expect(check(token, { keys: [key] }) === undefined).toBe(expected);
				expect(expected).toBe(same);
			}),
		);
	});
});

test.each([
	['alg none', jsonwebtoken.sign(PAYLOAD, '', { algorithm: 'none' })],
	['alg HS512', sign(PAYLOAD, SECRET, { algorithm: 'HS512' })],
	['alg RS256', forge({ alg: 'RS256', typ: 'JWT' })],
	['alg hs256', forge({ alg: 'hs256' })],
	['alg None with a right signature', forge({ alg: 'None' })],
	['no alg', forge({ typ: 'JWT' })],
	['alg as a list', forge({ alg: ['HS256'] })],
	['crit', forge({ alg: 'HS256', crit: ['exp'] })],
	['an empty crit', forge({ alg: 'HS256', crit: [] })],
	['a header that is no object', forge('"HS256"')],
	['a header that is a list', forge(['HS256'])],
	['a header that is no JSON', forge('{alg:HS256}')],
	['a payload that is no JSON', forge({ alg: 'HS256' }, 'nothing')],
	['a payload that is null', forge({ alg: 'HS256' }, 'null')],
	['nothing', ''],
	['only dots', '..'],
	['two parts', sign().split('.').slice(0, 2).join('.')],
	['an empty signature', `${sign().split('.').slice(0, 2).join('.')}.`],
	['four parts', `${sign()}.x`],
	['padding', `${sign()}=`],
	['white space in between', sign().replace('.', '. ')],
	['base64 instead of base64url', sign().replace(/^./, '+')],
	['a signature too short', sign().slice(0, -4)],
	['stray bits at the end', `${sign().slice(0, -1)}${strayEnd(sign())}`],
	['a token too long', sign({ ...PAYLOAD, filler: 'x'.repeat(4096) })],
])('%s is malformed', (_name, token) => {
	expect(check(token)).toBe('signature_malformed');
});

test('a token of another type, or with a key id, is as good', () => {
	expect(check(forge({ alg: 'HS256', typ: 'at+jwt', kid: 'x' }))).toBeUndefined();
});

test.each([
	['changed payload', swapPayload({ ...PAYLOAD, exp: SECONDS + 9999 })],
	['another app', sign({ ...PAYLOAD, app: 'Evolution' })],
	['no app', sign({ ...PAYLOAD, app: undefined })],
	['another action', sign({ ...PAYLOAD, action: 'login' })],
	['a list as app', sign({ ...PAYLOAD, app: ['evolution'] })],
])('%s is a mismatch', (_name, token) => {
	expect(check(token)).toBe('signature_mismatch');
});

describe('times, with half an hour of leeway', () => {
	const minutes = (count: number) => SECONDS + count * 60;

	test.each([
		['just made', { iat: SECONDS, exp: minutes(10) }, undefined],
		['the last retry, 25 minutes later', { iat: minutes(-25), exp: minutes(-15) }, undefined],
		['ended 29 minutes ago', { exp: minutes(-29) }, undefined],
		['ended 30 minutes ago', { exp: minutes(-30) }, 'token_expired'],
		['ended 31 minutes ago', { exp: minutes(-31) }, 'token_expired'],
		['made 29 minutes ahead', { iat: minutes(29), exp: minutes(39) }, undefined],
		[
			'made 31 minutes ahead',
			{ iat: minutes(31), exp: minutes(41) },
			'timestamp_outside_tolerance',
		],
		[
			'not before 31 minutes',
			{ nbf: minutes(31), exp: minutes(41) },
			'timestamp_outside_tolerance',
		],
		['iat as text', { iat: '1', exp: minutes(10) }, 'timestamp_outside_tolerance'],
		['no end', {}, 'timestamp_missing'],
		['an end as text', { exp: String(minutes(10)) }, 'timestamp_missing'],
		['no end but null', { exp: null }, 'timestamp_missing'],
	])('%s', (_name, times, expected) => {
		const { app, action } = PAYLOAD;
		expect(check(forge({ alg: 'HS256' }, { app, action, ...times }))).toBe(expected);
	});

	test('the leeway is asked for only when the signature is right', () => {
		const leewayMs = () => {
			throw new Error('asked');
		};
		expect(check(sign(PAYLOAD, 'another'), { leewayMs })).toBe('signature_mismatch');
		expect(() => check(sign(), { leewayMs })).toThrow('asked');
	});
});

test('whatever text it is: a reason, never an exception', () => {
	fc.assert(
		fc.property(
			fc.oneof(fc.string(), fc.base64String(), fc.stringMatching(/^[\w.-]{0,200}$/)),
			(token) => {
				expect(check(token)).toBe('signature_malformed');
			},
		),
		{ numRuns: 500 },
	);
});

/** Another last character that decodes to the same bytes. */
function strayEnd(token: string): string {
	const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
	return alphabet[alphabet.indexOf(token.at(-1) ?? '') + 1] ?? '';
}

/** The payload is exchanged, the signature stays. */
function swapPayload(payload: object): string {
	const [header, , signature] = sign().split('.');
	return [header, Buffer.from(JSON.stringify(payload)).toString('base64url'), signature].join('.');
}
