import { describe, expect, test } from 'vitest';
import { SCHEMES } from '../../nodes/SignedWebhook/schemes.ts';
import type { SchemeUse } from '../support/signedScheme.mts';
import { SignedScheme } from '../support/signedScheme.mts';
import { hmac, senders, unixSeconds } from '../support/signedSenders.mts';

const SECRET = 'the secret of the tests';
const BODY = '{"id":"of the sender"}';

const use = (scheme: string, parameters: SchemeUse['parameters'] = {}) =>
	new SignedScheme(scheme, { secret: SECRET, parameters });

const custom = (parameters: SchemeUse['parameters'] = {}) =>
	use('custom', { method: 'signature', signatureHeader: 'X-Signature', ...parameters });

describe('what a refusal says was expected', () => {
	test.each(SCHEMES)('$name: no signature, so in which header', async ({ name, variants }) => {
		const secret = name === 'discord' ? '00'.repeat(32) : SECRET;
		const scheme = new SignedScheme(name, { secret });
		const said = await scheme.explainRefusal({ body: BODY });
		for (const { signature } of variants) {
			for (const header of signature.signature.headers) expect(said).toContain(header);
		}
		expect(said).toContain("'Scheme' is wrong");
	});

	test('no signature of this scheme, but one of others', async () => {
		const sent = senders.slack(BODY, { secret: SECRET });
		const said = await use('stripe').explainRefusal(sent);
		expect(said).toBe(
			"expected is the header stripe-signature, which the sender did not send. It sent a header of 'Slack', so choose that in 'Scheme'",
		);
		const hub = { body: BODY, headers: { 'x-hub-signature-256': 'sha256=00' } };
		expect(await use('stripe').explainRefusal(hub)).toContain("of 'GitHub' or 'Meta (");
	});

	test('a signature in another form, and where the time and the ID are expected', async () => {
		const headers = { 'x-signature': hmac(SECRET, BODY, 'base64') };
		expect(await custom().explainRefusal({ body: BODY, headers })).toBe(
			"expected in the header x-signature: HMAC-SHA256 in hex. Compare 'Algorithm', 'Encoding', 'Signature Prefix' and 'Signed Content' with what the sender does",
		);
		const parameters = {
			algorithm: 'sha512',
			signaturePrefix: 'v1=',
			signedContent: '{id}.{timestamp}.{body}',
			timestampPlace: 'signature:t',
			timestampUnit: 'iso',
			eventIdPlace: 'header:X-Id',
		};
		const odd = { body: BODY, headers: { 'x-signature': 't=1,v1=00' } };
		expect(await custom(parameters).explainRefusal(odd)).toContain(
			'expected in the header x-signature: HMAC-SHA512 in hex after v1=, with the time as ISO 8601 in t= of the header with the signature, with the header X-Id. ',
		);
		const twilio = { body: BODY, headers: { 'x-twilio-signature': 'x' } };
		expect(await use('twilio').explainRefusal(twilio)).toContain(
			'HMAC-SHA1 in base64 or HMAC-SHA256 in base64',
		);
	});

	test('a time that is missing, or too far', async () => {
		const headers = { 'x-slack-signature': 'v0=00' };
		expect(await use('slack').explainRefusal({ body: BODY, headers })).toBe(
			'expected is the time in seconds since 1970 in the header x-slack-request-timestamp',
		);
		const late = senders.slack(BODY, { secret: SECRET, at: new Date(0) });
		expect(await use('slack').explainRefusal(late)).toContain('at most 300 seconds from the clock');
		const sent = {
			body: BODY,
			headers: { 'x-signature': '00'.repeat(32), 'x-time': `${unixSeconds()}000` },
		};
		const parameters = { timestampPlace: 'header:X-Time', timestampUnit: 'seconds' };
		expect(await custom(parameters).explainRefusal(sent)).toContain("'Timestamp Unit' is wrong");
		const old = senders.mercadoPago(BODY, { secret: SECRET, at: new Date(0) });
		expect(await use('mercadoPago').explainRefusal(old)).toContain('at most 96 hours');
	});

	test('a body that n8n cannot undo the compression of', async () => {
		const sent = (encoding: string) => ({
			body: BODY,
			headers: { 'x-hub-signature-256': `sha256=${'00'.repeat(32)}`, 'content-encoding': encoding },
		});
		for (const encoding of ['br', 'zstd', 'gzip, br']) {
			expect(await use('github').explainRefusal(sent(encoding))).toContain('compressed');
		}
		for (const encoding of ['', 'gzip', 'deflate', 'identity', 'GZIP']) {
			expect(await use('github').explainRefusal(sent(encoding))).toBeUndefined();
		}
	});

	test('what else is signed than the body', async () => {
		const twilio = {
			body: 'a=1',
			headers: { 'x-twilio-signature': hmac('x', 'y', 'base64', 'sha1') },
		};
		const publicUrl = 'https://hooks.example.com/twilio';
		const called = { options: { publicUrl }, 'options.publicUrl': publicUrl };
		expect(await use('twilio', called).explainRefusal(twilio)).toContain("'Public URL'");
		const paid = senders.mercadoPago(BODY, { secret: 'another' });
		expect(await use('mercadoPago').explainRefusal(paid)).toContain('x-request-id');
		const headers = { 'x-signature': '00'.repeat(32) };
		expect(await custom().explainRefusal({ body: BODY, headers })).toContain("'Signed Content'");
	});

	test('a shared token and basic auth', async () => {
		const token = custom({ method: 'sharedToken', signatureHeader: 'X-Token' });
		expect(await token.explainRefusal({ body: BODY })).toContain('the header x-token');
		const wrong = { body: BODY, headers: { 'x-token': 'another' } };
		expect(await token.explainRefusal(wrong)).toContain("is not 'Secret' of the credential");
		const basic = custom({ method: 'basicAuth' });
		expect(await basic.explainRefusal({ body: BODY })).toContain('user and password');
		const authorization = `Basic ${Buffer.from('ana:wrong').toString('base64')}`;
		expect(await basic.explainRefusal({ body: BODY, headers: { authorization } })).toContain(
			'user:password',
		);
	});
});

describe('a secret that is nothing but a prefix or quotes is no empty key, with which anybody could sign', () => {
	test.each([
		['afterPrefix', 'whsec_'],
		['afterPrefix', 'v1,WHSEC_'],
		['afterPrefix', '""'],
		['wholeText', '""'],
		['specification', 'whsec_'],
	])('Standard Webhooks, %s: %s', async (secretForm, secret) => {
		const scheme = new SignedScheme('standardWebhooks', { secret, parameters: { secretForm } });
		const at = unixSeconds();
		const headers = {
			'webhook-id': 'msg_1',
			'webhook-timestamp': at,
			'webhook-signature': `v1,${hmac('', `msg_1.${at}.${BODY}`, 'base64')}`,
		};
		await expect(scheme.outcome({ body: BODY, headers })).rejects.toThrow("'Secret' in the");
	});

	test('Pusher and others', async () => {
		const pusher = new SignedScheme('pusher', { secret: 'key1:' });
		expect(await pusher.outcome(senders.pusher(BODY, { secret: '' }, 'key1'))).toBe(
			'signature_mismatch',
		);
		const slack = new SignedScheme('slack', { secret: '""' });
		expect(await slack.outcome(senders.slack(BODY, { secret: '' }))).toBe('signature_mismatch');
	});
});
