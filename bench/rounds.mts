import { ratioOf, spread, tellFigure } from './figures.mts';
import { median } from './load.mts';

/** One way of doing the same work. */
export interface Cell {
	readonly name: string;
	/** Makes ready for the work; not measured. */
	prepare?(): void | Promise<void>;
	/** Does the work once, all of it. */
	run(): Promise<void>;
	/** Throws where the work was not done as it should be; not measured. */
	check?(): void | Promise<void>;
}

/** What a cell took in one round. */
export interface Round {
	/** Items per second. */
	readonly rate: number;
	/** Microseconds of this process's processor time for each item. */
	readonly cpu: number;
}

/** By cell, one for each round. */
export type Rounds = ReadonlyMap<string, readonly Round[]>;

/** How rounds are made. */
export interface RoundOptions {
	/**
	 * Runs of a cell in each round, of which the last one counts: those before it clear away what another
	 * cell left behind.
	 * @default 1
	 */
	readonly runs?: number;
	/**
	 * Rounds before those that count, for Node.js to compile what runs.
	 * @default 1
	 */
	readonly warmUps?: number;
}

/**
 * Runs all cells in turn, several times, the order turned round each time; first rounds that do not count
 * warm everything up.
 *
 * @param items of one run
 */
export async function measure(
	cells: readonly Cell[],
	items: number,
	rounds: number,
	{ runs = 1, warmUps = 1 }: RoundOptions = {},
): Promise<Rounds> {
	const all = new Map<string, Round[]>(cells.map(({ name }) => [name, []]));
	for (let round = 1 - warmUps; round <= rounds; round += 1) {
		const order = round % 2 === 0 ? cells : [...cells].reverse();
		for (const cell of order) {
			for (let run = 1; run < runs; run += 1) await runOnce(cell, items);
			const result = await runOnce(cell, items);
			if (round > 0) all.get(cell.name)?.push(result);
		}
	}
	return all;
}

async function runOnce(cell: Cell, items: number): Promise<Round> {
	await cell.prepare?.();
	const before = process.cpuUsage();
	const started = performance.now();
	await cell.run();
	const seconds = (performance.now() - started) / 1000;
	const { user, system } = process.cpuUsage(before);
	await cell.check?.();
	return { rate: items / seconds, cpu: (user + system) / items };
}

/** Prints medians, and the ratios of cells with what is to be reached, where something is. */
export function report(
	title: string,
	rounds: Rounds,
	targets: ReadonlyArray<readonly [cell: string, other: string, aim?: number]>,
): void {
	console.log('');
	for (const [name, all] of rounds) {
		const cpu = median(all.map((round) => round.cpu)).toFixed(0);
		const rates = spread(all.map(({ rate }) => rate));
		tellFigure({
			group: title,
			name: `${name} (${cpu} µs of CPU each)`,
			...rates,
			unit: 'items/s',
		});
	}
	for (const [cell, other, aim] of targets) {
		const [mine = [], theirs = []] = [rounds.get(cell), rounds.get(other)];
		const [rate, cpu] = [(one: Round) => one.rate, (one: Round) => 1 / one.cpu].map((of) =>
			ratioOf(mine.map(of), theirs.map(of)),
		);
		const name = `${cell} / ${other}`;
		const named = aim === undefined ? {} : { aim: { atLeast: aim } };
		if (rate !== undefined) tellFigure({ group: title, name, ...rate, ...named });
		if (cpu !== undefined) tellFigure({ group: title, name: `${name}, by CPU time`, ...cpu });
	}
}
