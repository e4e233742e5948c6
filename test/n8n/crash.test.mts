import { expect, test } from 'vitest';
import { runCrashes } from '../../bench/crash.mts';

/** Four starts of n8n, on machines that are sometimes ten times as slow as usual. */
const LIMIT = { timeout: 1_800_000 };

test(
	'killed with -9 three times while a sender repeats: nothing is lost, nothing runs twice',
	LIMIT,
	async () => {
		const { events, lost, doubled } = await runCrashes({
			kills: 3,
			seed: 3,
			eventsPerSecond: 2,
			longestLifeMs: 10_000,
		});
		expect(events).toBeGreaterThan(5);
		expect({ lost, doubled }).toEqual({ lost: [], doubled: [] });
	},
);
