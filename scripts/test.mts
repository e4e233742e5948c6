// npm test: build, the n8n and the peers to test with, then every suite, and the unit tests once more on
// the oldest Node that the package works with. npm run test:quick: unit, and of core what does not take
// long. Further arguments go to vitest.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LONG } from '../test/support/longestFirst.mts';
import { COUNTS_FILE, printFailures } from '../test/support/summaryReporter.mts';
import type { TestCounts } from '../test/support/summaryReporter.mts';
import { ensureBuild } from './build.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';
import { ensureOldestNode } from './peers/oldestNode.mts';
import { ensureSoketi } from './peers/soketi.mts';
import { ensureVendorSdks } from './peers/vendorSdks.mts';
import { CHECKOUT, envWithNode24, node24 } from './support/paths.mts';
import { listenForShutdown } from './support/shutdown.mts';
import { say } from './support/step.mjs';

/** Suites that import what they test; the others start an n8n, which loads the build. */
const IMPORTING = ['unit', 'core', 'processes', 'browser'];

const { signal } = listenForShutdown();
const folder = mkdtempSync(join(tmpdir(), 'test-counts-'));
try {
	process.exitCode = await test(folder);
} catch (error) {
	console.error(`\n${(error as Error).message}`);
	process.exitCode = signal.aborted ? 130 : 1;
} finally {
	rmSync(folder, { recursive: true, force: true });
}
process.exit();

async function test(folderOfCounts: string): Promise<number> {
	await ensureBuild(signal);
	await ensureRuntime(signal);
	await ensureSoketi(signal);
	await ensureVendorSdks(signal);
	const { args, mayRunNone } = vitestArguments(process.argv.slice(2));
	const runs: Array<{ node: string; args: string[] }> = [{ node: node24(), args }];
	if (args.length === 0) {
		const oldest = await ensureOldestNode(signal);
		if (oldest === undefined)
			say('There is no old Node for this machine: CI runs the tests on it.');
		else runs.push({ node: oldest, args: ['--project', 'unit'] });
	}
	let code = 0;
	const counts: TestCounts = { passed: 0, failed: 0, skipped: 0, failures: [] };
	for (const [index, run] of runs.entries()) {
		if (index > 0) say('The unit tests once more, on the oldest Node that the package works with.');
		const countsFile = join(folderOfCounts, `${index}.json`);
		const ended = await runVitest(run, countsFile);
		code ||= ended;
		if (signal.aborted) break;
		const { passed, failed, skipped, failures } = readCounts(countsFile);
		counts.passed += passed;
		counts.failed += failed;
		counts.skipped += skipped;
		const node = index > 0 ? ' (on the oldest Node)' : '';
		counts.failures.push(...failures.map((failure) => `${failure}${node}`));
	}
	const ran = counts.passed + counts.failed > 0;
	if (!ran) console.error(mayRunNone ? 'No test imports what changed.' : 'No test was run.');
	const mayNotSkip = Boolean(process.env.CI) && counts.skipped > 0;
	if (mayNotSkip) console.error('Tests were skipped, which CI does not allow.');
	printFailures(counts.failures);
	say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
	const failed = counts.failed > 0 || mayNotSkip || !(ran || mayRunNone);
	return code === 0 && failed ? 1 : code;
}

/** Says what is left out where not all tests are run. */
function vitestArguments([first, ...others]: string[]): { args: string[]; mayRunNone: boolean } {
	if (first === '--quick') {
		say('The unit and core tests, but for those that take long; npm test runs all.');
		const excluded = LONG.flatMap((name) => ['--exclude', `test/${name}.test.mts`]);
		const args = ['--project', 'unit', '--project', 'core', ...excluded, ...others];
		return { args, mayRunNone: false };
	}
	const args = first === undefined ? [] : [first, ...others];
	const has = (option: string) =>
		args.some((arg) => arg === option || arg.startsWith(`${option}=`));
	if (!has('--changed')) return { args, mayRunNone: false };
	say(
		'The tests that import what changed, as git sees it. What reads the build or the sources (a real n8n, lint) is not chosen: npm test runs all.',
	);
	const projects = has('--project') ? [] : IMPORTING.flatMap((name) => ['--project', name]);
	return { args: [...args, ...projects, '--passWithNoTests'], mayRunNone: true };
}

async function runVitest(
	{ node, args }: { node: string; args: string[] },
	countsFile: string,
): Promise<number> {
	const vitest = join(CHECKOUT, 'node_modules', 'vitest', 'vitest.mjs');
	const child = spawn(node, [vitest, 'run', ...args], {
		cwd: CHECKOUT,
		env: { ...envWithNode24(), [COUNTS_FILE]: countsFile },
		stdio: 'inherit',
	});
	signal.addEventListener('abort', () => child.kill('SIGINT'), { once: true });
	process.once('exit', () => child.kill('SIGKILL'));
	return await new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('exit', (code) => resolve(code ?? 1));
	});
}

/** A run that broke off before its end has written nothing. */
function readCounts(file: string): TestCounts {
	if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0, failures: [] };
	return JSON.parse(readFileSync(file, 'utf8')) as TestCounts;
}
