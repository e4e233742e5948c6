/** Limits of a connection, in milliseconds. */
export interface PusherTimes {
	/** For TCP, TLS and WebSocket, and once more for the server's greeting. */
	readonly connectMs: number;
	/** For the server's word on one channel. */
	readonly subscribeMs: number;
	/** Silence after which the server is asked, where it does not want it sooner. */
	readonly silenceMs: number;
	/** For its answer. */
	readonly answerMs: number;
}

/**
 * As pusher-js has them (`activityTimeout`, `pongTimeout`), the rest as everywhere in this package.
 *
 * @see https://github.com/pusher/pusher-js src/core/defaults.ts
 */
export const PUSHER_TIMES: PusherTimes = {
	connectMs: 10_000,
	subscribeMs: 10_000,
	silenceMs: 120_000,
	answerMs: 30_000,
};
