import { describe, expect, test } from 'vitest';
import { Circuit, Host } from '../../lib/deliver/host.ts';
import { shuffle } from '../../lib/flow/sequence.ts';

describe('circuit', () => {
	/** Requests 1, 2, … in the order of their answers. */
	const opensAt = (answers: ReadonlyArray<readonly [number, boolean]>, threshold = 3) => {
		const circuit = new Circuit(threshold);
		return answers.findIndex(([request, good]) => {
			if (good) circuit.succeeded(request);
			return !good && circuit.failed(request, 0);
		});
	};

	test('opens after so many failures in a row', () => {
		expect(opensAt([1, 2, 3, 4].map((request) => [request, false]))).toBe(2);
		expect(
			opensAt([
				[1, false],
				[2, false],
				[3, true],
				[4, false],
				[5, false],
			]),
		).toBe(-1);
	});

	test('those that were sent before a success say nothing when they fail after it', () => {
		const hanging = [1, 2, 3, 4, 5, 6].map((request) => [request, false] as const);
		expect(opensAt([[7, true], ...hanging])).toBe(-1);
		expect(opensAt([[7, true], ...hanging, [8, false], [9, false], [10, false]])).toBe(9);
	});

	test('opens once, closes with a success, and not any more after it was given up', () => {
		const circuit = new Circuit(1);
		expect(circuit.failed(1, 5)).toBe(true);
		expect(circuit.failed(2, 6)).toBe(false);
		expect(circuit).toMatchObject({ state: 'open', openedAt: 5 });
		circuit.succeeded(3);
		expect(circuit.state).toBe('closed');
		circuit.state = 'givenUp';
		circuit.succeeded(4);
		expect(circuit.state).toBe('givenUp');
	});
});

describe('what a host takes at a time', () => {
	const most = (host: Host) => {
		host.active = 0;
		while (host.hasRoom) host.active += 1;
		return host.active;
	};

	test('half with each wave that was too much, never none', () => {
		const host = new Host('https://a.example', 10, 10);
		expect(most(host)).toBe(10);
		host.lower(1, 10);
		// Those of the same wave count once.
		for (let request = 2; request <= 10; request += 1) host.lower(request, 12);
		expect(most(host)).toBe(5);
		for (let wave = 1; wave < 10; wave += 1) host.lower(wave * 20, wave * 20 + 1);
		expect(most(host)).toBe(1);
	});

	test('one more after as many successes as there are at a time, up to the limit', () => {
		const host = new Host('https://a.example', 4, 10);
		host.lower(1, 1);
		host.raise();
		host.raise();
		expect(most(host)).toBe(2);
		host.raise();
		expect(most(host)).toBe(3);
		for (let success = 0; success < 100; success += 1) host.raise();
		expect(most(host)).toBe(4);
	});

	test('slow ones do not count, but ten times the limit is the most', () => {
		const host = new Host('https://a.example', 3, 10);
		host.open = 29;
		expect(host.hasRoom).toBe(true);
		host.open = 30;
		expect(host.hasRoom).toBe(false);
	});

	test('slow is what takes far longer than usual', () => {
		const host = new Host('https://a.example', 3, 10);
		expect(host.slowAfterMs(1_000)).toBe(1_000);
		host.took(1);
		expect(host.slowAfterMs(1_000)).toBe(250);
		for (let answer = 0; answer < 50; answer += 1) host.took(60);
		expect(host.slowAfterMs(1_000)).toBeCloseTo(600, -1);
		for (let answer = 0; answer < 50; answer += 1) host.took(900);
		expect(host.slowAfterMs(1_000)).toBe(1_000);
	});
});

test('a random order has them all', () => {
	const entries = Array.from({ length: 500 }, (_, index) => index);
	const shuffled = shuffle(entries, Math.random);
	expect(shuffled).not.toEqual(entries);
	expect(shuffled.toSorted((a, b) => a - b)).toEqual(entries);
	expect(shuffle(entries, () => 0.5)).toEqual(entries);
});
