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

/** Digits of the ids of socket.io-adapter, which are times in base 64. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_';

/** Milliseconds that the clocks of server and n8n may differ by. */
const CLOCKS_DIFFER_MS = 5 * 60_000;

/** So long an event may be on its way to a machine that was asleep, for example. */
const LONGEST_WAY_MS = 10 * 60_000;

/** What was missed comes within this time after a connection was opened. */
const CAUGHT_UP_AFTER_MS = 5 * 60_000;

/** The likelier a text of the sender's own looks the same, the further in front. */
const KINDS = ['mongo', 'stream', 'memory'] as const;

type OffsetKind = (typeof KINDS)[number];

/** What an id that an adapter gave says. */
interface Offset {
	readonly kind: OffsetKind;
	/** When the server sent the event, in milliseconds since 1970. */
	readonly sentAt: number;
}

/** Parts an event's arguments from the recovery offset. */
export interface ArgumentsAndOffset {
	readonly args: unknown[];
	readonly offset: string | undefined;
}

/**
 * Takes the offset off that a server with connection state recovery adds as a last argument to every
 * event that it keeps, and that socket.io-client hands on like any other argument. A volatile event is
 * not kept and has none, so that its last text is the sender's own. All adapters that keep events
 * write the time into their ids: `PQ8Xf3a`, `PQ8Xf3a.0` (in memory), `1735689600000-0` (Redis streams),
 * `65f1c0ffee65f1c0ffee65f1` (MongoDB). Only what has a form and a time of these is an offset.
 *
 * @see https://github.com/socketio/socket.io/blob/main/packages/socket.io-adapter/lib/in-memory-adapter.ts
 * @see https://github.com/socketio/socket.io/blob/main/packages/socket.io-adapter/lib/cluster-adapter.ts
 */
export class Offsets {
	private kind: OffsetKind | undefined;

	/**
	 * @param since when the oldest event may have been sent that can arrive, in milliseconds since 1970
	 * @param before an offset that the same server gave on an earlier connection
	 * @param openedAt when the connection was opened, in milliseconds since 1970: later, nothing comes
	 * that is older than its way takes
	 */
	constructor(
		private readonly since: number,
		before?: string,
		private readonly openedAt: number = Infinity,
	) {
		this.kind = before === undefined ? undefined : readOffset(before)?.kind;
	}

	/**
	 * @param args as handed over, without the acknowledgement function
	 * @param now milliseconds since 1970
	 */
	take(args: readonly unknown[], now: number): ArgumentsAndOffset {
		const last = args.at(-1);
		const offset = typeof last === 'string' ? readOffset(last) : undefined;
		if (offset === undefined || !this.isOfServer(offset, now)) {
			return { args: [...args], offset: undefined };
		}
		this.kind = offset.kind;
		return { args: args.slice(0, -1), offset: String(last) };
	}

	private isOfServer({ kind, sentAt }: Offset, now: number): boolean {
		// A server writes one kind, and is known by the one that hardly any other text looks like.
		if (this.kind !== undefined && KINDS.indexOf(kind) < KINDS.indexOf(this.kind)) return false;
		const isCaughtUp = now - this.openedAt > CAUGHT_UP_AFTER_MS;
		const oldest = isCaughtUp ? Math.max(this.since, now - LONGEST_WAY_MS) : this.since;
		return sentAt >= oldest - CLOCKS_DIFFER_MS && sentAt <= now + CLOCKS_DIFFER_MS;
	}
}

function readOffset(text: string): Offset | undefined {
	if (/^[\w-]{7}(\.[\w-]{1,4})?$/.test(text)) {
		const digits = [...text.slice(0, 7)].map((digit) => DIGITS.indexOf(digit));
		const sentAt = digits.reduce((time, digit) => time * DIGITS.length + digit, 0);
		return { kind: 'memory', sentAt };
	}
	if (/^\d{13}-\d{1,19}$/.test(text)) return { kind: 'stream', sentAt: Number(text.slice(0, 13)) };
	if (!/^[\da-f]{24}$/.test(text)) return undefined;
	return { kind: 'mongo', sentAt: Number.parseInt(text.slice(0, 8), 16) * 1000 };
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
