/**
 * Divides messages into lanes that may run at the same time: messages that share a key, directly or
 * through others, are in the same lane and stay in order.
 *
 * @param messages each as its parts
 * @param keysOf the channels of a part
 * @param most lanes at most
 */
export function lanesOf<T>(
	messages: ReadonlyArray<readonly T[]>,
	keysOf: (part: T) => readonly string[],
	most: number,
): T[][] {
	const groups = new Groups();
	for (const parts of messages) groups.join(parts.flatMap(keysOf));
	const lanes: T[][] = Array.from({ length: most }, () => []);
	const laneOf = new Map<string, T[]>();
	const sizes = new Map<string, number>();
	const groupOf = (parts: readonly T[]) => groups.of(parts.flatMap(keysOf)[0] ?? '');
	for (const parts of messages) {
		const group = groupOf(parts);
		sizes.set(group, (sizes.get(group) ?? 0) + parts.length);
	}
	// The largest first, each into what is the emptiest lane so far.
	const loads = lanes.map((lane) => ({ lane, load: 0 }));
	for (const [group, size] of [...sizes].sort(([, a], [, b]) => b - a)) {
		const emptiest = loads.reduce((least, each) => (each.load < least.load ? each : least));
		emptiest.load += size;
		laneOf.set(group, emptiest.lane);
	}
	for (const parts of messages) laneOf.get(groupOf(parts))?.push(...parts);
	return lanes.filter((lane) => lane.length > 0);
}

/** Sets that grow together: union-find with path halving. */
class Groups {
	private readonly parents = new Map<string, string>();

	join(keys: readonly string[]): void {
		const [first, ...rest] = keys;
		if (first === undefined) return;
		const root = this.of(first);
		for (const key of rest) this.parents.set(this.of(key), root);
	}

	of(key: string): string {
		let at = key;
		for (;;) {
			const parent = this.parents.get(at);
			if (parent === undefined) {
				this.parents.set(at, at);
				return at;
			}
			if (parent === at) return at;
			const grandparent = this.parents.get(parent) ?? parent;
			this.parents.set(at, grandparent);
			at = grandparent;
		}
	}
}
