interface Flight {
	readonly current: Promise<unknown>;
	/** The load that begins when the present one has ended, for all who asked meanwhile. */
	next?: Promise<unknown>;
}

const flights = new Map<string, Flight>();

/**
 * Loads something that many ask for at the same time, one load at a time. Nobody is given what a load
 * found that had begun before they asked: a change that they know of is always in it.
 *
 * @param key what is loaded; callers with the same key must load the same
 * @returns what `load`, or that of another caller, found
 */
export async function sharedLoad<T>(key: string, load: () => Promise<T>): Promise<T> {
	const flight = flights.get(key);
	if (flight === undefined) return await begin(key, load);
	flight.next ??= flight.current.then(
		async () => await begin(key, load),
		async () => await begin(key, load),
	);
	return (await flight.next) as T;
}

function begin<T>(key: string, load: () => Promise<T>): Promise<T> {
	const current = load();
	const flight: Flight = { current };
	flights.set(key, flight);
	const end = () => {
		if (flight.next === undefined && flights.get(key) === flight) flights.delete(key);
	};
	current.then(end, end);
	return current;
}
