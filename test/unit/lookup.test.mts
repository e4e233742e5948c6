import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { LimitedLookup, type LookupAnswer, RecentValues } from '../../lib/flow/lookup.ts';
import { Places } from '../../lib/flow/places.ts';
import { readAtMost } from '../../lib/net/readAtMost.ts';
import { WindowLimit } from '../../lib/flow/rates.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A clock that stands still until it is moved. */
function clock(start = 1_700_000_000_000) {
	const time = { ms: start };
	return { now: () => time.ms, pass: (ms: number) => void (time.ms += ms) };
}

/** Lets everything run that can run now. */
async function turn(): Promise<void> {
	await new Promise((resolve) => setImmediate(resolve));
}

describe('WindowLimit', () => {
	test('no span of a minute holds more than the limit, whenever they come', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 8 }),
				fc.array(fc.integer({ min: 0, max: 20 * SECOND }), { maxLength: 200 }),
				(limit, waits) => {
					const { now, pass } = clock();
					const gate = new WindowLimit(limit, MINUTE, now);
					const taken: number[] = [];
					for (const wait of waits) {
						pass(wait);
						if (gate.take()) taken.push(now());
						const within = taken.filter((time) => time > now() - MINUTE);
						expect(within.length).toBeLessThanOrEqual(limit);
					}
				},
			),
		);
	});

	test('tells when the next one is free, to the millisecond', () => {
		const { now, pass } = clock();
		const gate = new WindowLimit(2, MINUTE, now);
		expect(gate.take()).toBe(true);
		pass(10 * SECOND);
		expect(gate.take()).toBe(true);
		expect(gate.take()).toBe(false);
		expect(gate.waitMs()).toBe(50 * SECOND);
		pass(50 * SECOND - 1);
		expect(gate.take()).toBe(false);
		pass(1);
		expect(gate.waitMs()).toBe(0);
		expect(gate.take()).toBe(true);
	});

	test('the limit may be lowered and raised', () => {
		const { now, pass } = clock();
		const gate = new WindowLimit(3, MINUTE, now);
		for (let at = 0; at < 3; at += 1) {
			gate.take();
			pass(SECOND);
		}
		gate.limit = 1;
		// The newest of the three is what blocks now.
		expect(gate.waitMs()).toBe(MINUTE - SECOND);
		gate.limit = 4;
		expect(gate.take()).toBe(true);
	});

	test('a clock that is set back does not close it', () => {
		const { now, pass } = clock();
		const gate = new WindowLimit(1, MINUTE, now);
		gate.take();
		pass(-60 * MINUTE);
		expect(gate.take()).toBe(true);
	});
});

describe('Places', () => {
	test('who has waited longest comes first, and nobody comes in above the size', async () => {
		const places = new Places(1, 10);
		expect(await places.enter(MINUTE)).toBe(true);
		const order: number[] = [];
		const waiting = [1, 2].map(async (number) => {
			expect(await places.enter(MINUTE)).toBe(true);
			order.push(number);
		});
		expect(places.waiting).toBe(2);
		places.leave();
		await waiting[0];
		expect(order).toEqual([1]);
		places.leave();
		await waiting[1];
		expect(order).toEqual([1, 2]);
	});

	test('the queue is bounded', async () => {
		const places = new Places(1, 1);
		await places.enter(MINUTE);
		const second = places.enter(MINUTE);
		expect(await places.enter(MINUTE)).toBe(false);
		places.leave();
		expect(await second).toBe(true);
	});

	test('who has waited too long gets none, and blocks nobody', async () => {
		vi.useFakeTimers();
		try {
			const places = new Places(1, 10);
			await places.enter(SECOND);
			const second = places.enter(SECOND);
			await vi.advanceTimersByTimeAsync(SECOND);
			expect(await second).toBe(false);
			expect(places.waiting).toBe(0);
			places.leave();
			expect(await places.enter(SECOND)).toBe(true);
		} finally {
			vi.useRealTimers();
		}
	});

	test('more places let in those who wait at the next leave', async () => {
		const places = new Places(1, 10);
		await places.enter(MINUTE);
		const waiting = [places.enter(MINUTE), places.enter(MINUTE)];
		places.size = 2;
		places.leave();
		expect(await Promise.all(waiting)).toEqual([true, true]);
	});
});

describe('RecentValues', () => {
	test('forgets when the time is over', () => {
		const { now, pass } = clock();
		const recent = new RecentValues<string>({ lifetimeMs: SECOND, count: 10, now });
		recent.set('a', 'A');
		pass(SECOND - 1);
		expect(recent.get('a')).toBe('A');
		pass(1);
		expect(recent.get('a')).toBeUndefined();
		expect(recent.size).toBe(0);
	});

	test('the oldest give way where there are too many', () => {
		const recent = new RecentValues<number>({ lifetimeMs: SECOND, count: 3 });
		for (let key = 0; key < 1_000; key += 1) recent.set(String(key), key);
		expect(recent.size).toBe(3);
		expect([recent.get('996'), recent.get('997'), recent.get('999')]).toEqual([
			undefined,
			997,
			999,
		]);
	});

	test('the oldest give way where they are too large, and what is larger than all is not kept', () => {
		const recent = new RecentValues<string>({ lifetimeMs: SECOND, count: 10, bytes: 100 });
		recent.set('a', 'A', 60);
		recent.set('b', 'B', 60);
		expect([recent.get('a'), recent.get('b')]).toEqual([undefined, 'B']);
		recent.set('b', 'B2', 30);
		recent.set('c', 'C', 70);
		expect([recent.get('b'), recent.get('c')]).toEqual(['B2', 'C']);
		recent.set('d', 'D', 101);
		expect(recent.size).toBe(0);
	});
});

describe('LimitedLookup', () => {
	const found: LookupAnswer<string> = { state: 'found', value: 'event', bytes: 5 };
	const missing: LookupAnswer<string> = { state: 'missing' };
	const LIMITS = { concurrent: 5, perMinute: 60 };

	/** Lookups that end when they are told to. */
	function controlled() {
		const open: Array<(answer: LookupAnswer<string>) => void> = [];
		let most = 0;
		let asked = 0;
		const load = async () => {
			asked += 1;
			const answer = new Promise<LookupAnswer<string>>((resolve) => open.push(resolve));
			most = Math.max(most, open.length);
			return await answer;
		};
		return {
			load,
			open,
			asked: () => asked,
			most: () => most,
			endOne: async (answer: LookupAnswer<string>) => {
				await turn();
				open.shift()?.(answer);
				await turn();
			},
		};
	}

	test('copies at the same time share one lookup', async () => {
		const lookup = new LimitedLookup<string>();
		const api = controlled();
		const answers = Array.from({ length: 20 }, () => lookup.get('evt', LIMITS, api.load));
		await api.endOne(found);
		expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, () => found));
		expect(api.asked()).toBe(1);
		expect(lookup.size.running).toBe(0);
	});

	test('what was found a moment ago is not asked for again, what was found before that is', async () => {
		const { now, pass } = clock();
		const lookup = new LimitedLookup<string>(now);
		const load = vi.fn(async () => found);
		await lookup.get('evt', LIMITS, load);
		pass(9 * SECOND);
		expect(await lookup.get('evt', LIMITS, load)).toEqual(found);
		expect(load).toHaveBeenCalledTimes(1);
		pass(SECOND);
		await lookup.get('evt', LIMITS, load);
		expect(load).toHaveBeenCalledTimes(2);
	});

	test('what is missing is remembered briefly, then found where it came into being', async () => {
		const { now, pass } = clock();
		const lookup = new LimitedLookup<string>(now);
		const load = vi.fn(async () => missing);
		await lookup.get('evt', LIMITS, load);
		// Asking again and again does not make it last longer.
		for (let second = 0; second < 29; second += 1) {
			pass(SECOND);
			expect(await lookup.get('evt', LIMITS, load)).toEqual(missing);
		}
		expect(load).toHaveBeenCalledTimes(1);
		pass(SECOND);
		expect(await lookup.get('evt', LIMITS, async () => found)).toEqual(found);
		expect(await lookup.get('evt', LIMITS, load)).toEqual(found);
	});

	test('what could not be asked is asked again at once', async () => {
		const lookup = new LimitedLookup<string>();
		const down: LookupAnswer<string> = { state: 'unavailable', retryAfterSeconds: 7 };
		expect(await lookup.get('evt', LIMITS, async () => down)).toEqual(down);
		expect(await lookup.get('evt', LIMITS, async () => found)).toEqual(found);
	});

	test('a lookup that throws gives its place back', async () => {
		const lookup = new LimitedLookup<string>();
		const fail = async () => await Promise.reject(new Error('broken'));
		const limits = { concurrent: 1, perMinute: 60 };
		await expect(lookup.get('evt', limits, fail)).rejects.toThrow('broken');
		expect(await lookup.get('evt', limits, async () => found)).toEqual(found);
	});

	test('so many at once; a burst waits for its turn, what is above that is put off', async () => {
		const lookup = new LimitedLookup<string>();
		const api = controlled();
		const limits = { concurrent: 5, perMinute: 1_000 };
		const answers = Array.from({ length: 100 }, (_, at) =>
			lookup.get(`evt${at}`, limits, api.load),
		);
		await turn();
		// 5 run, 50 wait, and 45 were told to come again.
		expect(api.asked()).toBe(5);
		expect(lookup.size.running).toBe(55);
		while (api.open.length > 0) await api.endOne(found);
		const states = (await Promise.all(answers)).map(({ state }) => state);
		expect(states.filter((state) => state === 'found')).toHaveLength(55);
		expect(states.filter((state) => state === 'unavailable')).toHaveLength(45);
		expect(api.most()).toBe(5);
	});

	test('so many a minute; then it says when to come again', async () => {
		const { now, pass } = clock();
		const lookup = new LimitedLookup<string>(now);
		const load = vi.fn(async () => missing);
		const limits = { concurrent: 5, perMinute: 3 };
		for (const id of ['a', 'b', 'c']) await lookup.get(id, limits, load);
		pass(20 * SECOND);
		expect(await lookup.get('d', limits, load)).toEqual({
			state: 'unavailable',
			retryAfterSeconds: 40,
		});
		pass(40 * SECOND);
		expect(await lookup.get('d', limits, load)).toEqual(missing);
		expect(load).toHaveBeenCalledTimes(4);
	});

	test('a flood of made-up keys takes bounded memory, and lets the limit through each minute', async () => {
		const { now, pass } = clock();
		const lookup = new LimitedLookup<string>(now);
		const load = vi.fn(async () => missing);
		const limits = { concurrent: 100, perMinute: 6_000 };
		for (let at = 0; at < 30_000; at += 1) {
			await lookup.get(`evt${at}`, limits, load);
			pass(1);
		}
		expect(load).toHaveBeenCalledTimes(6_000);
		expect(lookup.size.missing).toBeLessThanOrEqual(10_000);
		expect(lookup.size.running).toBe(0);
	});

	test('what is remembered as found is bounded in count and bytes', async () => {
		const lookup = new LimitedLookup<string>();
		const limits = { concurrent: 5, perMinute: 6_000 };
		for (let at = 0; at < 1_000; at += 1) {
			await lookup.get(`evt${at}`, limits, async () => found);
		}
		expect(lookup.size.found).toBe(200);
		const large: LookupAnswer<string> = { ...found, bytes: 3 * 1024 * 1024 };
		for (let at = 0; at < 5; at += 1) await lookup.get(`large${at}`, limits, async () => large);
		expect(lookup.size.found).toBe(1);
	});
});

describe('readAtMost', () => {
	const never = new AbortController().signal;

	test('reads to the end', async () => {
		const stream = Readable.from([Buffer.from('ab'), Buffer.from('cd')]);
		expect((await readAtMost(stream, 4, never))?.toString()).toBe('abcd');
	});

	test('of a longer one it keeps nothing and closes it', async () => {
		const stream = Readable.from(
			(function* endless() {
				for (;;) yield Buffer.alloc(1024);
			})(),
		);
		expect(await readAtMost(stream, 10_000, never)).toBeUndefined();
		expect(stream.destroyed).toBe(true);
	});

	test('ends when it is told to', async () => {
		const stopping = new AbortController();
		const silent = new Readable({ read() {} });
		const reading = readAtMost(silent, 10, stopping.signal);
		await sleep(1);
		stopping.abort();
		await expect(reading).rejects.toThrow('aborted');
		expect(silent.destroyed).toBe(true);
	});
});
