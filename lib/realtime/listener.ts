import { setTimeout as sleep } from 'node:timers/promises';
import { Rarely } from '../flow/rarely';
import { asFailure, type RealtimeFailure } from '../net/failure';
import type { CaughtUp, RealtimeConnection, RealtimeMessage, RealtimeSource } from './source';

/** A time in which events may have been missed. */
export interface Gap {
	readonly from: Date;
	readonly until: Date;
	/** Why the connection had ended. */
	readonly failure: RealtimeFailure;
}

/**
 * What a listener tells. What one of them throws is no fault of the connection: it goes on, and the
 * user is told by `warn`, at most once a minute.
 */
export interface ListenerHandlers {
	message(message: RealtimeMessage): void;
	warn(problem: string): void;
	/** Connected again; where the server has no history, what it sent meanwhile is lost. */
	reconnected(gap: Gap, caughtUp: CaughtUp): void;
	/** It will not come back by itself. Told once, and not for the very first connection. */
	died(failure: RealtimeFailure): void;
	/** Where to go on, from the newest event that is stored. */
	cursor(): string | undefined;
}

/**
 * Keeps one source connected: what passes is tried again, for ever and quietly; what cannot pass is
 * told once.
 */
export class Listener {
	private readonly closing = new AbortController();

	private connection: RealtimeConnection | undefined;

	/** When somebody listened before the first connection. */
	private since: Date | undefined;

	private readonly rarely = new Rarely(60_000);

	/** @param backoff for tests */
	constructor(
		private readonly source: RealtimeSource,
		private readonly handlers: ListenerHandlers,
		private readonly backoff: Backoff = new Backoff(),
	) {}

	/** What the present connection made up for; undefined while there is none. */
	get caughtUp(): CaughtUp | undefined {
		return this.closing.signal.aborted ? undefined : this.connection?.caughtUp;
	}

	/**
	 * Starts. Resolves when connected, or when the first attempt failed in a way that may pass; then
	 * it goes on trying.
	 *
	 * @param missing since when nobody has listened, where somebody did before
	 * @throws {RealtimeFailure} where the first attempt was refused for good
	 */
	async start(missing?: Omit<Gap, 'until'>): Promise<void> {
		const startedAt = missing?.from ?? new Date();
		this.since = missing?.from;
		try {
			const connection = await this.connect();
			if (missing !== undefined) {
				this.reconnected({ ...missing, until: new Date() }, connection.caughtUp);
			}
			void this.keep(connection, undefined);
		} catch (error) {
			const failure = asFailure(error);
			if (this.closing.signal.aborted) return;
			if (failure.permanent) throw failure;
			this.warn(`${failure.message}. Trying again.`);
			void this.keep(undefined, { from: startedAt, failure });
		}
	}

	/** Closes at once; nothing is told afterwards. */
	close(): void {
		this.closing.abort();
		this.connection?.close();
	}

	/** Runs until closed or dead: waits for the end of a connection, then makes the next one. */
	private async keep(
		first: RealtimeConnection | undefined,
		lost: { readonly from: Date; readonly failure: RealtimeFailure } | undefined,
	): Promise<void> {
		let connection = first;
		let missing = lost;
		while (!this.closing.signal.aborted) {
			try {
				if (connection === undefined) {
					await this.wait(this.backoff.next(missing?.failure.retryAfterMs));
					connection = await this.connect();
					if (missing !== undefined) {
						this.reconnected({ ...missing, until: new Date() }, connection.caughtUp);
					}
					missing = undefined;
				}
				const since = Date.now();
				const failure = await connection.ended;
				if (this.closing.signal.aborted) return;
				this.backoff.ended(Date.now() - since);
				missing = { from: new Date(), failure };
				if (failure.permanent) return this.died(failure);
			} catch (error) {
				connection?.close();
				if (this.closing.signal.aborted) return;
				const failure = asFailure(error);
				if (failure.permanent) return this.died(failure);
				missing = { from: missing?.from ?? new Date(), failure };
			}
			connection = undefined;
			this.connection = undefined;
		}
	}

	private async connect(): Promise<RealtimeConnection> {
		const { signal } = this.closing;
		signal.throwIfAborted();
		const sink = {
			message: (message: RealtimeMessage) => {
				if (signal.aborted) return;
				this.guarded('an event could not be passed to n8n', () => this.handlers.message(message));
			},
			warn: (problem: string) => {
				if (!signal.aborted) this.warn(problem);
			},
		};
		const cursor = this.guarded('the position to continue from is unknown', () =>
			this.handlers.cursor(),
		);
		const { since } = this;
		const connection = await this.source.connect(sink, { signal, cursor, since });
		this.connection = connection;
		if (signal.aborted) connection.close();
		return connection;
	}

	private reconnected(gap: Gap, caughtUp: CaughtUp): void {
		this.guarded('the reconnection could not be reported', () =>
			this.handlers.reconnected(gap, caughtUp),
		);
	}

	private died(failure: RealtimeFailure): void {
		this.guarded(`the end of the connection could not be reported (${failure.message})`, () =>
			this.handlers.died(failure),
		);
	}

	/** Runs a handler; a fault of its own is told, and ends nothing. */
	private guarded<T>(what: string, run: () => T): T | undefined {
		try {
			return run();
		} catch (error) {
			const said = error instanceof Error ? error.message : String(error);
			this.rarely.tell(what, `${what}: ${said}`, (words) => this.warn(words));
			return undefined;
		}
	}

	private warn(problem: string): void {
		try {
			this.handlers.warn(problem);
		} catch {
			// There is nobody else to tell, and the connection works.
		}
	}

	private async wait(milliseconds: number): Promise<void> {
		await sleep(milliseconds, undefined, { signal: this.closing.signal });
	}
}

/** A server that asks for more patience than this gets no more than this. */
const LONGEST_ASKED_MS = 5 * 60_000;

/** A connection that stood for so long was a good one: the next fault starts from the beginning. */
const GOOD_AFTER_MS = 10_000;

/** Waits between attempts, in milliseconds, before chance shortens them. */
interface BackoffTimes {
	/** The first wait; each further one is twice as long. */
	readonly firstMs: number;
	readonly longestMs: number;
}

const TIMES: BackoffTimes = { firstMs: 1_000, longestMs: 30_000 };

/**
 * How long to wait before the next attempt: 1 s, doubled up to 30 s unless told otherwise, each
 * shortened by chance by up to a half.
 */
export class Backoff {
	private attempts = 0;

	/** @param random 0 to 1, for tests */
	constructor(
		private readonly random: () => number = Math.random,
		private readonly times: BackoffTimes = TIMES,
	) {}

	/** @param durationMs how long the last connection stood, 0 where there was none */
	ended(durationMs: number): void {
		if (durationMs >= GOOD_AFTER_MS) this.reset();
	}

	/** It worked: the next wait is the first one again. */
	reset(): void {
		this.attempts = 0;
	}

	/**
	 * Milliseconds until the next attempt. Jitter, so that a thousand listeners do not come back to a
	 * server that was restarted in the same second.
	 *
	 * @param askedMs what the server asked for; 0: at once, which is granted once
	 */
	next(askedMs: number | undefined): number {
		const attempt = this.attempts;
		this.attempts += 1;
		if (askedMs === 0 && attempt === 0) return 0;
		const { firstMs, longestMs } = this.times;
		const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 10));
		const waitMs = full * (1 - this.random() / 2);
		return Math.max(waitMs, Math.min(askedMs ?? 0, LONGEST_ASKED_MS));
	}
}
