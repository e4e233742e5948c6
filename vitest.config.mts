import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longestFirst.mts';
import { SummaryReporter } from './test/support/summaryReporter.mts';

const SECOND = 1_000;

// Limits that only a test that hangs reaches: CI machines are at times ten times as slow as usual.

const cores = availableParallelism();

/** Suites that share nothing. Many of their tests wait, for a server or for a time limit. */
const parallel = (name: string, testTimeout: number) => ({
	extends: true as const,
	test: {
		name,
		include: [`test/${name}/**/*.test.mts`],
		testTimeout,
		hookTimeout: testTimeout,
		maxWorkers: Math.min(2 * cores, 8),
		// Of the tests of a file that say they may run together: what they do is wait.
		maxConcurrency: 30,
		sequence: { groupOrder: 0 },
	},
});

/**
 * Of these, suites whose files also share what their worker has loaded, n8n-core above all. A file that
 * needs a process of its own belongs to `processes`: it plays several n8ns, or sets what others would see.
 */
const sharing = (name: string, testTimeout: number) => {
	const { extends: base, test } = parallel(name, testTimeout);
	const setupFiles = ['test/support/leavesNothing.mts'];
	return { extends: base, test: { ...test, isolate: false, pool: 'threads' as const, setupFiles } };
};

/**
 * Suites that start real n8ns, after all others: an n8n takes a core while it starts and 400 MB, and
 * waits much later on, so there are two more of them than cores. With four more, the suites took longer.
 */
const withN8n = (name: string) => ({
	extends: true as const,
	test: {
		name,
		include: [`test/${name}/**/*.test.mts`],
		globalSetup: ['test/support/prepareN8n.mts'],
		testTimeout: 400 * SECOND,
		hookTimeout: 600 * SECOND,
		maxWorkers: Math.min(cores + 2, 6),
		sequence: { groupOrder: 1 },
	},
});

/** One n8n in queue mode, whose five processes have the machine for themselves, after all others. */
const cluster = {
	extends: true as const,
	test: {
		name: 'cluster',
		include: ['test/cluster/**/*.test.mts'],
		globalSetup: ['test/support/prepareN8n.mts'],
		testTimeout: 600 * SECOND,
		hookTimeout: 900 * SECOND,
		maxWorkers: 1,
		sequence: { groupOrder: 2 },
	},
};

export default defineConfig({
	resolve: {
		// What n8n itself loads, as it is. The other build is no module that Node.js can load: Vite would
		// transform and run its hundred files anew for each file of tests.
		alias: [
			{
				find: /^n8n-workflow$/,
				replacement: createRequire(import.meta.url).resolve('n8n-workflow'),
			},
		],
	},
	test: {
		reporters: ['default', new SummaryReporter()],
		allowOnly: false,
		expect: { poll: { timeout: 60 * SECOND } },
		// A longer one hides all that was printed before it; a comparison of long lists tells by itself
		// where they begin to differ.
		diff: { truncateThreshold: 300 },
		// Errors that no test caught (a rejected promise in the background, say) fail the run.
		dangerouslyIgnoreUnhandledErrors: false,
		sequence: { sequencer: LongestFirst },
		// No test may lean on the proxy of the shell that runs it; what is installed on the way may.
		env: { NO_PROXY: '127.0.0.1,localhost,.test,.invalid,.example,.example.com' },
		projects: [
			sharing('unit', 60 * SECOND),
			sharing('core', 180 * SECOND),
			parallel('processes', 180 * SECOND),
			parallel('browser', 240 * SECOND),
			withN8n('n8n'),
			withN8n('history'),
			cluster,
		],
	},
});
