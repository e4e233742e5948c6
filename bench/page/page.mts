import { aimInWords, digitsFor, isReached, type Figure } from '../figures.mts';
import { BENCHMARKS, type Benchmark, type Run, type Runs } from './benchmarks.mts';

const COLUMNS = ['', 'median', 'lowest round', 'highest round', 'aim', ''];

/** `docs/benchmarks.md` of the last run of each benchmark. */
export function benchmarksPage(runs: Runs): string {
	const sections = BENCHMARKS.flatMap((benchmark) => {
		const run = runs[benchmark.name];
		return run === undefined ? [notRun(benchmark)] : [sectionOf(benchmark, run)];
	});
	return `${[
		'# Benchmarks',
		'`npm run bench` writes this page: it runs all benchmarks (several hours) or only some (`npm run bench -- receive verify`), and keeps the last run of the others. Nobody edits a number here: `docs/benchmarks/figures.json` contains the measured figures, and a test compares this page with them.',
		'Only compare figures from the same run. A ratio is the median of the ratios of the single rounds. Missed aims are in bold. [What it costs](performance.md) explains the figures.',
		...sections,
	].join('\n\n')}\n`;
}

function notRun({ name, title }: Benchmark): string {
	return `## ${title}\n\nNot run yet: \`npm run bench -- ${name}\`.`;
}

function sectionOf({ name, title, method, takesAgainst }: Benchmark, run: Run): string {
	const command = `npm run bench:${name}${takesAgainst === true && run.against !== undefined ? ' -- --against <folder of the other build>' : ''}`;
	const other = run.against === undefined ? '' : ` The other build is commit ${run.against}.`;
	const groups = [...new Set(run.figures.map(({ group }) => group))];
	const plot = run.figures.some(isDrawn)
		? [`![The ratios of ${title}, with their rounds and aims](benchmarks/${name}.svg)`]
		: [];
	return [
		`## ${title}`,
		`\`${command}\`: ${method}${other}`,
		`${run.date}, ${run.minutes} ${run.minutes === 1 ? 'minute' : 'minutes'}; ${run.machine}; ${run.versions}. Load of the machine before the run: ${run.loadBefore.toFixed(1)}.`,
		...plot,
		...groups.flatMap((group) => [
			`### ${group}`,
			table(run.figures.filter((one) => one.group === group)),
		]),
	].join('\n\n');
}

/** Ratios with something to be reached are drawn. */
export function isDrawn({ unit, aim }: Figure): boolean {
	return unit === undefined && aim !== undefined;
}

function table(figures: readonly Figure[]): string {
	const rows = figures.map((figure) => {
		const { name, value, range, unit, aim } = figure;
		const number = digitsFor(figure);
		return [
			name,
			`${number(value)}${unit === undefined ? '' : ` ${unit}`}`,
			...(range?.map(number) ?? ['', '']),
			aim === undefined ? '' : aimInWords(aim),
			aim === undefined ? '' : isReached(value, aim) ? 'reached' : '**missed**',
		];
	});
	return [COLUMNS, ['---', '---:', '---:', '---:', '---:', '---'], ...rows]
		.map((cells) => `| ${cells.map(escaped).join(' | ')} |`)
		.join('\n');
}

const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '\\<');
