import { createHash } from 'node:crypto';

/** How a pool treats the connections it holds. */
export interface PoolOptions<C> {
	/** False for a connection that broke: it is dropped and the next user gets a new one. */
	isUsable(connection: C): boolean;
	/** Ends a connection; errors are the connection's own business and must not be thrown. */
	close(connection: C): void;
	/**
	 * Milliseconds that an unused connection stays open.
	 * @default 30_000
	 */
	idleMs?: number;
}

/** The right to use a connection until `release()`; releasing twice is harmless. */
export interface Lease<C> {
	readonly connection: C;
	release(): void;
}

interface Entry<C> {
	readonly opening: Promise<C>;
	connection?: C;
	users: number;
	idleTimer?: NodeJS.Timeout;
}

/** Long enough for the next execution of a busy workflow, short enough not to hold servers busy. */
const DEFAULT_IDLE_MS = 30_000;

/**
 * Key of a connection, equal for equal parts. A hash, because the parts hold secrets.
 *
 * @param parts - everything that makes connections differ, as JSON
 */
export function connectionKey(parts: readonly unknown[]): string {
	return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * One connection a key, shared by all that ask for it at the same time or within the idle time.
 * The idle timers do not keep the process alive.
 */
export class ConnectionPool<C> {
	private readonly entries = new Map<string, Entry<C>>();

	constructor(private readonly options: PoolOptions<C>) {}

	/** Number of connections that are open, opening, or broken and not yet dropped. */
	get size(): number {
		return this.entries.size;
	}

	/**
	 * Takes the key's connection, opening it where there is none that works.
	 *
	 * @param open - called at most once for all who wait; its rejection reaches each of them and is
	 * not kept, so that the next call tries again
	 */
	async acquire(key: string, open: () => Promise<C>): Promise<Lease<C>> {
		const entry = this.usableEntry(key) ?? this.openEntry(key, open);
		entry.users += 1;
		clearTimeout(entry.idleTimer);
		const connection = await entry.opening;
		let released = false;
		return {
			connection,
			release: () => {
				if (released) return;
				released = true;
				entry.users -= 1;
				if (entry.users === 0) this.rest(key, entry);
			},
		};
	}

	/** Closes every connection, also those in use or still opening. The pool stays usable. */
	closeAll(): void {
		for (const [key, entry] of this.entries) this.drop(key, entry);
	}

	private usableEntry(key: string): Entry<C> | undefined {
		const entry = this.entries.get(key);
		if (entry?.connection === undefined || this.options.isUsable(entry.connection)) return entry;
		this.drop(key, entry);
		return undefined;
	}

	private openEntry(key: string, open: () => Promise<C>): Entry<C> {
		const entry: Entry<C> = { opening: open(), users: 0 };
		this.entries.set(key, entry);
		entry.opening.then(
			(connection) => {
				entry.connection = connection;
				// closeAll() came while it was opening.
				if (this.entries.get(key) !== entry) this.options.close(connection);
			},
			() => this.drop(key, entry),
		);
		return entry;
	}

	/** Nobody uses the connection: keep it for a while if it is still the key's own and works. */
	private rest(key: string, entry: Entry<C>): void {
		const { connection } = entry;
		if (connection === undefined || this.entries.get(key) !== entry) return;
		if (!this.options.isUsable(connection)) {
			this.drop(key, entry);
			return;
		}
		const idleMs = this.options.idleMs ?? DEFAULT_IDLE_MS;
		entry.idleTimer = setTimeout(() => this.drop(key, entry), idleMs).unref();
	}

	private drop(key: string, entry: Entry<C>): void {
		clearTimeout(entry.idleTimer);
		if (this.entries.get(key) === entry) this.entries.delete(key);
		if (entry.connection !== undefined) this.options.close(entry.connection);
	}
}
