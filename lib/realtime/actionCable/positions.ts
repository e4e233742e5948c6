import type { StreamPosition, ServerClock } from './frame';

/** What a client asks AnyCable's history for. */
export interface HistoryRequest {
	/** Unix seconds: for streams of which no position is known. */
	readonly since: number;
	readonly streams: Readonly<Record<string, { readonly epoch: string; readonly offset: number }>>;
}

/** A message of another stream may have been sent before this one and come after it. */
const OTHER_STREAMS_LAG_SECONDS = 2;

interface Seen {
	readonly epoch: string;
	readonly offset: number;
	/** Unix seconds. */
	readonly at: number;
	/** Counts a stream's numbering: the Unix second in which it began anew, 0 for the first. */
	readonly numbering: number;
}

/** Streams of which the position is kept; of the others AnyCable is asked by time. */
const MAX_STREAMS = 50;

/** Copies come within moments of each other; after this a lower offset is a new numbering. */
const COPIES_WITHIN_SECONDS = 60;

/**
 * The newest position in each AnyCable stream. It is kept as a cursor, in JSON, behind what n8n has
 * stored.
 *
 * @see https://github.com/anycable/anycable/blob/master/docs/reliable_streams.md
 */
export class StreamPositions {
	private constructor(
		private readonly host: string,
		/** Unix seconds of the server's clock up to which all was seen. */
		private since: number,
		private readonly streams: Map<string, Seen>,
	) {}

	/** Positions of a listener that has seen nothing yet. */
	static from(host: string, now: number): StreamPositions {
		return new StreamPositions(host, now, new Map());
	}

	/** @returns undefined for a cursor of another server */
	static read(cursor: string, host: string): StreamPositions | undefined {
		try {
			const kept = JSON.parse(cursor) as { host?: unknown; since?: unknown; streams?: unknown };
			if (kept.host !== host || typeof kept.since !== 'number') return undefined;
			return new StreamPositions(host, kept.since, new Map(kept.streams as Array<[string, Seen]>));
		} catch {
			return undefined;
		}
	}

	get request(): HistoryRequest {
		const known = [...this.streams].map(([stream, { epoch, offset }]) => [
			stream,
			{ epoch, offset },
		]);
		return { since: this.since, streams: Object.fromEntries(known) };
	}

	get cursor(): string {
		return JSON.stringify({ host: this.host, since: this.since, streams: [...this.streams] });
	}

	/**
	 * A message came.
	 *
	 * AnyCable numbers a stream anew, within the same epoch, when it was silent for ten times the
	 * history's lifetime (broker/memory.go, broker/redis.go). So a lower offset after a silence is
	 * another message, not a copy.
	 *
	 * @param replaying while history is being sent, older messages may come again
	 * @returns what identifies the message's place, the same for its copies
	 */
	note(
		{ stream, epoch, offset }: StreamPosition,
		{ clock, replaying }: { readonly clock: ServerClock; readonly replaying: boolean },
	): string {
		const now = clock.at(Date.now());
		const seen = this.streams.get(stream);
		const same = seen?.epoch === epoch ? seen : undefined;
		const anew =
			same !== undefined &&
			offset <= same.offset &&
			!replaying &&
			now - same.at > COPIES_WITHIN_SECONDS;
		const numbering = anew ? now : (same?.numbering ?? 0);
		if (same === undefined || anew || offset > same.offset) {
			// Deleted first, so that the Map stays in the order of the last message.
			this.streams.delete(stream);
			this.streams.set(stream, { epoch, offset, at: now, numbering });
			const [oldest] = this.streams.keys();
			if (this.streams.size > MAX_STREAMS && oldest !== undefined) this.streams.delete(oldest);
		}
		if (clock.isKnown) this.since = Math.max(this.since, now - OTHER_STREAMS_LAG_SECONDS);
		return [stream, epoch, offset, ...(numbering === 0 ? [] : [numbering])].join('/');
	}
}
