import { expect, test } from 'vitest';
import { ToldLately } from '../../lib/limit/toldLately.ts';

test('a text is due once in its time, each text for itself', () => {
	let now = 0;
	const told = new ToldLately(1_000, () => now);
	expect([told.isDue('a'), told.isDue('b'), told.isDue('a')]).toEqual([true, true, false]);
	now = 999;
	expect(told.isDue('a')).toBe(false);
	now = 1_000;
	expect([told.isDue('a'), told.isDue('a')]).toEqual([true, false]);
});

test('a clock that is set back silences nothing', () => {
	let now = 10_000;
	const told = new ToldLately(1_000, () => now);
	told.isDue('a');
	now = 5_000;
	expect(told.isDue('a')).toBe(true);
});

test('texts without end do not fill the memory', () => {
	const told = new ToldLately(1_000, () => 0);
	for (let index = 0; index < 1_001; index++) told.isDue(`text ${index}`);
	expect(told.isDue('text 1000')).toBe(false);
	expect(told.isDue('text 0')).toBe(true);
});
