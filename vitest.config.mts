import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/support/summaryReporter.mts';

const SECOND = 1_000;

/** Suites that start at once; they share nothing. */
const parallel = (name: string, testTimeout: number) => ({
	extends: true as const,
	test: { name, include: [`test/${name}/**/*.test.mts`], testTimeout, sequence: { groupOrder: 0 } },
});

export default defineConfig({
	test: {
		reporters: ['default', new SummaryReporter()],
		allowOnly: false,
		// Errors that no test caught (a rejected promise in the background, say) fail the run.
		dangerouslyIgnoreUnhandledErrors: false,
		// No test may lean on the proxy of the shell that runs it.
		env: { NO_PROXY: '127.0.0.1,localhost' },
		projects: [
			parallel('unit', 10 * SECOND),
			parallel('core', 30 * SECOND),
			parallel('browser', 60 * SECOND),
			{
				extends: true,
				test: {
					name: 'n8n',
					include: ['test/n8n/**/*.test.mts'],
					globalSetup: ['test/support/prepareN8n.mts'],
					// An n8n takes a core and 400 MB: one file at a time, after all other suites.
					fileParallelism: false,
					sequence: { groupOrder: 1 },
					testTimeout: 120 * SECOND,
					hookTimeout: 300 * SECOND,
				},
			},
		],
	},
});
