// npm test: build, the n8n and the peers to test with, then every suite. Further arguments go to vitest.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COUNTS_FILE } from '../test/support/summaryReporter.mts';
import type { TestCounts } from '../test/support/summaryReporter.mts';
import { ensureBuild } from './build.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';
import { ensureSoketi } from './peers/soketi.mts';
import { CHECKOUT, envWithNode24, node24 } from './support/paths.mts';
import { listenForShutdown } from './support/shutdown.mts';
import { say } from './support/step.mjs';

const { signal } = listenForShutdown();
const folder = mkdtempSync(join(tmpdir(), 'test-counts-'));
try {
	process.exitCode = await test(join(folder, 'counts.json'));
} catch (error) {
	console.error(`\n${(error as Error).message}`);
	process.exitCode = signal.aborted ? 130 : 1;
} finally {
	rmSync(folder, { recursive: true, force: true });
}
process.exit();

async function test(countsFile: string): Promise<number> {
	await ensureBuild(signal);
	await ensureRuntime(signal);
	await ensureSoketi(signal);
	const code = await runVitest(countsFile);
	const counts = readCounts(countsFile);
	const ran = counts.passed + counts.failed > 0;
	if (!ran) console.error('No test was run.');
	const mayNotSkip = Boolean(process.env.CI) && counts.skipped > 0;
	if (mayNotSkip) console.error('Tests were skipped, which CI does not allow.');
	say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
	return code === 0 && (counts.failed > 0 || mayNotSkip || !ran) ? 1 : code;
}

async function runVitest(countsFile: string): Promise<number> {
	const vitest = join(CHECKOUT, 'node_modules', 'vitest', 'vitest.mjs');
	const child = spawn(node24(), [vitest, 'run', ...process.argv.slice(2)], {
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
	if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0 };
	return JSON.parse(readFileSync(file, 'utf8')) as TestCounts;
}
