import { expect, test } from 'vitest';
import { runCrashes } from '../../bench/crash.mts';

test('killed with -9 three times while a sender repeats: nothing is lost, nothing runs twice', async () => {
	const { events, lost, doubled } = await runCrashes({
		kills: 3,
		seed: 3,
		eventsPerSecond: 2,
		longestLifeMs: 10_000,
	});
	expect(events).toBeGreaterThan(5);
	expect({ lost, doubled }).toEqual({ lost: [], doubled: [] });
});
