import { generateKeyPairSync, sign } from 'node:crypto';
import { Webhook as SvixWebhook } from 'svix';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import type { Sent } from '../conformance/provider.mts';
import { SignedScheme } from '../support/signedScheme.mts';
import { hmac, unixSeconds } from '../support/signedSenders.mts';

const KEY = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const SECRET = `whsec_${KEY}`;
const BODY = '{"test": 2432232314}';
const TOLERANCE_MS = 300_000;

interface Message {
	body?: string | Buffer;
	at?: Date;
	id?: string;
	family?: 'webhook' | 'svix';
	/** Changes headers; undefined takes one away. */
	change?: (headers: Record<string, string>) => Record<string, string | undefined>;
}

/** Signed by the reference library. */
function message({ body = BODY, at = new Date(), id, family = 'webhook', change }: Message): Sent {
	const messageId = id ?? 'msg_p5jXN8AQM9LWM0D4loKWxJek';
	const headers: Record<string, string> = {
		[`${family}-id`]: messageId,
		[`${family}-timestamp`]: unixSeconds(at),
		[`${family}-signature`]: new Webhook(KEY).sign(messageId, at, body.toString()),
	};
	const changed = Object.entries({ ...headers, ...change?.(headers) });
	return {
		body,
		headers: Object.fromEntries(changed.filter(([, value]) => value !== undefined)) as Record<
			string,
			string
		>,
	};
}

const signatureOf = (headers: Record<string, string>) => headers['webhook-signature'] ?? '';

/** The cases that the library's own suite has, as a table: what is changed, and what we say of it. */
const SUITE: Array<[string, Message, string]> = [
	['a genuine message', {}, 'verified'],
	['no id', { change: () => ({ 'webhook-id': undefined }) }, 'signature_malformed'],
	['no time', { change: () => ({ 'webhook-timestamp': undefined }) }, 'timestamp_missing'],
	[
		'a time in letters',
		{ change: () => ({ 'webhook-timestamp': 'hello' }) },
		'signature_malformed',
	],
	['no signature', { change: () => ({ 'webhook-signature': undefined }) }, 'signature_missing'],
	[
		'a signature that is none',
		{ change: () => ({ 'webhook-signature': 'v1,dawfeoifkpqwoekfpqoekf' }) },
		'signature_malformed',
	],
	[
		'the beginning of a signature',
		{ change: (headers) => ({ 'webhook-signature': signatureOf(headers).slice(0, 8) }) },
		'signature_malformed',
	],
	['a version alone', { change: () => ({ 'webhook-signature': 'v1,' }) }, 'signature_malformed'],
	['too old', { at: new Date(Date.now() - TOLERANCE_MS - 1000) }, 'timestamp_outside_tolerance'],
	[
		'too far ahead',
		{ at: new Date(Date.now() + TOLERANCE_MS + 2000) },
		'timestamp_outside_tolerance',
	],
	[
		'the right one of four signatures',
		{
			change: (headers) => {
				const other = 'Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
				return {
					'webhook-signature': `v1,${other} v2,${other} ${signatureOf(headers)} v1,${other}`,
				};
			},
		},
		'verified',
	],
	['an empty body', { body: '' }, 'verified'],
];

describe("the reference library's own suite", () => {
	test.each(SUITE)('%s', async (_name, options, expected) => {
		const sent = message(options);
		for (const secret of [KEY, SECRET]) {
			expect(await new SignedScheme('standardWebhooks', { secret }).outcome(sent)).toBe(expected);
		}
		const accepts = () => new Webhook(SECRET).verify(sent.body.toString(), { ...sent.headers });
		if (expected === 'verified') expect(accepts).not.toThrow();
		else expect(accepts).toThrow();
	});

	test('a secret that is empty, or nothing but its prefix, is none', async () => {
		expect(() => new Webhook('')).toThrow();
		expect(() => new SignedScheme('standardWebhooks', { secret: '' })).toThrow('needs a secret');
		expect(() => new Webhook('whsec_')).toThrow();
		const scheme = new SignedScheme('standardWebhooks', { secret: 'whsec_' });
		await expect(scheme.outcome(message({}))).rejects.toThrow('is not base64');
	});
});

describe('beyond it', () => {
	const scheme = new SignedScheme('standardWebhooks', { secret: SECRET });

	test('the headers of Svix, as its own library signs them', async () => {
		const at = new Date();
		const headers = {
			'svix-id': 'msg_1',
			'svix-timestamp': unixSeconds(at),
			'svix-signature': new SvixWebhook(SECRET).sign('msg_1', at, BODY),
		};
		expect(await scheme.events({ body: BODY, headers })).toMatchObject([{ id: 'msg_1' }]);
		const other = { ...headers, 'svix-id': 'msg_2' };
		expect(await scheme.outcome({ body: BODY, headers: other })).toBe('signature_mismatch');
	});

	test.each([', ', ',', ' ,', '\t'])('two headers that were joined by "%s"', async (separator) => {
		const other = 'v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
		for (const order of [(a: string, b: string) => [a, b], (a: string, b: string) => [b, a]]) {
			const sent = message({
				change: (headers) => ({
					'webhook-signature': order(other, signatureOf(headers)).join(separator),
				}),
			});
			expect(await scheme.outcome(sent)).toBe('verified');
		}
	});

	test.each([
		['text', 'paid=true', 'text/plain', 'paid=true'],
		[
			'a form',
			'paid=true&paid=false',
			'application/x-www-form-urlencoded',
			{ paid: ['true', 'false'] },
		],
		['XML', '<a/>', 'application/xml', '<a/>'],
		['nothing', '', 'application/json', ''],
		['JSON that is no object', '[1]', 'application/json', [1]],
		['JSON that is none', '{"a":', 'application/json', '{"a":'],
	])('any body is verified and handed over: %s', async (_name, body, type, expected) => {
		const sent = message({ body });
		const headers = { ...sent.headers, 'content-type': type };
		const [event] = await scheme.events({ body, headers });
		expect(event?.data.body).toEqual(expected);
	});

	test('bytes that are no text become a file', async () => {
		const body = Buffer.from([0xff, 0x00, 0xfe]);
		const at = new Date();
		const signed = Buffer.concat([Buffer.from(`msg_1.${unixSeconds(at)}.`), body]);
		const signature = hmac(Buffer.from(KEY, 'base64') as unknown as string, signed, 'base64');
		const headers = {
			'content-type': 'image/png',
			'content-disposition': 'attachment; filename="a.png"',
			'webhook-id': 'msg_1',
			'webhook-timestamp': unixSeconds(at),
			'webhook-signature': `v1,${signature}`,
		};
		expect(await scheme.events({ body, headers })).toMatchObject([
			{ binary: { data: body, mimeType: 'image/png', fileName: 'a.png' }, raw: { bytes: 3 } },
		]);
	});

	describe('v1a, Ed25519', () => {
		const { publicKey, privateKey } = generateKeyPairSync('ed25519');
		const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
		const secret = `whpk_${raw.toString('base64')}`;
		const sent = message({
			change: (headers) => {
				const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${BODY}`;
				const v1a = sign(null, Buffer.from(text), privateKey).toString('base64');
				return { 'webhook-signature': `${signatureOf(headers)} v1a,${v1a}` };
			},
		});

		test.each(['specification', 'afterPrefix', 'wholeText'])(
			'beside v1, with a secret that is read as %s',
			async (secretForm) => {
				const verifier = new SignedScheme('standardWebhooks', {
					secret: `"${secret}"`,
					parameters: { secretForm },
				});
				expect(await verifier.verdict(sent)).toMatchObject({
					verification: 'ed25519',
					matched: { signature: 'v1a' },
				});
			},
		);

		test('the private key is not for a receiver', async () => {
			const verifier = new SignedScheme('standardWebhooks', { secret: 'whsk_AAAA' });
			await expect(verifier.verdict(sent)).rejects.toThrow('the private key');
		});
	});
});

describe('one secret, three keys', () => {
	const keys = {
		specification: Buffer.from(KEY, 'base64'),
		afterPrefix: Buffer.from(KEY),
		wholeText: Buffer.from(SECRET),
	};
	const signedWith = (key: Buffer) => {
		const at = new Date();
		const text = `msg_1.${unixSeconds(at)}.${BODY}`;
		return {
			body: BODY,
			headers: {
				'webhook-id': 'msg_1',
				'webhook-timestamp': unixSeconds(at),
				'webhook-signature': `v1,${hmac(key as unknown as string, text, 'base64')}`,
			},
		};
	};
	const forms = Object.keys(keys) as Array<keyof typeof keys>;
	const labels = {
		specification: 'Base64 (Specification)',
		afterPrefix: 'Text After the Prefix',
		wholeText: 'Whole Text',
	};

	test.each(forms.flatMap((chosen) => forms.map((signedAs) => [chosen, signedAs] as const)))(
		'read as %s, signed as %s',
		async (chosen, signedAs) => {
			const sent = signedWith(keys[signedAs]);
			const parameters = { secretForm: chosen };
			const scheme = new SignedScheme('standardWebhooks', { secret: SECRET, parameters });
			const isRight = chosen === signedAs;
			expect(await scheme.outcome(sent)).toBe(isRight ? 'verified' : 'signature_mismatch');
			if (isRight) return;
			expect(await scheme.explainRefusal(sent)).toBe(
				`the signature is right if 'Secret Is' is set to '${labels[signedAs]}', so choose that in the node`,
			);
		},
	);

	test('a forgery is explained by nothing', async () => {
		const scheme = new SignedScheme('standardWebhooks', { secret: SECRET });
		expect(await scheme.explainRefusal(signedWith(Buffer.from('another')))).toBeUndefined();
		const plain = new SignedScheme('standardWebhooks', { secret: 'a text' });
		expect(await plain.explainRefusal(signedWith(Buffer.from('another')))).toBeUndefined();
	});

	test('the previous secret explains as well', async () => {
		const scheme = new SignedScheme('standardWebhooks', {
			secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAA',
			previousSecret: SECRET,
		});
		expect(await scheme.explainRefusal(signedWith(keys.wholeText))).toContain("'Whole Text'");
	});
});
