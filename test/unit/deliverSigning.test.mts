import { createHmac, createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, test } from 'vitest';
import { readSigningKeys, signDelivery, webhookId } from '../../lib/standardWebhooks/sign.ts';
import {
	InvalidSigningKeyError,
	readAsymmetricKey,
	createSigningSecret,
} from '../../lib/standardWebhooks/secret.ts';
import {
	InvalidSecretError,
	standardWebhooksKeys,
	standardWebhooksVerdict,
} from '../../lib/standardWebhooks/verify.ts';

/** Of the reference implementations' tests, github.com/svix/svix-webhooks. */
const VECTOR = {
	id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
	at: new Date(1_614_265_330_000),
	body: '{"test": 2432232314}',
	secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
	signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
	privateKey:
		'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==',
	publicKey: 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
	asymmetricSignature:
		'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
};
const OTHER_SECRET = 'whsec_c2VjcmV0LW9mLWEtcm90YXRlZC1lbmRwb2ludA==';

const BODY = Buffer.from(VECTOR.body);
const sign = (...secrets: string[]) =>
	signDelivery(VECTOR.id, VECTOR.at, BODY, { current: secrets.flatMap(readSigningKeys) });

describe('the published vectors', () => {
	test('HMAC-SHA256', () => {
		expect(sign(VECTOR.secret)).toEqual({
			'webhook-id': VECTOR.id,
			'webhook-timestamp': '1614265330',
			'webhook-signature': VECTOR.signature,
		});
	});

	test('Ed25519, from the 64 bytes and from the seed alone', () => {
		const seed = Buffer.from(VECTOR.privateKey.slice(5), 'base64').subarray(0, 32);
		for (const key of [VECTOR.privateKey, `whsk_${seed.toString('base64')}`]) {
			expect(sign(key)['webhook-signature']).toBe(VECTOR.asymmetricSignature);
			expect(readAsymmetricKey(key).publicKey).toBe(VECTOR.publicKey);
		}
	});
});

describe('which keys sign', () => {
	test('current, Ed25519 and previous: one signature each, the current first', () => {
		const headers = signDelivery(VECTOR.id, VECTOR.at, BODY, {
			current: [...readSigningKeys(VECTOR.secret), readAsymmetricKey(VECTOR.privateKey)],
			previous: {
				keys: readSigningKeys(OTHER_SECRET),
				until: new Date(VECTOR.at.getTime() + 1),
			},
		});
		expect(headers['webhook-signature']?.split(' ')).toEqual([
			VECTOR.signature,
			VECTOR.asymmetricSignature,
			sign(OTHER_SECRET)['webhook-signature'],
		]);
	});

	test('a previous secret ends on time', () => {
		const signer = { current: readSigningKeys(VECTOR.secret) };
		const previous = { keys: readSigningKeys(OTHER_SECRET), until: VECTOR.at };
		const headers = signDelivery(VECTOR.id, VECTOR.at, BODY, { ...signer, previous });
		expect(headers['webhook-signature']).toBe(VECTOR.signature);
	});

	test('no key, no signature', () => {
		expect(sign()).not.toHaveProperty('webhook-signature');
	});

	test('a secret that may be text or base64 signs as both', () => {
		const base64 = Buffer.from('sixteen bytes ok').toString('base64');
		expect(sign(base64)['webhook-signature']?.split(' ')).toHaveLength(2);
	});

	test.each(['whsec_', 'whsec_a', 'whsec_%%%%'])('a broken secret is told: %s', (secret) => {
		expect(() => readSigningKeys(secret)).toThrow(InvalidSecretError);
	});

	test.each([
		['whsk_', 'not base64'],
		[`whsk_${Buffer.alloc(31).toString('base64')}`, '31 bytes'],
		[`whsk_${Buffer.alloc(64, 1).toString('base64')}`, 'does not match'],
		[VECTOR.publicKey, 'does not start with'],
	])('a broken private key is told, without it: %s', (key, words) => {
		expect(() => readAsymmetricKey(key)).toThrow(InvalidSigningKeyError);
		expect(() => readAsymmetricKey(key)).toThrow(words);
		expect(() => readAsymmetricKey(key)).not.toThrow(key.slice(5) || 'whsk_"whsk_');
	});
});

test('keys and bodies of any length are signed as by HMAC-SHA256 of Node.js', () => {
	const length = fc.oneof(
		fc.nat(200),
		fc.constantFrom(63, 64, 65, 16_383, 16_384, 16_385, 100_000),
	);
	fc.assert(
		fc.property(
			fc.string({ unit: 'grapheme', maxLength: 40 }),
			fc.uint8Array({ minLength: 1, maxLength: 200, size: 'max' }),
			length,
			(id, key, bodyLength) => {
				const body = Buffer.alloc(bodyLength, 'Lucía 🎉');
				const current = readSigningKeys(`whsec_${Buffer.from(key).toString('base64')}`);
				const hmac = createHmac('sha256', key).update(`${id}.1614265330.`).update(body);
				const signed = signDelivery(id, VECTOR.at, body, { current });
				expect(signed['webhook-signature']).toBe(`v1,${hmac.digest('base64')}`);
				// A key signs again what it has signed.
				expect(signDelivery(id, VECTOR.at, body, { current })).toEqual(signed);
			},
		),
	);
});

test('what is signed is verified by standardwebhooks, by svix and by our own trigger', () => {
	fc.assert(
		fc.property(
			fc.string({ unit: 'grapheme', maxLength: 300 }),
			fc.uint8Array({ minLength: 24, maxLength: 64 }),
			fc.uint8Array({ minLength: 32, maxLength: 32 }),
			fc.string(),
			(content, key, seed, eventId) => {
				const body = JSON.stringify(content);
				const secret = `whsec_${Buffer.from(key).toString('base64')}`;
				const asymmetric = readAsymmetricKey(`whsk_${Buffer.from(seed).toString('base64')}`);
				const id = webhookId('/source', eventId, 'sub_1');
				const headers = signDelivery(id, new Date(), Buffer.from(body), {
					current: [...readSigningKeys(OTHER_SECRET), asymmetric, ...readSigningKeys(secret)],
				});
				const sent: Record<string, string> = { ...headers };
				expect(new StandardWebhook(secret).verify(body, sent)).toEqual(content);
				expect(new SvixWebhook(secret).verify(body, sent)).toEqual(content);
				const delivery = { headers: sent, query: {}, remoteAddress: '', receivedAt: new Date() };
				const keys = standardWebhooksKeys(secret);
				expect(
					standardWebhooksVerdict({ ...delivery, rawBody: Buffer.from(body) }, { keys }),
				).toMatchObject({ result: 'verified' });
				expect(verifiesAsymmetric(sent, body, asymmetric.publicKey)).toBe(true);
				expect(verifiesAsymmetric(sent, `${body} `, asymmetric.publicKey)).toBe(false);
			},
		),
		{ numRuns: 60 },
	);
});

/** As a receiver does it with nothing but the public key. */
function verifiesAsymmetric(
	sent: Record<string, string>,
	body: string,
	publicKey: string,
): boolean {
	const x = Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url');
	const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } });
	const content = Buffer.from(`${sent['webhook-id']}.${sent['webhook-timestamp']}.${body}`);
	return (sent['webhook-signature'] ?? '')
		.split(' ')
		.filter((entry) => entry.startsWith('v1a,'))
		.some((entry) => verify(null, content, key, Buffer.from(entry.slice(4), 'base64')));
}

test('a new secret has the form of the specification and is not the last one', () => {
	const secrets = new Set(Array.from({ length: 50 }, createSigningSecret));
	expect(secrets.size).toBe(50);
	for (const secret of secrets) {
		expect(standardWebhooksKeys(secret)[0]).toHaveLength(32);
		expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
	}
});

test('the webhook-id is the same for the same three and for no others, and has no dot', () => {
	const parts = fc.tuple(fc.string(), fc.string(), fc.string());
	fc.assert(
		fc.property(parts, parts, (one, other) => {
			const id = webhookId(...one);
			expect(id).toMatch(/^msg_[A-Za-z0-9_-]{32}$/);
			expect(webhookId(...one)).toBe(id);
			expect(webhookId(...other) === id).toBe(JSON.stringify(one) === JSON.stringify(other));
		}),
	);
	// The parts do not run into each other.
	expect(webhookId('a', 'bc', 'd')).not.toBe(webhookId('ab', 'c', 'd'));
	// A retry may come days later, and from a newer version.
	expect(webhookId('/kometia/shop', 'evt_1', 'sub_1')).toBe('msg_IyH5-lwL1HlFQHH34mVd31XWCqrPlU7i');
});
