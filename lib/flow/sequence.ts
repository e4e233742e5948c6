/** A task, and the lane that it runs in. */
interface LaneTask<T> {
	readonly lane: string;
	run(): Promise<T>;
}

/**
 * Runs tasks with so many lanes at a time at most; tasks of one lane run one after the other.
 *
 * @param mayStart asked before each task; once it says no, no more are started
 * @returns outcomes in the order of the tasks, undefined for those that were not started
 */
export async function inLanes<T>(
	tasks: ReadonlyArray<LaneTask<T>>,
	{ most, mayStart }: { readonly most: number; readonly mayStart: () => boolean },
): Promise<Array<PromiseSettledResult<T> | undefined>> {
	const lanes = new Map<string, number[]>();
	for (const [index, { lane }] of tasks.entries()) {
		const indexes = lanes.get(lane);
		if (indexes === undefined) lanes.set(lane, [index]);
		else indexes.push(index);
	}
	const outcomes = new Array<PromiseSettledResult<T> | undefined>(tasks.length).fill(undefined);
	const waiting = lanes.values();
	const work = async (): Promise<void> => {
		// One iterator for all workers: each takes the next lane that nobody has.
		for (const lane of waiting) {
			for (const index of lane) {
				if (!mayStart()) return;
				const task = tasks[index];
				if (task !== undefined) [outcomes[index]] = await Promise.allSettled([task.run()]);
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(most, lanes.size) }, work));
	return outcomes;
}

const tails = new Map<string, Promise<void>>();

/**
 * Runs the tasks of a name one after the other, within this process: for what is read, changed and
 * written back, where two at the same moment would each undo what the other did.
 */
export async function inTurn<T>(name: string, task: () => Promise<T>): Promise<T> {
	const result = (tails.get(name) ?? Promise.resolve()).then(task);
	const tail = result.then(
		() => undefined,
		() => undefined,
	);
	tails.set(name, tail);
	try {
		return await result;
	} finally {
		if (tails.get(name) === tail) tails.delete(name);
	}
}

/**
 * Puts entries into a random order.
 *
 * @param random 0 to 1
 */
export function shuffle<T>(entries: Iterable<T>, random: () => number): T[] {
	return [...entries]
		.map((entry) => ({ entry, place: random() }))
		.sort((a, b) => a.place - b.place)
		.map(({ entry }) => entry);
}
