import { appendFileSync } from 'node:fs';
import { median } from './load.mts';

/** What is to be reached. */
export type Aim = { readonly atLeast: number } | { readonly atMost: number };

/** What a benchmark has found, in one line. */
export interface Figure {
	/** What it belongs to, as the heading of a table. */
	readonly group: string;
	readonly name: string;
	/** Over several rounds: the median. */
	readonly value: number;
	/** The lowest and the highest round. */
	readonly range?: readonly [lowest: number, highest: number];
	/** None: a ratio. */
	readonly unit?: string;
	readonly aim?: Aim;
}

/** The file to which a benchmark adds its figures, one line of JSON each; `npm run bench` names it. */
export const FIGURES_FILE = 'BENCH_FIGURES_FILE';

/** Prints a figure, and keeps it for the page of all benchmarks where that is being written. */
export function tellFigure(figure: Figure): void {
	const { group, name, value, range, unit, aim } = figure;
	const number = digitsFor(figure);
	const more = [
		range === undefined ? '' : ` (${range.map(number).join(' to ')})`,
		aim === undefined
			? ''
			: `, aim ${aimInWords(aim)}: ${isReached(value, aim) ? 'reached' : 'MISSED'}`,
	];
	const of = group === '' ? '' : `[${group}] `;
	console.log(
		`  ${of}${name}: ${number(value)}${unit === undefined ? '' : ` ${unit}`}${more.join('')}`,
	);
	const file = process.env[FIGURES_FILE];
	if (file !== undefined) appendFileSync(file, `${JSON.stringify(figure)}\n`);
}

/** @returns whether nothing was lost and nothing doubled */
export function tellLostAndDoubled(
	group: string,
	what: string,
	found: {
		/** Acknowledged ones. */
		readonly events: number;
		readonly lost: readonly string[];
		readonly doubled: readonly string[];
	},
): boolean {
	for (const became of ['lost', 'doubled'] as const) {
		const ids = found[became];
		const figure = { value: ids.length, unit: `of ${found.events} events ${became}` };
		tellFigure({ group, name: what, ...figure, aim: { atMost: 0 } });
		if (ids.length > 0) console.log(`  ${became}: ${ids.join(' ')}`);
	}
	return found.lost.length === 0 && found.doubled.length === 0;
}

/** The median of values, with the lowest and the highest of them. */
export function spread(values: readonly number[]): Required<Pick<Figure, 'value' | 'range'>> {
	return { value: median(values), range: [Math.min(...values), Math.max(...values)] };
}

/** The rounds' own ratios, since both sides of a round met the same noise. */
export function ratioOf(
	mine: readonly number[],
	theirs: readonly number[],
): Required<Pick<Figure, 'value' | 'range'>> {
	return spread(mine.map((figure, round) => figure / (theirs[round] ?? Number.NaN)));
}

export function isReached(value: number, aim: Aim): boolean {
	return 'atLeast' in aim ? value >= aim.atLeast : value <= aim.atMost;
}

export function aimInWords(aim: Aim): string {
	return 'atLeast' in aim ? `≥ ${aim.atLeast}` : `≤ ${aim.atMost}`;
}

/** How the numbers of one figure are written: as many digits as tell its rounds apart. */
export function digitsFor({ value, range = [value, value], unit }: Figure): (of: number) => string {
	const largest = Math.max(...range.map(Math.abs), Math.abs(value));
	const digits =
		largest >= 100 || (Number.isInteger(value) && unit !== undefined) ? 0 : largest >= 10 ? 1 : 2;
	return (of) =>
		of.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
