/** Limits of a connection, in milliseconds. */
export interface PusherTimes {
	/** For TCP, TLS and WebSocket, and once more for the server's greeting. */
	readonly connectMs: number;
	/** For an answer for which the server asks its other nodes: Reverb gives them 10 seconds. */
	readonly gatherMs: number;
	/** For the server's word on one channel. */
	readonly subscribeMs: number;
	/** Silence after which the server is asked, where it does not want it sooner. */
	readonly silenceMs: number;
	/** For its answer. */
	readonly answerMs: number;
	/** The longest of the first waits for room at a server that is full; each may be half as long. */
	readonly fullFirstMs: number;
	readonly fullLongestMs: number;
	/** The same, for what a limit of messages takes: Reverb's window is a minute as a rule. */
	readonly limitedFirstMs: number;
	readonly limitedLongestMs: number;
}

/**
 * As pusher-js has them (`activityTimeout`, `pongTimeout`), the rest as everywhere in this package.
 *
 * @see https://github.com/pusher/pusher-js src/core/defaults.ts
 */
export const PUSHER_TIMES: PusherTimes = {
	connectMs: 10_000,
	gatherMs: 15_000,
	subscribeMs: 10_000,
	silenceMs: 120_000,
	answerMs: 30_000,
	fullFirstMs: 20_000,
	fullLongestMs: 60_000,
	limitedFirstMs: 10_000,
	limitedLongestMs: 60_000,
};
