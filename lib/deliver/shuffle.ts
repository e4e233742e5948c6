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
