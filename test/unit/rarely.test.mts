import { expect, test } from 'vitest';
import { Rarely } from '../../lib/flow/rarely.ts';

function rarely() {
	const clock = { now: 0 };
	const heard: string[] = [];
	const told = new Rarely(1_000, () => clock.now);
	return {
		clock,
		heard,
		tell: (kind: string) => told.tell(kind, kind, (words) => heard.push(words)),
	};
}

test('a kind is told once in its time, each for itself, with how often it came since', () => {
	const { clock, heard, tell } = rarely();
	for (const kind of ['a', 'b', 'a', 'a']) tell(kind);
	clock.now = 999;
	tell('a');
	expect(heard).toEqual(['a', 'b']);
	clock.now = 1_000;
	tell('a');
	expect(heard[2]).toBe('a (and 3 more of this kind since the last report)');
});

test('a clock that is set back silences nothing', () => {
	const { clock, heard, tell } = rarely();
	clock.now = 10_000;
	tell('a');
	clock.now = 5_000;
	tell('a');
	expect(heard).toHaveLength(2);
});

test('kinds without end do not fill the memory', () => {
	const { heard, tell } = rarely();
	for (let index = 0; index < 1_001; index++) tell(`kind ${index}`);
	tell('kind 1000');
	expect(heard).toHaveLength(1_001);
	tell('kind 0');
	expect(heard).toHaveLength(1_002);
});
