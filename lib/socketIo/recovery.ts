/** Where a connection can be taken up again: socket.io's connection state recovery. */
export interface RecoveryPoint {
	/** The session's private id, which the server gave with its confirmation. */
	readonly pid: string;
	/** The server's id of an event that arrived in the session. */
	readonly offset: string;
	/** When it arrived, in milliseconds since 1970. */
	readonly at: number;
}

/**
 * Below the two minutes for which servers keep events by default (`maxDisconnectionDuration`), with
 * room for the time until the connection is made again.
 */
const FRESH_MS = 60_000;

/**
 * What the ids that adapters give look like: socket.io-adapter's time in base 64 (`PQ8Xf3a`,
 * `PQ8Xf3a.0`), a Redis stream's (`1735689600000-0`), MongoDB's (24 hex digits). Not only these,
 * since any adapter may have its own; but text with blanks, for example, is none.
 */
const OFFSET = /^[\w.:-]{7,64}$/;

/** Parts an event's arguments from the recovery offset. */
export interface ArgumentsAndOffset {
	readonly args: unknown[];
	readonly offset: string | undefined;
}

/**
 * Takes the offset off that a server with connection state recovery adds as a last argument to every
 * event that it keeps, and that socket.io-client hands on like any other argument.
 *
 * @param args as handed over, without the acknowledgement function
 * @param recoverable whether the server keeps the event: it gave the socket a private id, and asks for
 * no acknowledgement
 * @see https://github.com/socketio/socket.io/blob/main/packages/socket.io-adapter/lib/in-memory-adapter.ts
 */
export function takeOffset(args: readonly unknown[], recoverable: boolean): ArgumentsAndOffset {
	const last = args.at(-1);
	if (!recoverable || typeof last !== 'string' || !OFFSET.test(last)) {
		return { args: [...args], offset: undefined };
	}
	return { args: args.slice(0, -1), offset: last };
}

/** Remembers, from one connection to the next, what the server can be asked to make up for. */
export class Recovery {
	private newest: RecoveryPoint | undefined;

	private over: string | undefined;

	/** An event arrived. @returns the cursor of the event */
	received(point: RecoveryPoint): string {
		this.newest = point;
		return JSON.stringify(point);
	}

	/** A session is not to be taken up again, not even from a stored cursor. */
	forget(pid: string | undefined): void {
		this.newest = undefined;
		this.over = pid;
	}

	/**
	 * From which event on the server is asked for what it sent since: the newest stored one, or, where
	 * the server will hardly have that any more, the newest one that arrived.
	 *
	 * @param cursor of the newest event that is stored
	 * @param now milliseconds since 1970
	 */
	point(cursor: string | undefined, now: number): RecoveryPoint | undefined {
		const read = readPoint(cursor);
		const stored = read?.pid === this.over ? undefined : read;
		if (this.newest === undefined || stored === undefined) return this.newest ?? stored;
		const isFresh = stored.pid === this.newest.pid && now - stored.at <= FRESH_MS;
		return isFresh ? stored : this.newest;
	}
}

/** A cursor may be of another transport that the node listened on before. */
function readPoint(cursor: string | undefined): RecoveryPoint | undefined {
	try {
		const { pid, offset, at } = JSON.parse(cursor ?? '') as Partial<Record<string, unknown>>;
		if (typeof pid !== 'string' || typeof offset !== 'string' || typeof at !== 'number') {
			return undefined;
		}
		return { pid, offset, at };
	} catch {
		return undefined;
	}
}
