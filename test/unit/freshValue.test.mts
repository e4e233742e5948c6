import { describe, expect, test } from 'vitest';
import { FreshValue } from '../../lib/flow/sharing.ts';

describe('FreshValue', () => {
	let now = 0;
	const value = () => {
		now = 1_000_000;
		let loads = 0;
		const fresh = new FreshValue<number>({
			lifetimeMs: 2_000,
			earlyLoads: { burst: 3, perSecond: 1 },
			now: () => now,
		});
		const load = async () => (loads += 1);
		return { fresh, load, loads: () => loads };
	};

	test('is loaded once for all who ask within its lifetime', async () => {
		const { fresh, load } = value();
		expect(await Promise.all([fresh.get(load), fresh.get(load)])).toEqual([1, 1]);
		now += 1_999;
		expect(await fresh.get(load)).toBe(1);
		now += 1;
		expect(await fresh.get(load)).toBe(2);
	});

	test('a newer one is loaded, but not for whoever has just seen the newest', async () => {
		const { fresh, load } = value();
		const asked = now;
		await fresh.get(load);
		expect(await fresh.getNewer(load, asked)).toBeUndefined();
		now += 1;
		expect(await fresh.getNewer(load, now)).toEqual({ value: 2 });
		expect(await fresh.get(load)).toBe(2);
	});

	test('early loads are limited to the burst, then to so many per second', async () => {
		const { fresh, load, loads } = value();
		const flood = async () => {
			for (let request = 0; request < 100; request++) await fresh.getNewer(load, now + 1);
		};
		await flood();
		expect(loads()).toBe(3);
		now += 10_000;
		await flood();
		expect(loads()).toBe(6);
		now += 1_000;
		await flood();
		expect(loads()).toBe(7);
	});

	test('a failed load is told to those who wait and not kept', async () => {
		const { fresh, load } = value();
		const failing = fresh.get(async () => await Promise.reject(new Error('credential deleted')));
		await expect(failing).rejects.toThrow('credential deleted');
		expect(await fresh.get(load)).toBe(1);
	});
});
