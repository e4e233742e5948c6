import { describe, expect, test } from 'vitest';
import { type ClaimStore, MemoryClaimStore } from '../../lib/receive/claims.ts';
import { answerFor, type Verdict, type WebhookProvider } from '../../lib/receive/provider.ts';
import { receive, type ReceivePolicy, type ReceiveRequest } from '../../lib/receive/receive.ts';

const policy: ReceivePolicy = {
	selects: () => true,
	sourceAddressAllowed: undefined,
	acceptUnverified: false,
	deduplicationWindowMs: 3_600_000,
};

/** A provider whose secret is the whole body's `secret`, and that notes each step it is asked for. */
function setUp(overrides: Partial<ReceiveRequest<string>> = {}, body = '{"secret":"s","id":"1"}') {
	const steps: string[] = [];
	const provider: WebhookProvider<string> = {
		name: 'test',
		verify({ rawBody }, secret): Verdict {
			steps.push('verify');
			return rawBody.includes(`"secret":"${secret}"`)
				? { result: 'verified', verification: 'hmac-sha256' }
				: { result: 'refused', reason: 'signature_mismatch' };
		},
		identify(value) {
			steps.push('identify');
			const { id } = value as { id: string };
			return {
				id,
				source: '/test',
				type: 'test.event',
				time: new Date(0),
				dedupeKey: id,
				data: {},
				raw: value,
			};
		},
	};
	const request: ReceiveRequest<string> = {
		provider,
		settings: { current: async () => 's', newer: async () => undefined },
		delivery: {
			rawBody: Buffer.from(body),
			headers: {},
			query: {},
			remoteAddress: '10.0.0.1',
			receivedAt: new Date(0),
		},
		policy,
		claims: new MemoryClaimStore(10),
		...overrides,
	};
	return { request, steps };
}

describe('receive', () => {
	test('nothing is parsed before it is verified', async () => {
		const { request, steps } = setUp({}, 'not even JSON');
		expect(await receive(request)).toEqual({ kind: 'refused', reason: 'signature_mismatch' });
		expect(steps).toEqual(['verify']);
	});

	test('a sender that is not allowed is not even verified', async () => {
		const { request, steps } = setUp({
			policy: { ...policy, sourceAddressAllowed: (address) => address !== '10.0.0.1' },
		});
		expect(await receive(request)).toMatchObject({ reason: 'source_address_not_allowed' });
		expect(steps).toEqual([]);
	});

	test('what does not match the secret is checked once more against a newer one', async () => {
		const settings = { current: async () => 'old', newer: async () => ({ value: 's' }) };
		expect((await receive(setUp({ settings }).request)).kind).toBe('accepted');
		const removed = { current: async () => 'old', newer: async () => ({ value: undefined }) };
		expect(answerFor(await receive(setUp({ settings: removed }).request)).status).toBe(503);
	});

	test('without a secret it is 503, and the provider comes again', async () => {
		const settings = { current: async () => undefined, newer: async () => undefined };
		const answer = answerFor(await receive(setUp({ settings }).request));
		expect(answer).toEqual({
			status: 503,
			headers: { 'Retry-After': '5' },
			body: { error: 'verification_unavailable' },
		});
	});

	test('a claim store that is down is 503, never an unclaimed execution', async () => {
		const claims: ClaimStore = {
			claim: async () => await Promise.reject(new Error('connect ECONNREFUSED')),
			markStored: () => undefined,
		};
		expect(answerFor(await receive(setUp({ claims }).request)).status).toBe(503);
		const busy: ClaimStore = { ...claims, claim: async () => ({ state: 'busy' }) };
		expect(answerFor(await receive(setUp({ claims: busy }).request)).status).toBe(503);
	});

	test('an event that is not selected leaves no claim behind', async () => {
		const { request } = setUp({ policy: { ...policy, selects: () => false } });
		expect((await receive(request)).kind).toBe('ignored');
		expect((await receive({ ...request, policy })).kind).toBe('accepted');
	});

	test('what throws after the claim leaves no claim behind', async () => {
		const claims = new MemoryClaimStore(10);
		const selects = () => {
			throw new Error('an expression failed');
		};
		const { request } = setUp({ claims, policy: { ...policy, selects } });
		await expect(receive(request)).rejects.toThrow('an expression failed');
		expect(claims.inFlight).toBe(0);
		expect((await receive({ ...request, policy })).kind).toBe('accepted');
	});

	test('a test event is accepted each time', async () => {
		const { request } = setUp({ claims: undefined });
		expect((await receive(request)).kind).toBe('accepted');
		expect((await receive(request)).kind).toBe('accepted');
	});

	test('where unverified events are accepted, the envelope says which it was', async () => {
		const open = { ...policy, acceptUnverified: true };
		const verified = await receive(setUp({ policy: open }).request);
		const forged = await receive(setUp({ policy: open }, '{"id":"2"}').request);
		expect([verified, forged]).toMatchObject([
			{ items: [{ envelope: { verification: 'hmac-sha256' } }] },
			{ items: [{ envelope: { verification: 'none' } }] },
		]);
	});

	test('a byte order mark before the JSON is no reason to refuse', async () => {
		const { request } = setUp({}, '\uFEFF{"secret":"s","id":"1"}');
		expect((await receive(request)).kind).toBe('accepted');
	});
});
