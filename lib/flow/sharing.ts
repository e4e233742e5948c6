import { RateLimit } from './rates';

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

interface FreshValueOptions {
	/** How long a value is used without asking again, in milliseconds. */
	readonly lifetimeMs: number;
	/** How many times it may be asked for again before its time, at once and per second. */
	readonly earlyLoads: { readonly burst: number; readonly perSecond: number };
	/** Milliseconds since any moment, for tests. @default performance.now, by which `since` counts too */
	readonly now?: () => number;
}

/**
 * A value that is costly to load and may change at any time without telling. It is loaded once for
 * all who ask meanwhile, kept for a moment, and dropped when its time is over even if nobody asks.
 *
 * Whoever finds that the value does not fit may ask for a newer one; so that this cannot be used to
 * cause load, such requests are limited.
 */
export class FreshValue<T> {
	private held: { readonly value: Promise<T>; readonly loadedAt: number } | undefined;

	private readonly earlyLoads: RateLimit;

	private readonly now: () => number;

	constructor(private readonly options: FreshValueOptions) {
		this.now = options.now ?? (() => performance.now());
		const { burst, perSecond } = options.earlyLoads;
		this.earlyLoads = new RateLimit(burst, perSecond, this.now);
	}

	/** The value, loaded where it is not fresh. Throws what `load` throws, which is not kept. */
	async get(load: () => Promise<T>): Promise<T> {
		const { held } = this;
		if (held !== undefined && this.now() - held.loadedAt < this.options.lifetimeMs) {
			return await held.value;
		}
		return await this.load(load);
	}

	/**
	 * A value that was loaded after the given time.
	 *
	 * @param since by the same clock
	 * @returns undefined where the one that `get` gives is that new already, or the limit is reached
	 */
	async getNewer(load: () => Promise<T>, since: number): Promise<{ value: T } | undefined> {
		if (this.held !== undefined && this.held.loadedAt >= since) return undefined;
		if (!this.earlyLoads.take()) return undefined;
		return { value: await this.load(load) };
	}

	private async load(load: () => Promise<T>): Promise<T> {
		const held = { value: load(), loadedAt: this.now() };
		this.held = held;
		const drop = () => {
			if (this.held === held) this.held = undefined;
		};
		setTimeout(drop, this.options.lifetimeMs).unref();
		held.value.catch(drop);
		return await held.value;
	}
}
