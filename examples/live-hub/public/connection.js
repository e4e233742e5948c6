// @ts-check
/**
 * Keeps the page connected to the hub and hands over every event once: after a pause the hub sends
 * what came after the last position this page has seen.
 */

/**
 * @typedef {import('./describe.js').EventRecord} EventRecord
 * @typedef {'connecting' | 'connected' | 'reconnecting' | 'offline'} State
 * @typedef {{ run: string, limit: number, lost: number, records: EventRecord[] }} CatchUp
 * @typedef {{
 *   onState(state: State, refusal?: string): void,
 *   onEvents(records: EventRecord[], caughtUp: boolean): void,
 *   onGap(gap: { lost: number, restarted: boolean }): void,
 *   onLimit(limit: number): void,
 * }} Page
 */

/** The hub answers within milliseconds, so the page asks often. In milliseconds. */
const RETRY = { reconnectionDelay: 500, reconnectionDelayMax: 3000, timeout: 5000 };

/** @param {Page} page */
export function connect({ onState, onEvents, onGap, onLimit }) {
	/** @type {{ run: string | undefined, position: number }} */
	const seen = { run: undefined, position: 0 };
	// @ts-expect-error The hub serves socket.io's client, which defines `io`.
	const socket = globalThis.io('/live', {
		...RETRY,
		auth: (/** @type {(data: object) => void} */ give) => give({ ...seen }),
	});

	/** @param {EventRecord[]} records @param {boolean} caughtUp */
	function take(records, caughtUp) {
		const fresh = records.filter(({ position }) => position > seen.position);
		seen.position = fresh.at(-1)?.position ?? seen.position;
		if (fresh.length > 0) onEvents(fresh, caughtUp);
	}

	function tellState() {
		if (socket.connected) onState('connected');
		else if (!navigator.onLine) onState('offline');
		else onState(seen.run === undefined ? 'connecting' : 'reconnecting');
	}

	function retryNow() {
		if (!socket.connected) socket.disconnect().connect();
		tellState();
	}

	socket.on('catchup', (/** @type {CatchUp} */ { run, limit, lost, records }) => {
		const firstVisit = seen.run === undefined;
		const restarted = !firstVisit && seen.run !== run;
		if (seen.run !== run) Object.assign(seen, { run, position: 0 });
		onLimit(limit);
		// What the hub dropped before this page was opened is no gap.
		if (!firstVisit && (lost > 0 || restarted)) onGap({ lost, restarted });
		take(records, true);
		tellState();
	});
	socket.on('event', (/** @type {EventRecord} */ record) => take([record], false));

	socket.on('disconnect', (/** @type {string} */ reason) => {
		tellState();
		// Socket.IO retries by itself except where the server closed the connection on purpose.
		if (reason === 'io server disconnect') setTimeout(retryNow, RETRY.reconnectionDelay);
	});
	socket.on('connect_error', (/** @type {Error} */ { message }) => {
		// A refusal by the hub itself is final for Socket.IO; the hub may be started anew.
		const refused = !socket.active;
		onState(navigator.onLine ? 'reconnecting' : 'offline', refused ? message : undefined);
		if (refused) setTimeout(retryNow, RETRY.reconnectionDelayMax);
	});
	addEventListener('online', retryNow);
	addEventListener('offline', tellState);
	// A phone that wakes up should not wait for the next attempt.
	document.addEventListener('visibilitychange', () => {
		if (document.visibilityState === 'visible') retryNow();
	});
}
