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
