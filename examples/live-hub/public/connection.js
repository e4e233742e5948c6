// @ts-check
/**
 * Keeps the page connected to the hub and hands over every event once: after a pause the hub sends
 * what came after the last position this page has seen.
 */

/**
 * @typedef {import('./describe.js').EventRecord} EventRecord
 * @typedef {'connecting' | 'connected' | 'reconnecting' | 'offline'} State
 * @typedef {[start: number, events: number, failed: number, refused: number]} Minute
 * @typedef {{ run: string, limit: number, lost: number, records: EventRecord[], activity: Minute[] }} CatchUp
 * @typedef {{ history: boolean, replay: boolean, historyProblem: string }} N8n what the hub can ask of n8n
 * @typedef {{
 *   onState(state: State, refusal?: string): void,
 *   onEvents(records: EventRecord[], caughtUp: boolean): void,
 *   onGap(gap: { lost: number, restarted: boolean }): void,
 *   onLimit(limit: number): void,
 *   onActivity(minutes: Minute[]): void,
 *   onN8n(n8n: N8n): void,
 * }} Page
 */

/** The hub answers within milliseconds, so the page asks often. In milliseconds. */
const RETRY = { reconnectionDelay: 500, reconnectionDelayMax: 3000, timeout: 5000 };

/** @param {Page} page */
export function connect({ onState, onEvents, onGap, onLimit, onActivity, onN8n }) {
	/** With n8n's history the list is filled again after a restart: nothing is missing. */
	let hasHistory = false;
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
		// What n8n's history told later stands before what is newer: its position is higher.
		seen.position = Math.max(seen.position, ...fresh.map(({ position }) => position));
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

	socket.on('catchup', (/** @type {CatchUp} */ { run, limit, lost, records, activity }) => {
		const firstVisit = seen.run === undefined;
		const restarted = !firstVisit && seen.run !== run;
		if (seen.run !== run) Object.assign(seen, { run, position: 0 });
		onLimit(limit);
		// What the hub dropped before this page was opened is no gap.
		if (!firstVisit && !hasHistory && (lost > 0 || restarted)) onGap({ lost, restarted });
		onActivity(activity);
		take(records, true);
		tellState();
	});
	socket.on('event', (/** @type {EventRecord} */ record) => take([record], false));

	socket.on('filled', (/** @type {Pick<CatchUp, 'records' | 'activity'>} */ filled) => {
		onActivity(filled.activity);
		take(filled.records, true);
	});
	socket.on('n8n', (/** @type {N8n} */ n8n) => {
		hasHistory = n8n.history;
		onN8n(n8n);
	});

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
