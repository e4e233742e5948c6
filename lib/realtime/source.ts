import type { ProviderEvent } from '../event/envelope';
import { Rarely } from '../flow/rarely';
import type { RealtimeFailure } from '../net/failure';

/** One event that a realtime server told. */
export interface RealtimeMessage {
	readonly event: ProviderEvent;
	/**
	 * What copies of the event have in common, over reconnects and restarts. Undefined where the
	 * server gives no identity: then each message is an event of its own.
	 */
	readonly dedupeKey?: string;
	/**
	 * Where to go on after this event, where the server has a history to ask. Kept only when n8n has
	 * stored the event and all before it.
	 */
	readonly cursor?: string;
}

/** Takes what a connection hands over, in order. Never throws. */
export interface RealtimeSink {
	message(message: RealtimeMessage): void;
	/** Something that the user should know but that ends nothing, such as one channel's refusal. */
	warn(problem: string): void;
}

/** How a connection starts. */
export interface ConnectOptions {
	/** Aborted when nobody wants the connection any more; then `connect` ends at once. */
	readonly signal: AbortSignal;
	/** The newest cursor that was kept; undefined: from now on. */
	readonly cursor: string | undefined;
	/** Where there is no cursor: since when a history is to be asked; undefined: from now on. */
	readonly since?: Date;
}

/** All, nothing, or what a history shows of it. */
export type CaughtUp = boolean | PartlyCaughtUp;

/** What was made up for from a history that does not show everything. */
export interface PartlyCaughtUp {
	/** A sentence or more: what came back, and what is lost. */
	readonly summary: string;
	/** The same for programs, in the `data` of `realtime.gap`. */
	readonly details: Readonly<Record<string, unknown>>;
}

/** A connection that is subscribed to all that was asked for. */
export interface RealtimeConnection {
	/** Resolves, never rejects, when the connection has ended by itself. */
	readonly ended: Promise<RealtimeFailure>;
	/** Whether events from before this connection were made up for from a history. */
	readonly caughtUp: CaughtUp;
	/** Closes at once; nothing is handed over afterwards. */
	close(): void;
}

/** One realtime server with all that is listened to there. */
export interface RealtimeSource {
	/** For messages: what is listened to and where, such as `Pusher channels at ws.example.com`. */
	readonly name: string;
	/**
	 * Connects and subscribes; resolves when the server has confirmed.
	 *
	 * @throws {RealtimeFailure} of which `permanent` says whether to try again
	 */
	connect(sink: RealtimeSink, options: ConnectOptions): Promise<RealtimeConnection>;
}

const MINUTE_MS = 60_000;

const WORDS = 'the server sent data that could not be read, and it was dropped';

/**
 * Keeps what a server sends from throwing inside of a socket's listener, where nobody catches it: JSON
 * of another form than the protocol's (an object where a text is expected) reaches code that was
 * written for the protocol's. Every source reads its frames through one of these, which it keeps over
 * its connections.
 */
export class FrameGuard {
	private readonly rarely: Rarely;

	/** @param now milliseconds since 1970, for tests */
	constructor(now: () => number = Date.now) {
		this.rarely = new Rarely(MINUTE_MS, now);
	}

	/**
	 * Reads one frame. What throws is dropped, and told at most once a minute.
	 *
	 * @param warn tells the user
	 */
	read(frame: () => void, warn: (problem: string) => void): void {
		try {
			frame();
		} catch (error) {
			const said = error instanceof Error ? error.message : String(error);
			this.rarely.tell('frame', `${WORDS} (${said.slice(0, 200)})`, warn);
		}
	}
}
