import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

/** What `npm test` prints last: how many tests, and a line for each that failed. */
export interface TestCounts {
	passed: number;
	failed: number;
	skipped: number;
	failures: string[];
}

/** Names the file that the counts are written to, as JSON; without it, the failures are printed here. */
export const COUNTS_FILE = 'TEST_COUNTS_FILE';

/** Lines of failures; what more there is can be found further up. */
const MOST_FAILURES = 50;

const LONGEST_LINE = 300;

/**
 * Counts the tests, names in one line each those that failed, after all that is told at length, and
 * says in one line for each skipped suite what it would need: by convention, a suite that needs
 * something says so in its title ("… (needs Redis: apt-get install redis-server)").
 */
export class SummaryReporter implements Reporter {
	onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
		const failures: string[] = [];
		const counts: TestCounts = { passed: 0, failed: 0, skipped: 0, failures };
		const fail = (what: string, error: unknown) => {
			counts.failed++;
			failures.push(`${what}: ${firstLine(error)}`);
		};
		const skippedSuites = new Map<string, number>();
		for (const module of modules) {
			// A file that could not be loaded, or a hook that failed, has no failed test to count.
			for (const error of module.errors()) fail(nameOf(module), error);
			for (const suite of module.children.allSuites()) {
				for (const error of suite.errors()) fail(nameOf(suite), error);
			}
			for (const test of module.children.allTests()) {
				const { state, errors } = test.result();
				if (state === 'pending') fail(nameOf(test), 'it did not end');
				else if (state === 'failed') fail(nameOf(test), errors[0]);
				else counts[state]++;
				if (state === 'skipped') {
					const suite = describeSkipped(test);
					skippedSuites.set(suite, (skippedSuites.get(suite) ?? 0) + 1);
				}
			}
		}
		for (const error of unhandledErrors) fail('no test caught it', error);
		for (const [suite, tests] of skippedSuites) {
			process.stdout.write(`Skipped: ${suite}, ${tests} ${tests === 1 ? 'test' : 'tests'}\n`);
		}
		const file = process.env[COUNTS_FILE];
		if (file) writeFileSync(file, JSON.stringify(counts));
		else printFailures(failures);
	}
}

/** One line each, the first ones where there are many. */
export function printFailures(failures: readonly string[]): void {
	for (const line of failures.slice(0, MOST_FAILURES)) process.stdout.write(`failed: ${line}\n`);
	const more = failures.length - MOST_FAILURES;
	if (more > 0) process.stdout.write(`failed: ${more} more, see above\n`);
}

/** The file, the suites and the test. */
function nameOf(task: TestCase | TestModule | TestSuite): string {
	if (task.type === 'module') return task.relativeModuleId;
	return `${task.module.relativeModuleId} > ${oneLine(task.fullName)}`;
}

function firstLine(error: unknown): string {
	const message = (error as { message?: unknown } | undefined)?.message ?? error ?? 'it failed';
	return oneLine(stripVTControlCharacters(String(message)).trim().split('\n', 1)[0] ?? '');
}

function oneLine(text: string): string {
	const line = text.replace(/\s+/g, ' ');
	return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
}

function describeSkipped(test: TestCase): string {
	const [suite] = test.fullName.split(' > ');
	const result = test.result();
	const note = result.state === 'skipped' && result.note ? `: ${result.note}` : '';
	return `${test.module.relativeModuleId}: ${suite}${note}`;
}
