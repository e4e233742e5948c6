import { beforeAll, describe, expect, test } from 'vitest';
import { SignedScheme } from '../support/signedScheme.mts';
import { hmac, senders } from '../support/signedSenders.mts';
import { loadVendorSdk, type VendorSdks } from '../support/vendorSdks.mts';

const SIGNING = { secret: 'a-secret-signature' };
const NOW = new Date(1_800_000_000_000);
const HOUR_MS = 3_600_000;

const scheme = new SignedScheme('mercadoPago', SIGNING);
const body = (action = 'payment.updated', id = 12345) =>
	JSON.stringify({ id, type: 'payment', action, data: { id: '123' } });

describe('what is signed', () => {
	test.each([
		['seconds', { ts: '1800000000' }],
		['milliseconds', { ts: '1800000000000' }],
		['an ID with capitals, signed as it is', { id: 'ORD01ABC', ts: '1800000000' }],
		['no ID of a request', { requestId: '', ts: '1800000000' }],
		['no ID of a resource', { id: '', ts: '1800000000' }],
		['nothing but the time', { id: '', requestId: '', ts: '1800000000' }],
	])('%s', async (_name, parts) => {
		expect(await scheme.outcome(senders.mercadoPago(body(), SIGNING, parts), NOW)).toBe('verified');
	});

	test('an ID with capitals, signed in small letters', async () => {
		const sent = senders.mercadoPago(body(), SIGNING, { id: 'ord01abc', ts: '1800000000' });
		const query = '?data.id=ORD01ABC&type=order';
		expect(await scheme.outcome({ ...sent, query }, NOW)).toBe('verified');
	});

	const forged: Array<[string, (sent: ReturnType<typeof senders.mercadoPago>) => object, string]> =
		[
			['another resource', () => ({ query: '?data.id=124' }), 'signature_mismatch'],
			['the resource left out', () => ({ query: '' }), 'signature_mismatch'],
			[
				'the ID of the request left out',
				({ headers }) => ({ headers: { 'x-signature': headers?.['x-signature'] ?? '' } }),
				'signature_mismatch',
			],
			[
				'another time',
				({ headers }) => ({
					headers: {
						...headers,
						'x-signature':
							headers?.['x-signature']?.replace('ts=1800000000', 'ts=1800000001') ?? '',
					},
				}),
				'signature_mismatch',
			],
			['no signature', () => ({ headers: {} }), 'signature_missing'],
		];
	test.each(forged)('%s is refused', async (_name, change, reason) => {
		const sent = senders.mercadoPago(body(), SIGNING, { ts: '1800000000' });
		expect(await scheme.outcome({ ...sent, ...change(sent) }, NOW)).toBe(reason);
	});

	test('a resource added to a notification that was signed without one is refused', async () => {
		const sent = senders.mercadoPago(body(), SIGNING, { id: '', ts: '1800000000' });
		expect(await scheme.outcome({ ...sent, query: '?data.id=123' }, NOW)).toBe(
			'signature_mismatch',
		);
	});

	test('no longer than the trigger remembers: four days', async () => {
		const sent = senders.mercadoPago(body(), SIGNING, { ts: '1800000000' });
		const after = async (ms: number) => await scheme.outcome(sent, new Date(NOW.getTime() + ms));
		expect(await after(96 * HOUR_MS)).toBe('verified');
		expect(await after(96 * HOUR_MS + 1)).toBe('timestamp_outside_tolerance');
	});
});

describe('the event', () => {
	const sent = senders.mercadoPago(body(), SIGNING, { ts: '1800000000' });

	test('says that its body is not signed, and what is', async () => {
		expect(await scheme.events(sent, NOW)).toMatchObject([
			{
				type: 'mercadoPago.payment.updated',
				source: '/mercado-pago',
				subject: '123',
				time: NOW,
				data: { bodyIsSigned: false, body: { action: 'payment.updated' } },
			},
		]);
	});

	test('another body under the same signature is the same event', async () => {
		const other = { ...sent, body: body('payment.refunded', 99999), query: `${sent.query}&type=x` };
		const [first] = await scheme.events(sent, NOW);
		const [again] = await scheme.events(other, NOW);
		expect(again?.type).not.toBe(first?.type);
		expect([again?.dedupeKey, again?.id]).toEqual([first?.dedupeKey, first?.id]);
	});

	test('another notification of the same resource is another event', async () => {
		const later = senders.mercadoPago(body(), SIGNING, { ts: '1800000001', requestId: 'r2' });
		const [first] = await scheme.events(sent, NOW);
		const [second] = await scheme.events(later, NOW);
		expect(second?.dedupeKey).not.toBe(first?.dedupeKey);
	});
});

describe('against mercadopago 3.1.0 and 3.6.1', () => {
	const sdks = new Map<string, VendorSdks['mercadopago']>();
	beforeAll(async () => {
		sdks.set('3.1.0', await loadVendorSdk('mercadopago-3.1.0'));
		sdks.set('3.6.1', await loadVendorSdk('mercadopago'));
	});

	/** Which of the two take it for genuine. */
	function accepting(options: { signed: string; sent?: string; ts?: string; tolerance?: number }) {
		const { signed, sent = signed, ts = '1800000000', tolerance } = options;
		const v1 = hmac(SIGNING.secret, `id:${signed};request-id:request-1;ts:${ts};`);
		return [...sdks].flatMap(([version, { WebhookSignatureValidator }]) => {
			try {
				WebhookSignatureValidator.validate({
					xSignature: `ts=${ts},v1=${v1}`,
					xRequestId: 'request-1',
					dataId: sent,
					secret: SIGNING.secret,
					now: () => NOW.getTime(),
					...(tolerance === undefined ? {} : { toleranceSeconds: tolerance }),
				});
				return [version];
			} catch {
				return [];
			}
		});
	}

	test.each([
		['a number', { signed: '123' }, ['3.1.0', '3.6.1']],
		['capitals, signed as they are', { signed: 'ORD1' }, ['3.6.1']],
		['capitals, signed in small letters', { signed: 'ord1', sent: 'ORD1' }, ['3.1.0']],
		['seconds, with a tolerance', { signed: '123', tolerance: 300 }, ['3.6.1']],
		[
			'milliseconds, with a tolerance',
			{ signed: '123', ts: '1800000000000', tolerance: 300 },
			['3.1.0'],
		],
	])('%s: genuine for one of them, and for us', async (_name, options, versions) => {
		expect(accepting(options)).toEqual(versions);
		const {
			signed,
			sent = signed,
			ts = '1800000000',
		} = options as {
			signed: string;
			sent?: string;
			ts?: string;
		};
		const delivery = senders.mercadoPago(body(), SIGNING, { id: signed, ts });
		const query = `?data.id=${sent}`;
		expect(await scheme.outcome({ ...delivery, query }, NOW)).toBe('verified');
	});

	test('neither takes a forgery, and neither do we', async () => {
		expect(accepting({ signed: '123', sent: '124' })).toEqual([]);
		const delivery = senders.mercadoPago(body(), SIGNING, { ts: '1800000000' });
		expect(await scheme.outcome({ ...delivery, query: '?data.id=124' }, NOW)).toBe(
			'signature_mismatch',
		);
	});
});
