import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { HandledLog, type RecordKeys, type RemoveKeys } from '../../lib/receive/handledLog.ts';

/** A store as n8n's is: reads, waits, writes, so that two writers at once lose entries. */
class UnlockedStore {
	keys: string[] = [];

	calls = 0;

	readonly record: RecordKeys = async (keys, capacity) => {
		this.calls += 1;
		const known = [...this.keys];
		await nextTurn();
		const processed = keys.filter((key) => known.includes(key));
		const added = keys.filter((key) => !known.includes(key));
		this.keys = [...known, ...added].slice(-capacity);
		return new Set(processed);
	};

	readonly remove: RemoveKeys = async (keys) => {
		const known = [...this.keys];
		await nextTurn();
		this.keys = known.filter((key) => !keys.includes(key));
	};
}

const HOUR = 3_600_000;

describe('HandledLog', () => {
	test('of concurrent copies exactly one is new', async () => {
		const { record } = new UnlockedStore();
		const log = new HandledLog();
		const options = { windowMs: HOUR, capacity: 100, record };
		const copies = Array.from({ length: 10 }, () => log.recordIfNew('a', options));
		expect((await Promise.all(copies)).filter(Boolean)).toHaveLength(1);
	});

	test('concurrent different keys are all recorded, in few calls', async () => {
		const store = new UnlockedStore();
		const log = new HandledLog();
		const options = { windowMs: HOUR, capacity: 1000, record: store.record };
		const keys = Array.from({ length: 200 }, (_, index) => `key-${index}`);
		const results = await Promise.all(keys.map((key) => log.recordIfNew(key, options)));
		expect(results).toEqual(keys.map(() => true));
		expect([...store.keys].sort()).toEqual([...keys].sort());
		expect(store.calls).toBeLessThan(10);
	});

	test('what the store knows from before is not new, however old it may be', async () => {
		const store = new UnlockedStore();
		store.keys = ['before-restart'];
		const options = { windowMs: 1, capacity: 100, record: store.record };
		expect(await new HandledLog().recordIfNew('before-restart', options)).toBe(false);
	});

	test('what this process recorded is new again after the window', async () => {
		let now = 0;
		const { record } = new UnlockedStore();
		const log = new HandledLog(() => now);
		const options = { windowMs: HOUR, capacity: 100, record };
		expect(await log.recordIfNew('a', options)).toBe(true);
		now = HOUR - 1;
		expect(await log.recordIfNew('a', options)).toBe(false);
		now = HOUR;
		expect(await log.recordIfNew('a', options)).toBe(true);
		expect(await log.recordIfNew('a', options)).toBe(false);
	});

	test('a store that fails fails its callers, and the next ones are served', async () => {
		const store = new UnlockedStore();
		const log = new HandledLog();
		const broken = {
			windowMs: HOUR,
			capacity: 100,
			record: async () => await Promise.reject(new Error('database is locked')),
		};
		await expect(log.recordIfNew('a', broken)).rejects.toThrow('database is locked');
		expect(await log.recordIfNew('a', { ...broken, record: store.record })).toBe(true);
	});

	test('what a failing store was not told is written with the next key, and known after a restart', async () => {
		const store = new UnlockedStore();
		const log = new HandledLog();
		const options = { windowMs: HOUR, capacity: 100, record: store.record };
		const broken = async () => await Promise.reject(new Error('database is locked'));
		const failing = ['a', 'b'].map((key) => log.recordIfNew(key, { ...options, record: broken }));
		expect((await Promise.allSettled(failing)).map(({ status }) => status)).toEqual([
			'rejected',
			'rejected',
		]);
		expect(await log.recordIfNew('c', options)).toBe(true);
		expect(await log.recordIfNew('d', options)).toBe(true);
		expect(store.keys).toEqual(['a', 'b', 'c', 'd']);
		expect(await new HandledLog().recordIfNew('a', options)).toBe(false);
	});

	describe('what is handled only when its workflow has ended', () => {
		const untilEnd = (store: UnlockedStore) => ({
			windowMs: HOUR,
			capacity: 100,
			record: store.record,
			remove: store.remove,
		});
		const afterCrash = async (store: UnlockedStore, key: string) =>
			await new HandledLog().recordIfNew(key, untilEnd(store));

		test('is new after a crash, until it has ended', async () => {
			const store = new UnlockedStore();
			const log = new HandledLog();
			expect(await log.recordIfNew('a', untilEnd(store))).toBe(true);
			expect(await afterCrash(store, 'a')).toBe(true);
			await log.end('a', true, store.remove);
			expect(await afterCrash(store, 'a')).toBe(false);
			expect(
				await log.recordIfNew('a', { windowMs: HOUR, capacity: 100, record: store.record }),
			).toBe(false);
			expect(store.keys).toEqual(['a']);
		});

		test('may come again where it failed, and leaves nothing behind', async () => {
			const store = new UnlockedStore();
			const log = new HandledLog();
			await log.recordIfNew('a', untilEnd(store));
			log.notePassed('a', 'execution-1', 100);
			await log.end('a', false, store.remove);
			expect(store.keys).toEqual([]);
			expect(log.passedBy('a')).toBeUndefined();
			expect(await log.recordIfNew('a', untilEnd(store))).toBe(true);
		});

		test('ends and begins at once lose nothing', async () => {
			const store = new UnlockedStore();
			const log = new HandledLog();
			const options = { ...untilEnd(store), capacity: 1000 };
			const keys = Array.from({ length: 50 }, (_, index) => `key-${index}`);
			await Promise.all(
				keys.map(async (key) => {
					await log.recordIfNew(key, options);
					await log.end(key, true, store.remove);
				}),
			);
			expect([...store.keys].sort()).toEqual([...keys].sort());
		});

		test('is new again rather than taken for done where the store is full', async () => {
			const store = new UnlockedStore();
			const options = { ...untilEnd(store), capacity: 3 };
			const log = new HandledLog();
			await log.recordIfNew('a', options);
			await log.recordIfNew('b', options);
			expect(await new HandledLog().recordIfNew('a', options)).toBe(true);
		});

		test('says so where the store does not take its end', async () => {
			const store = new UnlockedStore();
			const log = new HandledLog();
			await log.recordIfNew('a', untilEnd(store));
			const away = async () => await Promise.reject(new Error('away'));
			await expect(log.end('a', true, away)).rejects.toThrow('away');
			expect(await afterCrash(store, 'a')).toBe(true);
		});
	});
});
