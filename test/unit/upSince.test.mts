import { afterEach, expect, test, vi } from 'vitest';
import { upSince } from '../../nodes/History/readFilters.ts';

afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllEnvs();
});

test('what runs is not taken for interrupted where the machine has slept, or its clock was set', () => {
	const before = upSince();
	vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ['Date'] });
	expect(upSince()).toEqual(before);
});

test('with several processes nobody knows since when all of them are up', () => {
	vi.stubEnv('EXECUTIONS_MODE', 'queue');
	expect(upSince()).toBeUndefined();
});
