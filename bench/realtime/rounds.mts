import { median } from '../load.mts';

/** One way of doing the same work. */
export interface Cell {
	readonly name: string;
	/** Does the work once, all of it. */
	run(): Promise<void>;
}

/** What a cell took, in items per second, one for each round. */
export type Rates = ReadonlyMap<string, readonly number[]>;

/**
 * Runs all cells in turn, several times, the order turned round each time; a first round that does
 * not count warms everything up.
 *
 * @param items of one run
 */
export async function measure(
	cells: readonly Cell[],
	items: number,
	rounds: number,
): Promise<Rates> {
	const rates = new Map<string, number[]>(cells.map(({ name }) => [name, []]));
	for (let round = 0; round <= rounds; round += 1) {
		const order = round % 2 === 0 ? cells : [...cells].reverse();
		for (const cell of order) {
			const started = performance.now();
			await cell.run();
			const seconds = (performance.now() - started) / 1000;
			if (round > 0) rates.get(cell.name)?.push(items / seconds);
		}
	}
	return rates;
}

/** Prints medians, and the first cell's ratio to others with what is to be reached. */
export function report(
	title: string,
	rates: Rates,
	targets: ReadonlyArray<readonly [cell: string, other: string, aim: number]>,
): void {
	console.log(`\n${title}`);
	for (const [name, all] of rates) {
		const range = `${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)}`;
		console.log(`  ${name.padEnd(44)} ${median(all).toFixed(0).padStart(8)} items/s  (${range})`);
	}
	for (const [cell, other, aim] of targets) {
		const mine = rates.get(cell) ?? [];
		const theirs = rates.get(other) ?? [];
		// Of one round each: both met the same noise.
		const ratios = mine.map((rate, round) => rate / (theirs[round] ?? Number.NaN));
		const middle = median(ratios);
		const verdict = middle >= aim ? 'reached' : 'missed';
		console.log(`  ${cell} / ${other}: ${middle.toFixed(2)} (aim ${aim}, ${verdict})`);
	}
}
