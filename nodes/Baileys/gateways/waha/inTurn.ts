const tails = new Map<string, Promise<void>>();

/**
 * Runs one task of a name after the other. WAHA replaces a session's whole configuration, so that two
 * workflows that publish at the same moment would each undo what the other did.
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
