import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import type { Delivery } from '../../lib/receive/provider.ts';
import {
	InvalidSecretError,
	standardWebhooksKeys,
	standardWebhooksVerdict,
} from '../../lib/standardWebhooks/verify.ts';

/** The vector of the reference implementation's own tests, github.com/svix/svix-webhooks. */
const VECTOR = {
	secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
	id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
	timestamp: '1614265330',
	body: '{"test": 2432232314}',
	signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

const SENT_AT = new Date(Number(VECTOR.timestamp) * 1000);
const OTHER_SECRET = 'whsec_c2VjcmV0LW9mLWEtcm90YXRlZC1lbmRwb2ludA==';
const VERIFIED = { result: 'verified', verification: 'hmac-sha256' };
const refused = (reason: string) => ({ result: 'refused', reason });

interface Signed {
	body: string | Buffer;
	id?: string;
	timestamp?: string;
	signature?: string | string[];
}

function delivery({ body, id, timestamp, signature }: Signed, receivedAt = SENT_AT): Delivery {
	return {
		rawBody: Buffer.from(body),
		headers: {
			...(id === undefined ? {} : { 'webhook-id': id }),
			...(timestamp === undefined ? {} : { 'webhook-timestamp': timestamp }),
			...(signature === undefined ? {} : { 'webhook-signature': signature }),
		},
		query: {},
		remoteAddress: '127.0.0.1',
		receivedAt,
	};
}

function verdict(signed: Signed, secrets = [VECTOR.secret], at = SENT_AT) {
	return standardWebhooksVerdict(delivery(signed, at), {
		keys: secrets.flatMap(standardWebhooksKeys),
	});
}

/** Signs with the reference library, independent of our code. */
function signed(body: string, secret: string, { id = 'msg_1', at = SENT_AT } = {}): Signed {
	const signature = new Webhook(secret).sign(id, at, body);
	return { body, id, timestamp: String(Math.floor(at.getTime() / 1000)), signature };
}

describe('a secret as people paste it', () => {
	const base64 = VECTOR.secret.slice('whsec_'.length);

	test.each([
		['behind the version, as Supabase shows it', `v1,whsec_${base64}`],
		['in upper case, as in a configuration file', `WHSEC_${base64}`],
		['in double quotes', `"whsec_${base64}"`],
		['in single quotes, with a space behind', `'whsec_${base64}' `],
		['quoted with its version', `"v1,whsec_${base64}"`],
	])('%s', (_name, secret) => {
		expect(verdict(VECTOR, [secret])).toEqual(VERIFIED);
		expect(standardWebhooksKeys(secret)).toEqual(standardWebhooksKeys(VECTOR.secret));
	});

	test('keeps its quotes where it is no secret of that form: they may belong to it', () => {
		expect(standardWebhooksKeys('"a secret"')).toEqual([Buffer.from('"a secret"')]);
	});
});

describe('against the specification and its reference library', () => {
	test('the published vector', () => {
		expect(verdict(VECTOR)).toEqual(VERIFIED);
		expect(new Webhook(VECTOR.secret).sign(VECTOR.id, SENT_AT, VECTOR.body)).toBe(VECTOR.signature);
	});

	test('whatever the library signs is accepted, and what it would refuse is refused', () => {
		fc.assert(
			fc.property(
				fc.string({ unit: 'grapheme', maxLength: 300 }),
				fc.uint8Array({ minLength: 1, maxLength: 64 }),
				fc.stringMatching(/^[!-~]{1,40}$/),
				fc.boolean(),
				(body, key, id, tampered) => {
					const secret = `whsec_${Buffer.from(key).toString('base64')}`;
					// The library checks against the clock of now.
					const at = new Date();
					const sent = signed(body, secret, { id, at });
					const received = tampered ? { ...sent, body: `${body} ` } : sent;
					const headers = {
						'webhook-id': id,
						'webhook-timestamp': sent.timestamp ?? '',
						'webhook-signature': String(sent.signature),
					};
					const accepts = (() => {
						try {
							new Webhook(secret).verify(received.body.toString(), headers, {
								jsonParse: false,
							});
							return true;
						} catch {
							return false;
						}
					})();
					expect(accepts).toBe(!tampered);
					expect(verdict(received, [secret], at)).toEqual(
						tampered ? refused('signature_mismatch') : VERIFIED,
					);
				},
			),
		);
	});
});

describe('secrets', () => {
	const raw = (secret: string): Signed => ({
		body: '{}',
		id: 'msg_1',
		timestamp: VECTOR.timestamp,
		signature: new Webhook(secret, { format: 'raw' }).sign('msg_1', SENT_AT, '{}'),
	});

	test('a plain text is its bytes', () => {
		expect(
			verdict(raw('a plain secret, 32 letters long.'), ['a plain secret, 32 letters long.']),
		).toEqual(VERIFIED);
	});

	test('base64 without the prefix is taken either way', () => {
		const text = VECTOR.secret.slice('whsec_'.length);
		expect(verdict(raw(text), [text])).toEqual(VERIFIED);
		expect(verdict(VECTOR, [text])).toEqual(VERIFIED);
	});

	test('a short text that happens to be base64 is a text', () => {
		expect(standardWebhooksKeys('abcd')).toEqual([Buffer.from('abcd')]);
	});

	test('current and previous', () => {
		expect(verdict(VECTOR, [OTHER_SECRET, VECTOR.secret])).toEqual(VERIFIED);
		expect(verdict(VECTOR, [OTHER_SECRET])).toEqual(refused('signature_mismatch'));
		expect(verdict(VECTOR, [])).toEqual(refused('signature_mismatch'));
	});

	test.each([
		'whsec_',
		'whsec_%%%%',
		'whsec_abc def',
		'whsec_a',
		'whsec_MfKQ9r8GKYq=x',
		'whsec_ab=c',
	])('%s is not a secret, and the error does not repeat it', (secret) => {
		expect(() => standardWebhooksKeys(secret)).toThrow(
			new InvalidSecretError('starts with "whsec_", but the rest is not base64'),
		);
	});

	test('blank is none; white space around it does not matter', () => {
		expect(standardWebhooksKeys('  ')).toEqual([]);
		expect(verdict(VECTOR, [` ${VECTOR.secret}\n`])).toEqual(VERIFIED);
	});
});

describe('headers', () => {
	const other = 'v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

	test.each([
		['two signatures', { ...VECTOR, signature: `${other} ${VECTOR.signature}` }, VERIFIED],
		[
			'another version beside it',
			{ ...VECTOR, signature: `v1a,zzz ${VECTOR.signature}` },
			VERIFIED,
		],
		['joined by a proxy', { ...VECTOR, signature: `${other}, ${VECTOR.signature}` }, VERIFIED],
		['two headers', { ...VECTOR, signature: [other, VECTOR.signature] }, VERIFIED],
		['none', { ...VECTOR, signature: undefined }, refused('signature_missing')],
		['an empty one', { ...VECTOR, signature: ' ' }, refused('signature_missing')],
		['no id', { ...VECTOR, id: undefined }, refused('signature_malformed')],
		['no time', { ...VECTOR, timestamp: undefined }, refused('timestamp_missing')],
		['a time in words', { ...VECTOR, timestamp: 'now' }, refused('signature_malformed')],
		[
			'a time with a fraction',
			{ ...VECTOR, timestamp: '1614265330.5' },
			refused('signature_malformed'),
		],
		['another id', { ...VECTOR, id: 'msg_2' }, refused('signature_mismatch')],
		['another body', { ...VECTOR, body: '{}' }, refused('signature_mismatch')],
		['only another version', { ...VECTOR, signature: 'v1a,zzz' }, refused('signature_malformed')],
		['hex', { ...VECTOR, signature: `v1,${'ab'.repeat(32)}` }, refused('signature_malformed')],
		[
			'no version',
			{ ...VECTOR, signature: VECTOR.signature.slice(3) },
			refused('signature_malformed'),
		],
		[
			'behind more than anybody sends',
			{ ...VECTOR, signature: [...Array<string>(16).fill(other), VECTOR.signature].join(' ') },
			refused('signature_mismatch'),
		],
	])('%s', (_name, sent, expected) => {
		expect(verdict(sent as Signed)).toEqual(expected);
	});

	test('the same second, written otherwise, is not what was signed', () => {
		expect(verdict({ ...VECTOR, timestamp: `0${VECTOR.timestamp}` })).toEqual(
			refused('signature_mismatch'),
		);
	});
});

describe('time, five minutes both ways', () => {
	test.each([
		[-300_000, VERIFIED],
		[300_000, VERIFIED],
		[-300_001, refused('timestamp_outside_tolerance')],
		[300_001, refused('timestamp_outside_tolerance')],
	])('received %d ms after it was signed', (ms, expected) => {
		expect(verdict(VECTOR, [VECTOR.secret], new Date(SENT_AT.getTime() + ms))).toEqual(expected);
	});
});
