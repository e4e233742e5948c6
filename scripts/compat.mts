// npm run compat -- 2.30.0 [2.20.12 …]: the conformance suite, and what not every n8n has, in a real
// n8n of these versions, each installed into the cache folder for the run. --tests <file,file> runs
// other suites that start an n8n, --keep leaves the install for the next run. What it found stands in
// docs/compatibility.md.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COUNTS_FILE, type TestCounts } from '../test/support/summaryReporter.mts';
import { ensureBuild } from './build.mts';
import { installOtherN8n, removeOtherN8n } from './n8n/otherVersion.mts';
import { commandOptions } from './support/commandOptions.mts';
import { CHECKOUT, envWithNode24, node24 } from './support/paths.mts';
import { listenForShutdown } from './support/shutdown.mts';
import { say } from './support/step.mjs';

const DEFAULT_TESTS = 'test/n8n/conformance.test.mts,test/n8n/olderN8n.test.mts';

const { signal } = listenForShutdown();
const { values, positionals: versions } = commandOptions(
	`Runs the conformance suite in a real n8n of each version, installed for the run (2 GB, 3 to 10 minutes).

  npm run compat -- 2.41.3 2.30.0 [--tests <file,file>] [--keep]

  --tests     other suites that start an n8n, such as test/n8n/replay.test.mts
  --keep      leaves the n8n in the cache folder for the next run`,
	{ tests: { type: 'string', default: DEFAULT_TESTS }, keep: { type: 'boolean' } },
	{ takesNames: true },
);
try {
	process.exitCode = await compareVersions();
} catch (error) {
	console.error(`\n${(error as Error).message}`);
	process.exitCode = signal.aborted ? 130 : 1;
}
process.exit();

async function compareVersions(): Promise<number> {
	const wrong = versions.find((version) => !/^\d+\.\d+\.\d+$/.test(version));
	if (versions.length === 0 || wrong !== undefined) {
		throw new Error(
			'Name one or more versions of n8n, such as: npm run compat -- 2.41.3 2.30.0. "npm view n8n versions" lists them.',
		);
	}
	await ensureBuild(signal);
	const results: string[] = [];
	let code = 0;
	for (const version of versions) {
		const ended = await runOn(version);
		if (signal.aborted) return 130;
		code ||= ended.code;
		results.push(`n8n ${version}: ${ended.words}`);
	}
	for (const result of results) say(result);
	return code;
}

async function runOn(version: string): Promise<{ code: number; words: string }> {
	try {
		const folder = await installOtherN8n(version, signal);
		const { code, counts } = await runTests(folder);
		if (counts === undefined) return { code: 1, words: 'the tests broke off' };
		const { passed, failed, skipped } = counts;
		return {
			code: code === 0 && failed > 0 ? 1 : code,
			words: `${passed} passed, ${failed} failed, ${skipped} skipped`,
		};
	} finally {
		if (!values.keep) removeOtherN8n(version);
	}
}

async function runTests(folder: string): Promise<{ code: number; counts?: TestCounts }> {
	const reports = mkdtempSync(join(tmpdir(), 'compat-'));
	const countsFile = join(reports, 'counts.json');
	const vitest = join(CHECKOUT, 'node_modules', 'vitest', 'vitest.mjs');
	try {
		const child = spawn(node24(), [vitest, 'run', '--project', 'n8n', ...values.tests.split(',')], {
			cwd: CHECKOUT,
			env: { ...envWithNode24(), N8N_DIR: folder, [COUNTS_FILE]: countsFile },
			stdio: 'inherit',
		});
		signal.addEventListener('abort', () => child.kill('SIGINT'), { once: true });
		process.once('exit', () => child.kill('SIGKILL'));
		const code = await new Promise<number>((resolve, reject) => {
			child.once('error', reject);
			child.once('exit', (status) => resolve(status ?? 1));
		});
		if (!existsSync(countsFile)) return { code };
		return { code, counts: JSON.parse(readFileSync(countsFile, 'utf8')) as TestCounts };
	} finally {
		rmSync(reports, { recursive: true, force: true });
	}
}
