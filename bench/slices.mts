import { median } from './load.mts';
import type { Round, Rounds } from './rounds.mts';

/** One way of doing work that takes microseconds. */
export interface Step {
	readonly name: string;
	/**
	 * Makes ready for a round; not measured.
	 *
	 * @returns what does the work once; a promise is waited for
	 */
	prepare(): () => unknown;
}

/** Milliseconds that one slice is to take: far less than what the system gives a process at a time. */
const SLICE_MS = 0.3;

/** Of each step in a round. */
export const SLICES = 100;

/** Milliseconds in which is found out how often a step is done in a slice. */
const TRIAL_MS = 30;

/**
 * Measures work of microseconds: each round is many slices of all steps in turn, each a fraction of a
 * millisecond, so that what else the machine does falls on all of them alike. In one long run after the
 * other, one step meets what another is spared. The order is turned round each round, and a first round that
 * does not count warms everything up.
 *
 * @returns the rate of a round's median slice, and the processor time of all its slices: what a step leaves to
 * the garbage collector is in that
 */
export async function measureSlices(steps: readonly Step[], rounds: number): Promise<Rounds> {
	const all = new Map<string, Round[]>(steps.map(({ name }) => [name, []]));
	const times = new Map<string, number>();
	for (const { name, prepare } of steps) times.set(name, await timesInSlice(prepare()));
	for (let round = 0; round <= rounds; round += 1) {
		const ready = steps.map(({ name, prepare }) => ({
			name,
			once: prepare(),
			times: times.get(name) ?? 1,
			slices: [] as Round[],
		}));
		const order = round % 2 === 0 ? ready : ready.reverse();
		for (let slice = 0; slice < SLICES; slice += 1) {
			for (const { once, times, slices } of order) slices.push(await runSlice(once, times));
		}
		if (round === 0) continue;
		for (const { name, slices } of ready) {
			const cpu = slices.reduce((sum, one) => sum + one.cpu, 0) / slices.length;
			all.get(name)?.push({ rate: median(slices.map(({ rate }) => rate)), cpu });
		}
	}
	return all;
}

/** How often a step is done in one slice, by the fastest of several trials. */
async function timesInSlice(once: () => unknown): Promise<number> {
	let fastest = 0;
	for (const until = performance.now() + TRIAL_MS; performance.now() < until; ) {
		const { rate } = await runSlice(once, 5);
		fastest = Math.max(fastest, rate);
	}
	return Math.max(1, Math.round((fastest * SLICE_MS) / 1000));
}

async function runSlice(once: () => unknown, times: number): Promise<Round> {
	const before = process.cpuUsage();
	const started = performance.now();
	for (let count = 0; count < times; count += 1) {
		const pending = once();
		if (pending instanceof Promise) await pending;
	}
	const seconds = (performance.now() - started) / 1000;
	const { user, system } = process.cpuUsage(before);
	return { rate: times / seconds, cpu: (user + system) / times };
}
