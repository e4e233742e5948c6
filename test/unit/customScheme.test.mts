import { generateKeyPairSync, sign } from 'node:crypto';
import type { IHookFunctions } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { valueAtPath } from '../../lib/event/json.ts';
import { signedWebhookTrigger } from '../../nodes/SignedWebhook/provider.ts';
import { SignedScheme } from '../support/signedScheme.mts';
import { hmac, unixSeconds } from '../support/signedSenders.mts';

const SECRET = 'a-secret-of-my-own';
const BODY = '{"type":"order.paid","id":"o1","sent":"2027-01-15T08:00:00Z"}';
const NOW = new Date('2027-01-15T08:00:00Z');

const custom = (parameters: Record<string, unknown>, secret = SECRET) =>
	new SignedScheme('custom', {
		secret,
		parameters: { signatureHeader: 'X-Signature', ...parameters },
	});

const withHeader = (signature: string, headers: Record<string, string> = {}) => ({
	body: BODY,
	headers: { 'x-signature': signature, ...headers },
});

describe('a signature', () => {
	const algorithms = ['sha1', 'sha256', 'sha384', 'sha512'] as const;
	const encodings = ['hex', 'base64', 'base64url'] as const;
	const all = algorithms.flatMap((algorithm) =>
		encodings.map((encoding) => [algorithm, encoding] as const),
	);

	test.each(all)('%s in %s, with a prefix and a template', async (algorithm, encoding) => {
		const scheme = custom({
			algorithm,
			encoding,
			signaturePrefix: 'sig ',
			signedContent: 'POST\n{header:X-Nonce}:{body}:{query:shop}',
		});
		const signature = hmac(SECRET, `POST\nn1:${BODY}:s1`, encoding, algorithm);
		const sent = { ...withHeader(`sig ${signature}`, { 'x-nonce': 'n1' }), query: '?shop=s1' };
		expect(await scheme.verdict(sent)).toMatchObject({
			result: 'verified',
			verification: `hmac-${algorithm}`,
		});
		expect(await scheme.outcome({ ...sent, query: '?shop=s2' })).toBe('signature_mismatch');
		expect(await scheme.outcome({ ...sent, headers: { 'x-signature': signature } })).toBe(
			'signature_malformed',
		);
	});

	test.each(encodings)('Ed25519 in %s', async (encoding) => {
		const { publicKey, privateKey } = generateKeyPairSync('ed25519');
		const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
		const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
		const sent = withHeader(sign(null, Buffer.from(BODY), privateKey).toString(encoding));
		for (const secret of [pem, raw.toString('hex'), raw.toString('base64')]) {
			const scheme = custom({ algorithm: 'ed25519', encoding }, secret);
			expect(await scheme.verdict(sent)).toMatchObject({ verification: 'ed25519' });
			expect(await scheme.outcome({ ...sent, body: '{}' })).toBe('signature_mismatch');
		}
	});

	test.each([
		['seconds', unixSeconds(NOW), 'seconds'],
		['milliseconds', String(NOW.getTime()), 'milliseconds'],
		['seconds, with a fraction', `${unixSeconds(NOW)}.000`, 'seconds'],
		['seconds, with a fraction, either', `${unixSeconds(NOW)}.0000001`, 'either'],
		['seconds, either', unixSeconds(NOW), 'either'],
		['milliseconds, either', String(NOW.getTime()), 'either'],
		['ISO 8601', NOW.toISOString(), 'iso'],
	])('a time in %s', async (_name, time, timestampUnit) => {
		const scheme = custom({
			signedContent: '{timestamp}.{body}',
			timestampPlace: 'header:X-Time',
			timestampUnit,
			tolerance: 60,
		});
		const sent = withHeader(hmac(SECRET, `${time}.${BODY}`), { 'x-time': time });
		const after = async (seconds: number) =>
			await scheme.outcome(sent, new Date(NOW.getTime() + seconds * 1000));
		expect([await after(60), await after(-60)]).toEqual(['verified', 'verified']);
		expect([await after(61), await after(-61)]).toEqual([
			'timestamp_outside_tolerance',
			'timestamp_outside_tolerance',
		]);
		const without = { body: BODY, headers: { 'x-signature': sent.headers['x-signature'] } };
		expect(await scheme.outcome(without, NOW)).toBe('timestamp_missing');
		expect(await scheme.events(sent, NOW)).toMatchObject([{ time: NOW }]);
	});

	test.each([', ', ';'])('time and signature are parts of one header (%o)', async (between) => {
		const scheme = custom({
			signaturePrefix: 'v1=',
			signedContent: '{timestamp}.{body}',
			timestampPlace: 'signature:t',
		});
		const time = unixSeconds(NOW);
		const right = `t=${time}${between}v1=${hmac(SECRET, `${time}.${BODY}`)}`;
		expect(await scheme.verdict(withHeader(right), NOW)).toMatchObject({
			result: 'verified',
			matched: { signature: 'v1' },
		});
		expect(await scheme.outcome(withHeader(right), new Date(0))).toBe(
			'timestamp_outside_tolerance',
		);
		const wrong = right.replace('v1=', 'v0=');
		expect(await scheme.outcome(withHeader(wrong), NOW)).toBe('signature_malformed');
	});

	test('a tolerance of 0 lets any time in', async () => {
		const parameters = { timestampPlace: 'body:sent', timestampUnit: 'iso', tolerance: 0 };
		expect(await custom(parameters).outcome(withHeader(hmac(SECRET, BODY)), new Date(0))).toBe(
			'verified',
		);
	});
});

describe('what an event is known by', () => {
	const sent = withHeader(hmac(SECRET, BODY), { 'x-id': 'r1', 'x-type': 'paid' });

	test('an id in the body, which is signed', async () => {
		const [event] = await custom({ eventIdPlace: 'body:id', eventTypePlace: 'body:type' }).events(
			sent,
		);
		expect(event).toMatchObject({ id: 'o1', type: 'webhook.order.paid', source: '/webhook' });
		expect(event?.signedDigest).toBeUndefined();
	});

	test('an id in a header is not signed: what was signed counts too', async () => {
		const [event] = await custom({ eventIdPlace: 'header:X-Id' }).events(sent);
		expect(event).toMatchObject({ id: 'r1', signedDigest: expect.stringMatching(/^\w{64}$/) });
	});

	test('unless the template names it', async () => {
		const scheme = custom({
			eventIdPlace: 'header:X-Id',
			eventTypePlace: 'body:type',
			signedContent: '{id}.{body}',
		});
		const [event] = await scheme.events(withHeader(hmac(SECRET, `r1.${BODY}`), { 'x-id': 'r1' }));
		expect(event).toMatchObject({ id: 'r1' });
		expect(event?.signedDigest).toBeUndefined();
		expect(await scheme.outcome(withHeader(hmac(SECRET, `r1.${BODY}`), { 'x-id': 'r2' }))).toBe(
			'signature_mismatch',
		);
	});

	test('a type in a header is not signed either', async () => {
		const places = { eventIdPlace: 'body:id', eventTypePlace: 'header:X-Type' };
		const [event] = await custom(places).events(sent);
		expect(event).toMatchObject({ type: 'webhook.paid', signedDigest: expect.any(String) });
	});

	test('neither an id nor a signed time: the same content counts for five minutes', async () => {
		const [event] = await custom({}).events(sent);
		expect(event?.momentary?.windowMs).toBe(300_000);
		const timed = custom({ timestampPlace: 'body:sent', timestampUnit: 'iso' });
		expect((await timed.events(sent, NOW))[0]?.momentary).toBeUndefined();
		// A header that is not signed tells nothing.
		const unsigned = custom({ timestampPlace: 'header:X-Time', tolerance: 0 });
		const withTime = { ...sent, headers: { ...sent.headers, 'x-time': unixSeconds() } };
		expect((await unsigned.events(withTime))[0]?.momentary).toBeDefined();
	});
});

describe('weaker ways', () => {
	test('a shared token in a header, or as a bearer token', async () => {
		const scheme = custom({ method: 'sharedToken', signatureHeader: 'X-Token' });
		const token = (value: string) => ({ body: BODY, headers: { 'x-token': value } });
		expect(await scheme.verdict(token(SECRET))).toEqual({
			result: 'verified',
			verification: 'shared-token',
			matched: { secret: 'current' },
		});
		expect(await scheme.outcome(token(`${SECRET}x`))).toBe('signature_mismatch');
		expect(await scheme.outcome({ body: BODY })).toBe('signature_missing');
		const bearer = custom({ method: 'sharedToken', signatureHeader: 'Authorization' });
		const authorization = (value: string) => ({ body: BODY, headers: { authorization: value } });
		expect(await bearer.outcome(authorization(`Bearer ${SECRET}`))).toBe('verified');
		expect(await bearer.outcome(authorization(SECRET))).toBe('verified');
	});

	test('basic auth', async () => {
		const scheme = custom({ method: 'basicAuth' }, 'user:pass:word');
		const basic = (credentials: string) => ({
			body: BODY,
			headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
		});
		expect(await scheme.verdict(basic('user:pass:word'))).toMatchObject({
			verification: 'shared-token',
		});
		expect(await scheme.outcome(basic('user:other'))).toBe('signature_mismatch');
		expect(await scheme.outcome({ body: BODY })).toBe('signature_missing');
	});
});

describe('parameters that cannot be used are told when the workflow is published', () => {
	const problem = (parameters: Record<string, unknown>) => {
		const all = new Map(
			Object.entries({ scheme: 'custom', signatureHeader: 'X-Signature', ...parameters }),
		);
		const context = {
			getNodeParameter: (name: string, fallback: unknown) =>
				valueAtPath(Object.fromEntries(all), name) ?? fallback,
			getNode: () => ({ parameters: Object.fromEntries(all) }),
		};
		try {
			signedWebhookTrigger.assertParameters?.(context as unknown as IHookFunctions);
			return '';
		} catch (error) {
			return (error as Error).message;
		}
	};

	test.each([
		[{ signatureHeader: '' }, "'Signature Header' is empty"],
		[{ signatureHeader: 'X Signature' }, "'Signature Header' is not a header name"],
		[{ method: 'sharedToken', signatureHeader: ' ' }, "'Signature Header' is empty"],
		[{ algorithm: 'md5' }, '\'Algorithm\' is "md5". It must be one of sha1, sha256'],
		[{ encoding: 'base32' }, '\'Encoding\' is "base32". It must be one of hex, base64, base64url.'],
		[
			{ timestampPlace: 'body:t', timestampUnit: 'days' },
			'\'Timestamp Unit\' is "days". It must be one of seconds',
		],
		[
			{ timestampPlace: 'body:t', tolerance: 'x' },
			"'Timestamp Tolerance (Seconds)' must be a number",
		],
		[{ timestampPlace: 'X-Time' }, '\'Timestamp\' cannot be used: "X-Time" is not a place'],
		[{ eventIdPlace: 'head:X' }, "'Event ID' cannot be used"],
		[{ eventTypePlace: 'body:' }, "'Event Type' cannot be used"],
		[{ signedContent: '{timestamp}.{body}' }, "'Signed Content' contains {timestamp}"],
		[{ signedContent: '{id}.{body}' }, "'Signed Content' contains {id}"],
		[
			{ timestampPlace: 'signature:t', signaturePrefix: 'sha256-' },
			"'Signature Prefix' must be the name of the signature",
		],
		[
			{ method: 'sharedToken', signatureHeader: 'X-Token', options: { headers: 'a, x-token' } },
			"'Headers to Keep' names x-token, which contains a secret",
		],
		[{ signedContent: 'nothing' }, "'Signed Content' cannot be used: it does not cover the body"],
		[
			{ signedContent: '{body' },
			'\'Signed Content\' cannot be used: "{body" has an unmatched brace',
		],
		[
			{ signedContent: '{body}{nonce}' },
			"'Signed Content' cannot be used: {nonce} is not known. Use {body}, {timestamp}, {id}, or a place",
		],
		[{ signedContent: '{rawBody}' }, '{rawBody} is not known. Use {body}'],
		[{ signedContent: '{body}{head:X}' }, '"head:X" is not a place'],
		[{ method: 'sharedToken', signatureHeader: 'X-T:' }, "'Signature Header' is not a header name"],
	])('%o', (parameters, words) => {
		expect(problem(parameters)).toContain(words);
	});

	test('a secret of basic auth without a colon, which no sender could show', () => {
		const all = new Map(Object.entries({ scheme: 'custom', method: 'basicAuth' }));
		const context = {
			getNodeParameter: (name: string, fallback: unknown) => all.get(name) ?? fallback,
			getNode: () => ({ parameters: Object.fromEntries(all) }),
		} as unknown as IHookFunctions;
		const assert = (credential: Record<string, string>) => () =>
			signedWebhookTrigger.assertCredential?.(credential, context);
		expect(assert({ secret: 'ana:pass', previousSecret: 'no-colon' })).toThrow(
			"'Previous Secret' in the credential 'Signed Webhook API' has no colon",
		);
		expect(assert({ secret: 'ana:pass', previousSecret: '' })).not.toThrow();
	});

	test.each(['', ' ', [], false])(
		'a tolerance of %o is not 0, which accepts any time',
		(tolerance) => {
			expect(problem({ timestampPlace: 'body:t', tolerance })).toContain(
				"'Timestamp Tolerance (Seconds)' must be a number",
			);
		},
	);

	test.each(['hooks.example.com', 'https://a b/x', 'https://'])(
		'%o is no public URL',
		(publicUrl) => {
			expect(problem({ scheme: 'twilio', options: { publicUrl } })).toContain(
				"'Public URL' is not a URL",
			);
		},
	);

	test('the usual ones can', () => {
		expect(problem({})).toBe('');
		expect(problem({ method: 'basicAuth', signatureHeader: '' })).toBe('');
	});
});
