// npm run bench [-- <names>] [--against <folder of another built checkout>]: runs the benchmarks one after
// the other, and writes docs/benchmarks.md with their figures; all of them where none is named.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { FIGURES_FILE, type Aim, type Figure } from '../bench/figures.mts';
import { BENCHMARKS, type Benchmark, type Run } from '../bench/page/benchmarks.mts';
import { lastRuns, writeBenchmarksPage } from '../bench/page/writePage.mts';
import { N8N_VERSION } from './n8n/runtimeFolder.mts';
import { commandOptions } from './support/commandOptions.mts';
import { CHECKOUT } from './support/paths.mts';

const GIB = 2 ** 30;

const NAMES = BENCHMARKS.map(({ name }) => name).join(', ');
const { values, positionals } = commandOptions(
	`Runs benchmarks one after the other, and writes docs/benchmarks.md with their figures.

  npm run bench [-- <names>] [--against <folder>]

  Names       ${NAMES}
              Default: all of them, which takes several hours.
  --against   folder of another built checkout of this package: measured in the same run`,
	{ against: { type: 'string' } },
	{ takesNames: true },
);
const unknown = positionals.filter((name) => !BENCHMARKS.some((one) => one.name === name));
if (unknown.length > 0) {
	console.error(`There is no benchmark ${unknown.join(', ')}. Benchmarks: ${NAMES}.`);
	process.exit(2);
}
const chosen = BENCHMARKS.filter(
	({ name }) => positionals.length === 0 || positionals.includes(name),
);
const failed: string[] = [];
for (const [index, benchmark] of chosen.entries()) {
	console.log(
		`\n● ${benchmark.title} (${index + 1} of ${chosen.length}: npm run bench:${benchmark.name})`,
	);
	const run = runOne(benchmark, values.against);
	if (run === undefined) failed.push(benchmark.name);
	// After each: they take hours, and the next one may be stopped.
	else writeBenchmarksPage({ ...lastRuns(), [benchmark.name]: run });
}
console.log('\ndocs/benchmarks.md has the figures.');
if (failed.length > 0) {
	console.error(`These failed, and the page has their last run: ${failed.join(', ')}.`);
	process.exit(1);
}

function runOne({ name, takesAgainst }: Benchmark, against: string | undefined): Run | undefined {
	const folder = mkdtempSync(join(tmpdir(), 'bench-'));
	const file = join(folder, 'figures');
	const other = takesAgainst === true ? against : undefined;
	const [loadBefore = 0] = loadavg();
	const started = performance.now();
	try {
		const script = join(CHECKOUT, 'scripts', `bench-${name}.mts`);
		const args = [...process.execArgv, script];
		const { status } = spawnSync(
			process.execPath,
			other === undefined ? args : [...args, '--against', other],
			{ stdio: 'inherit', env: { ...process.env, [FIGURES_FILE]: file } },
		);
		const figures = readFigures(file);
		// What was lost or doubled ends with 1, and belongs on the page; what broke off does not.
		const isUnclean = figures.some(({ value, aim }) => isForbidden(aim) && value > 0);
		if (status !== 0 && !isUnclean) return undefined;
		return {
			date: new Date().toISOString().slice(0, 10),
			minutes: Math.ceil((performance.now() - started) / 60_000),
			machine: machine(),
			versions: `n8n ${N8N_VERSION}, Node.js ${process.version.slice(1)}`,
			loadBefore,
			...(other === undefined ? {} : { against: commitOf(other) }),
			figures,
		};
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function isForbidden(aim: Aim | undefined): boolean {
	return aim !== undefined && 'atMost' in aim && aim.atMost === 0;
}

function readFigures(file: string): Figure[] {
	try {
		const lines = readFileSync(file, 'utf8').trim().split('\n');
		return lines.map((line) => JSON.parse(line) as Figure);
	} catch {
		return [];
	}
}

function machine(): string {
	const all = cpus();
	const memory = (totalmem() / GIB).toFixed(0);
	return `${all.length} × ${all[0]?.model.trim() ?? 'an unknown processor'}, ${memory} GiB, ${type()} ${release()}`;
}

function commitOf(folder: string): string {
	return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
		cwd: folder,
		encoding: 'utf8',
	}).trim();
}
