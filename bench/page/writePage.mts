import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import type { Runs } from './benchmarks.mts';
import { benchmarksPage, isDrawn } from './page.mts';
import { ratioPlot } from './plot.mts';

const FOLDER = join(CHECKOUT, 'docs', 'benchmarks');
const FILE = join(FOLDER, 'figures.json');

/** The last run of each benchmark that was ever run for the page. */
export function lastRuns(): Runs {
	return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Runs) : {};
}

/** Writes `docs/benchmarks.md`, a plot for each benchmark with ratios, and what both are made of. */
export function writeBenchmarksPage(runs: Runs): void {
	mkdirSync(FOLDER, { recursive: true });
	writeFileSync(FILE, `${JSON.stringify(runs, undefined, '\t')}\n`);
	for (const [name, { figures }] of Object.entries(runs)) {
		if (figures.some(isDrawn)) writeFileSync(join(FOLDER, `${name}.svg`), ratioPlot(figures));
	}
	writeFileSync(join(CHECKOUT, 'docs', 'benchmarks.md'), benchmarksPage(runs));
}
