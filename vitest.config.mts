import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/support/summaryReporter.mts';

const SECOND = 1_000;

// Limits that only a test that hangs reaches: CI machines are at times ten times as slow as usual.

/** Suites that start at once; they share nothing. */
const parallel = (name: string, testTimeout: number) => ({
	extends: true as const,
	test: { name, include: [`test/${name}/**/*.test.mts`], testTimeout, sequence: { groupOrder: 0 } },
});

/** Suites that start real n8ns. */
const withN8n = (
	name: string,
	more: { maxWorkers?: number; fileParallelism?: false; sequence: { groupOrder: number } },
) => ({
	extends: true as const,
	test: {
		name,
		include: [`test/${name}/**/*.test.mts`],
		globalSetup: ['test/support/prepareN8n.mts'],
		testTimeout: 400 * SECOND,
		hookTimeout: 600 * SECOND,
		...more,
	},
});

export default defineConfig({
	test: {
		reporters: ['default', new SummaryReporter()],
		allowOnly: false,
		expect: { poll: { timeout: 60 * SECOND } },
		// A longer one hides all that was printed before it; a comparison of long lists tells by itself
		// where they begin to differ.
		diff: { truncateThreshold: 300 },
		// Errors that no test caught (a rejected promise in the background, say) fail the run.
		dangerouslyIgnoreUnhandledErrors: false,
		// No test may lean on the proxy of the shell that runs it.
		env: { NO_PROXY: '127.0.0.1,localhost' },
		projects: [
			parallel('unit', 60 * SECOND),
			parallel('core', 180 * SECOND),
			parallel('browser', 240 * SECOND),
			// An n8n takes a core and 400 MB: one file at a time, after all other suites.
			withN8n('n8n', { fileParallelism: false, sequence: { groupOrder: 1 } }),
			// Its files wait much, for an n8n that starts and for a database: two at a time.
			withN8n('history', { maxWorkers: 2, sequence: { groupOrder: 2 } }),
		],
	},
});
