import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { N8nRuntime } from '../scripts/n8n/runtimeFolder.mts';
import { CHECKOUT, node24 } from '../scripts/support/paths.mts';
import { installAsN8nDoes, packCheckout } from '../test/support/installedPackage.mts';
import { ratioOf, spread, tellFigure } from './figures.mts';
import { median } from './load.mts';
import type { Loading } from './startup/loadPackage.mts';
import { sizeOf } from './startup/size.mts';
import { Starts, type Start } from './startup/starts.mts';

export interface StartupOptions {
	/** Processes that load each build. */
	readonly rounds: number;
	/** Starts of n8n of each kind; 0: none. */
	readonly starts: number;
	/** A checkout of another build of this package, measured in the same run. */
	readonly against?: string;
}

/** What is to be reached: at most this multiple of the other build. */
const AIMS = { cpu: 0.35, memory: 0.4, size: 0.6 };
/** And of an n8n without the package. */
const READY_AIM = 1.02;

const MEGABYTE = 1_000_000;
const LOADER = fileURLToPath(new URL('./startup/loadPackage.mts', import.meta.url));

interface Build {
	readonly name: string;
	/** As n8n has installed it. */
	readonly folder: string;
}

/** Measures what the package costs an n8n that has it, and prints medians and ratios. */
export async function benchStartup(runtime: N8nRuntime, options: StartupOptions): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'n8n-startup-'));
	try {
		const builds = [install('this build', CHECKOUT, join(folder, 'this'))];
		if (options.against !== undefined) {
			builds.push(install('other build', resolve(options.against), join(folder, 'other')));
		}
		reportSizes(builds);
		for (const place of ['in-n8n', 'alone'] as const) {
			reportLoading(place, measureLoading(runtime, builds, place, options.rounds));
		}
		await measureStarts(new Starts(runtime, folder), builds, options.starts);
	} finally {
		rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	}
}

function install(name: string, checkout: string, folder: string): Build {
	mkdirSync(folder);
	const { file } = packCheckout(folder, checkout);
	return { name, folder: installAsN8nDoes(file, folder) };
}

function reportSizes(builds: readonly Build[]): void {
	const group = 'Installed as n8n installs it, with what it depends on';
	console.log('');
	const sizes = builds.map(({ name, folder }) => ({ name, ...sizeOf(folder) }));
	for (const { name, bytes, files } of sizes) {
		const figure = { value: bytes / MEGABYTE, unit: 'MB on disk' };
		tellFigure({ group, name: `${name} (${files} files)`, ...figure });
	}
	reportRatio(
		group,
		'size',
		sizes.map(({ bytes }) => [bytes]),
		AIMS.size,
	);
}

/** By build, one for each round. */
type Loadings = ReadonlyArray<{ readonly name: string; readonly rounds: readonly Loading[] }>;

function measureLoading(
	{ folder: runtimeFolder }: N8nRuntime,
	builds: readonly Build[],
	place: 'in-n8n' | 'alone',
	rounds: number,
): Loadings {
	const all = builds.map(({ name }) => ({ name, rounds: [] as Loading[] }));
	const env = { ...process.env, NODE_PATH: join(runtimeFolder, 'node_modules') };
	for (let round = 0; round <= rounds; round++) {
		const order = [...builds.keys()];
		if (round % 2 === 1) order.reverse();
		for (const index of order) {
			const { folder = '' } = builds[index] ?? {};
			const args = ['--expose-gc', '--disable-warning=ExperimentalWarning', LOADER];
			const output = execFileSync(node24(), [...args, runtimeFolder, folder, place], {
				env,
				encoding: 'utf8',
			});
			// The first round reads the files into the system's memory.
			if (round > 0) all[index]?.rounds.push(JSON.parse(output) as Loading);
		}
	}
	return all;
}

function reportLoading(place: 'in-n8n' | 'alone', loadings: Loadings): void {
	const group =
		place === 'in-n8n'
			? "Loaded by n8n's loader, with n8n-core and n8n-workflow there, as in n8n"
			: 'Loaded by a process that has nothing of n8n';
	console.log('');
	for (const { name, rounds } of loadings) {
		const of = (figure: (one: Loading) => number) => median(rounds.map(figure));
		const figures = [
			`${of(({ modules }) => modules)} modules`,
			`heap + ${megabytes(of(({ heap }) => heap))}`,
			`rss + ${megabytes(of(({ rss }) => rss))}`,
		];
		if (place === 'in-n8n') {
			const deliveries = [0, 1, 2].map((nth) => of((one) => one.deliveriesMs[nth] ?? Number.NaN));
			const shown = deliveries.map((ms) => ms.toFixed(1)).join(', ');
			figures.push(`first deliveries ${shown} ms of CPU`);
		}
		const cpu = spread(rounds.map(({ cpuMs }) => cpuMs));
		tellFigure({ group, name: `${name} (${figures.join(', ')})`, ...cpu, unit: 'ms of CPU' });
	}
	const by = (figure: (one: Loading) => number) => loadings.map(({ rounds }) => rounds.map(figure));
	reportRatio(
		group,
		'CPU',
		by(({ cpuMs }) => cpuMs),
		AIMS.cpu,
	);
	reportRatio(
		group,
		'heap',
		by(({ heap }) => heap),
		AIMS.memory,
	);
	reportRatio(
		group,
		'rss',
		by(({ rss }) => rss),
		AIMS.memory,
	);
}

/** Starts n8n without the package and with each build in turn, the order turned round each time. */
async function measureStarts(
	starts: Starts,
	builds: readonly Build[],
	rounds: number,
): Promise<void> {
	if (rounds === 0) return;
	await starts.prepare();
	const group = 'Starts of n8n, until /healthz/readiness answers';
	console.log(`\n${group}`);
	const kinds = [{ name: 'without', folder: undefined }, ...builds];
	const all = kinds.map((): Start[] => []);
	for (let round = 0; round <= rounds; round++) {
		const order = [...kinds.entries()];
		if (round % 2 === 1) order.reverse();
		for (const [index, { name, folder }] of order) {
			const start = await starts.measure(folder);
			if (round > 0) all[index]?.push(start);
			process.stdout.write(`  ${name} ${start.seconds.toFixed(2)} s`);
		}
		process.stdout.write(round === 0 ? ' (not counted)\n' : '\n');
	}
	for (const [index, { name }] of kinds.entries()) {
		const of = all[index] ?? [];
		const cpu = median(of.map(({ cpuSeconds = Number.NaN }) => cpuSeconds)).toFixed(2);
		const figure = { ...spread(of.map((start) => start.seconds)), unit: 's' };
		tellFigure({ group, name: `${name} (${cpu} s of CPU)`, ...figure });
	}
	const [without = [], ...withPackage] = all;
	for (const [index, { name }] of builds.entries()) {
		const of = withPackage[index] ?? [];
		const seconds = (one: Start) => one.seconds;
		const cpu = ({ cpuSeconds = Number.NaN }: Start) => cpuSeconds;
		const [time, byCpu] = [seconds, cpu].map((figure) => [of.map(figure), without.map(figure)]);
		reportRatio(group, `${name} / without`, time ?? [], READY_AIM);
		reportRatio(group, `${name} / without, by CPU time`, byCpu ?? [], READY_AIM);
	}
}

/** The first's figures as a multiple of the second's. */
function reportRatio(
	group: string,
	name: string,
	[of = [], by = []]: readonly number[][],
	atMost: number,
): void {
	if (by.length > 0) tellFigure({ group, name, ...ratioOf(of, by), aim: { atMost } });
}

const megabytes = (bytes: number) => `${(bytes / MEGABYTE).toFixed(1)} MB`;
