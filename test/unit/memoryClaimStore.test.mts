import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Claim, type ClaimResult, MemoryClaimStore } from '../../lib/receive/claims.ts';

const HOUR = 3_600_000;
const options = { windowMs: HOUR, waitMs: 1_000 };

function held(result: ClaimResult): Claim {
	if (result.state !== 'claimed') throw new Error(`not claimed but ${result.state}`);
	return result.claim;
}

describe('MemoryClaimStore', () => {
	test('of concurrent claims one is given, the others wait and meet a duplicate', async () => {
		const store = new MemoryClaimStore(10);
		const claims = Array.from({ length: 20 }, () => store.claim('a', options));
		held(await (claims[0] as Promise<ClaimResult>)).store();
		expect((await Promise.all(claims)).slice(1)).toEqual(Array(19).fill({ state: 'stored' }));
	});

	test('when the holder failed, exactly one of those who wait takes over', async () => {
		const store = new MemoryClaimStore(10);
		const first = held(await store.claim('a', options));
		const waiting = [store.claim('a', options), store.claim('a', options)];
		first.release();
		held(await Promise.race(waiting)).store();
		const states = (await Promise.all(waiting)).map(({ state }) => state).sort();
		expect(states).toEqual(['claimed', 'stored']);
	});

	test('who waits longer than allowed is told that it is busy', async () => {
		const store = new MemoryClaimStore(10);
		held(await store.claim('a', options));
		expect(await store.claim('a', { ...options, waitMs: 5 })).toEqual({ state: 'busy' });
		expect(await store.claim('a', { ...options, waitMs: 0 })).toEqual({ state: 'busy' });
	});

	test('a key is new again after its window', async () => {
		let now = 0;
		const store = new MemoryClaimStore(10, () => now);
		held(await store.claim('a', options)).store();
		now = HOUR - 1;
		expect(await store.claim('a', options)).toEqual({ state: 'stored' });
		now = HOUR;
		expect((await store.claim('a', options)).state).toBe('claimed');
	});

	test('the oldest stored keys give way, claims in flight never do', async () => {
		const store = new MemoryClaimStore(3);
		const inFlight = held(await store.claim('in-flight', options));
		for (const key of ['1', '2', '3', '4', '5']) held(await store.claim(key, options)).store();
		expect(store.size).toBe(3);
		const short = { ...options, waitMs: 0 };
		expect(await store.claim('in-flight', short)).toEqual({ state: 'busy' });
		expect(await store.claim('3', short)).toEqual({ state: 'stored' });
		expect((await store.claim('2', short)).state).toBe('claimed');
		inFlight.release();
		expect((await store.claim('in-flight', short)).state).toBe('claimed');
	});

	test('a claim that nobody settles can be taken over after its deadline, by one', async () => {
		let now = 0;
		const store = new MemoryClaimStore(10, () => now);
		const lost = held(await store.claim('a', options));
		const short = { ...options, waitMs: 0 };
		now = 15 * 60_000;
		expect(await store.claim('a', short)).toEqual({ state: 'busy' });
		now = 16 * 60_000;
		const next = held(await store.claim('a', short));
		expect(await store.claim('a', short)).toEqual({ state: 'busy' });
		// Whoever held it first has nothing to say any more.
		lost.release();
		expect(await store.claim('a', short)).toEqual({ state: 'busy' });
		next.store();
		expect(await store.claim('a', short)).toEqual({ state: 'stored' });
	});

	test('claims in flight are bounded; those left behind make room', async () => {
		let now = 0;
		const store = new MemoryClaimStore(10, () => now, 2);
		const first = held(await store.claim('a', options));
		held(await store.claim('b', options));
		expect(await store.claim('c', options)).toEqual({ state: 'busy' });
		expect(store.inFlight).toBe(2);
		first.store();
		held(await store.claim('c', options));
		now = 16 * 60_000;
		held(await store.claim('d', options));
		expect(store.inFlight).toBe(1);
		expect(store.size).toBe(1);
	});

	test('other evidence that a key is stored outlives the release of its claim', async () => {
		const store = new MemoryClaimStore(10);
		const claim = held(await store.claim('a', options));
		store.markStored('a', HOUR);
		claim.release();
		expect(await store.claim('a', options)).toEqual({ state: 'stored' });
	});

	test('under any sequence of calls a stored key is never given out twice', async () => {
		const step = fc.record({
			key: fc.constantFrom('a', 'b', 'c'),
			outcome: fc.constantFrom('store', 'release', 'keep'),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
				const store = new MemoryClaimStore(100);
				const stored = new Set<string>();
				const open = new Map<string, Claim>();
				for (const { key, outcome } of steps) {
					const result = await store.claim(key, { windowMs: HOUR, waitMs: 0 });
					const expected = stored.has(key) ? 'stored' : open.has(key) ? 'busy' : 'claimed';
					expect(result.state).toBe(expected);
					if (result.state === 'claimed') open.set(key, result.claim);
					const claim = open.get(key);
					if (claim === undefined || outcome === 'keep') continue;
					if (outcome === 'store') stored.add(key);
					claim[outcome]();
					open.delete(key);
				}
			}),
		);
	});

	test('a claim is held for a day where its holder waits for a workflow', async () => {
		let now = 0;
		const store = new MemoryClaimStore(10, () => now);
		held(await store.claim('a', options)).keep();
		now = 23 * HOUR;
		expect(await store.claim('a', { ...options, waitMs: 0 })).toEqual({ state: 'busy' });
		now = 24 * HOUR;
		expect((await store.claim('a', options)).state).toBe('claimed');
	});
});
