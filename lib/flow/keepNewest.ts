/**
 * Sets a key as the newest of a map that is bounded: the oldest ones beyond `capacity` give way.
 *
 * @param capacity entries that the map may have
 */
export function keepNewest<Key, Value>(
	map: Map<Key, Value>,
	key: Key,
	value: Value,
	capacity: number,
): void {
	map.delete(key);
	map.set(key, value);
	for (const oldest of map.keys()) {
		if (map.size <= capacity) return;
		map.delete(oldest);
	}
}
