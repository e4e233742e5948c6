/** A task, and the lane that it runs in. */
export interface LaneTask<T> {
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
