import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** What `npm test` prints last. */
export interface TestCounts {
	passed: number;
	failed: number;
	skipped: number;
}

/** Names the file that the counts are written to, as JSON. */
export const COUNTS_FILE = 'TEST_COUNTS_FILE';

/**
 * Counts the tests, and says in one line for each skipped suite what it would need: by convention,
 * a suite that needs something says so in its title ("… (needs Redis: apt-get install redis-server)").
 */
export class SummaryReporter implements Reporter {
	onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
		const counts: TestCounts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
		const skippedSuites = new Map<string, number>();
		for (const module of modules) {
			// A file that could not be loaded, or a hook that failed, has no failed test to count.
			counts.failed += module.errors().length;
			for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
			for (const test of module.children.allTests()) {
				const { state } = test.result();
				if (state === 'pending') counts.failed++;
				else counts[state]++;
				if (state === 'skipped') {
					const suite = describeSkipped(test);
					skippedSuites.set(suite, (skippedSuites.get(suite) ?? 0) + 1);
				}
			}
		}
		for (const [suite, tests] of skippedSuites) {
			process.stdout.write(`Skipped: ${suite}, ${tests} ${tests === 1 ? 'test' : 'tests'}\n`);
		}
		const file = process.env[COUNTS_FILE];
		if (file) writeFileSync(file, JSON.stringify(counts));
	}
}

function describeSkipped(test: TestCase): string {
	const [suite] = test.fullName.split(' > ');
	const result = test.result();
	const note = result.state === 'skipped' && result.note ? `: ${result.note}` : '';
	return `${test.module.relativeModuleId}: ${suite}${note}`;
}
