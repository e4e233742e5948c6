import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { SignedScheme } from '../support/signedScheme.mts';
import { hmac, senders } from '../support/signedSenders.mts';
import { loadVendorSdk, type VendorSdks } from '../support/vendorSdks.mts';

const SECRET = 'a-secret-of-the-endpoint';
const SIGNING = { secret: SECRET };

interface Vector {
	readonly name: string;
	readonly secret: string;
	readonly body: string;
	readonly headers: Readonly<Record<string, string>>;
	/** Seconds since 1970. */
	readonly receivedAt: number;
	readonly outcome: string;
}

function vectors(file: string): Vector[] {
	const path = new URL(`../cases/signatures/${file}`, import.meta.url);
	return (JSON.parse(readFileSync(path, 'utf8')) as { vectors: Vector[] }).vectors;
}

describe('Convoy', () => {
	const scheme = new SignedScheme('convoy', SIGNING);

	test.each(vectors('convoy.json'))('vector: $name', async (vector) => {
		const { secret, body, headers, receivedAt, outcome } = vector;
		const found = new SignedScheme('convoy', { secret });
		expect(await found.outcome({ body, headers }, new Date(receivedAt * 1000))).toBe(outcome);
	});

	test('the verdict says which algorithm and which version it was', async () => {
		const { body, headers } = senders.convoy('{}', SIGNING);
		expect(await scheme.verdict({ body, headers })).toMatchObject({
			verification: 'hmac-sha256',
			matched: { secret: 'current', signature: 'v1' },
		});
		const sha512 = { 'x-convoy-signature': hmac(SECRET, '{}', 'base64', 'sha512') };
		expect(await scheme.verdict({ body: '{}', headers: sha512 })).toMatchObject({
			verification: 'hmac-sha512',
			matched: { signature: 'simple' },
		});
	});

	test('a rolled secret: one signature for each', async () => {
		const old = senders.convoy('{}', { secret: 'old' }).headers?.['x-convoy-signature'] ?? '';
		const now = senders.convoy('{}', SIGNING).headers?.['x-convoy-signature'] ?? '';
		const both = `${old},${now.slice(now.indexOf('v1='))}`;
		const sent = { body: '{}', headers: { 'x-convoy-signature': both } };
		expect(await scheme.outcome(sent)).toBe('verified');
		expect(await new SignedScheme('convoy', { secret: 'old' }).outcome(sent)).toBe('verified');
	});

	test('what the advanced form signs is no body of the simple form', async () => {
		const { body, headers } = senders.convoy('{"a":1}', SIGNING);
		const [, time, signature] =
			/^t=(\d+),v1=(\w+)$/.exec(headers?.['x-convoy-signature'] ?? '') ?? [];
		const replayed = {
			body: `${time},${String(body)}`,
			headers: { 'x-convoy-signature': signature ?? '' },
		};
		expect(hmac(SECRET, replayed.body)).toBe(signature);
		expect(await scheme.outcome(replayed)).toBe('signature_malformed');
	});

	test('the event', async () => {
		const sent = senders.convoy('{"event_type":"order.paid","data":{"id":"o1"}}', SIGNING);
		const headers = { ...sent.headers, 'x-convoy-event-id': '01HZ' };
		expect(await scheme.events({ ...sent, headers })).toMatchObject([
			{
				id: '01HZ',
				type: 'convoy.order.paid',
				subject: 'o1',
				signedDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
			},
		]);
	});

	test('without an id and a time, the same content later means something new', async () => {
		const [event] = await scheme.events(senders.convoySimple('{"on":true}', SIGNING));
		expect(event?.momentary?.windowMs).toBe(300_000);
		const [timed] = await scheme.events(senders.convoy('{"on":true}', SIGNING));
		expect(timed?.momentary).toBeUndefined();
	});
});

describe('Hook0', () => {
	const scheme = new SignedScheme('hook0', SIGNING);
	const id = '0199b4a0-0000-7000-8000-000000000001';
	const covered = {
		'content-type': 'application/json',
		'x-event-id': id,
		'x-event-type': 'order.order.paid',
	};

	test.each(vectors('hook0.json'))('vector: $name', async (vector) => {
		const { secret, body, headers, receivedAt, outcome } = vector;
		const found = new SignedScheme('hook0', { secret });
		expect(await found.outcome({ body, headers }, new Date(receivedAt * 1000))).toBe(outcome);
	});

	test('the event', async () => {
		expect(
			await scheme.events(senders.hook0('{"data":{"id":"o1"}}', SIGNING, covered)),
		).toMatchObject([{ id, type: 'hook0.order.order.paid', source: '/hook0', subject: 'o1' }]);
	});

	describe('against hook0-client', () => {
		let hook0: VendorSdks['hook0-client'];
		beforeAll(async () => void (hook0 = await loadVendorSdk('hook0-client')));

		const at = new Date(1_800_000_000_000);
		const genuine = senders.hook0('{"a":1}', { ...SIGNING, at }, covered);
		const vendor = ({ body, headers }: typeof genuine) => {
			const { 'x-hook0-signature': signature = '', ...others } = headers ?? {};
			try {
				return hook0.verifyWebhookSignatureWithCurrentTime(
					signature,
					Buffer.from(body),
					new Headers(others),
					SECRET,
					300,
					at,
				);
			} catch {
				return false;
			}
		};
		const changed = (headers: Record<string, string>) => ({
			...genuine,
			headers: { ...genuine.headers, ...headers },
		});
		const agreed: Array<[string, typeof genuine, string]> = [
			['genuine', genuine, 'verified'],
			['another body', { ...genuine, body: '{"a":2}' }, 'signature_mismatch'],
			['another type', changed({ 'x-event-type': 'order.order.lost' }), 'signature_mismatch'],
			[
				'too old',
				senders.hook0('{}', { ...SIGNING, at: new Date(at.getTime() - 301_000) }, covered),
				'timestamp_outside_tolerance',
			],
		];
		test.each(agreed)('%s: the same verdict', async (_name, sent, expected) => {
			expect(await scheme.outcome(sent, at)).toBe(expected);
			expect(vendor(sent)).toBe(expected === 'verified');
		});

		test('known difference: it lets a part of one header move into the next', async () => {
			const moved = changed({ 'x-event-id': `${id}.order`, 'x-event-type': 'order.paid' });
			expect(vendor(moved)).toBe(true);
			expect(await scheme.outcome(moved, at)).toBe('signature_mismatch');
		});

		test('known difference: it takes what a missing header held out of another', async () => {
			const { 'x-event-type': _type, ...others } = genuine.headers ?? {};
			const missing = {
				...genuine,
				headers: { ...others, 'x-event-id': `${id}.order.order.paid` },
			};
			expect(vendor(missing)).toBe(true);
			expect(await scheme.outcome(missing, at)).not.toBe('verified');
		});

		test('known difference: it reads hex as far as it goes', async () => {
			const signature = `${genuine.headers?.['x-hook0-signature'] ?? ''}zz`;
			const longer = changed({ 'x-hook0-signature': signature });
			expect(vendor(longer)).toBe(true);
			expect(await scheme.outcome(longer, at)).toBe('signature_malformed');
		});
	});
});
