// @ts-check
/**
 * Keeps the page connected to a server that only speaks: Pusher protocol or Action Cable. It keeps no
 * history, so what it sent during a pause is lost, and the page says so.
 */

/** @typedef {import('./connection.js').Page} Page */

/**
 * @typedef {object} Protocol
 * @property {string[]} subprotocols
 * @property {number} staleMs a connection that is silent for so long is dead, in milliseconds
 * @property {(frame: Record<string, unknown>, send: (frame: object) => void) => Heard} hear
 */

/** What a frame means. @typedef {{ subscribed?: true, refused?: string, event?: unknown }} Heard */

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5000;

/** @param {{ url: string }} source @param {Protocol} protocol @param {Page} page */
export function listen({ url }, { subprotocols, staleMs, hear }, { onState, onEvents, onGap }) {
	let position = 0;
	let attempts = 0;
	let wasConnected = false;

	function open() {
		const socket = new WebSocket(url, subprotocols);
		/** @type {ReturnType<typeof setTimeout> | undefined} */
		let stale;
		const alive = () => {
			clearTimeout(stale);
			stale = setTimeout(() => socket.close(), staleMs);
		};
		alive();
		socket.addEventListener('message', ({ data }) => {
			alive();
			const frame = parse(data);
			const heard = hear(frame, (answer) => socket.send(JSON.stringify(answer)));
			if (heard.refused !== undefined) onState('reconnecting', heard.refused);
			if (heard.subscribed) {
				if (wasConnected) onGap({ lost: 0, restarted: true });
				wasConnected = true;
				attempts = 0;
				onState('connected');
			}
			const event = envelopeIn(heard.event);
			if (event === undefined) return;
			position += 1;
			onEvents([{ position, receivedAt: new Date().toISOString(), event }], false);
		});
		socket.addEventListener('close', () => {
			clearTimeout(stale);
			onState(navigator.onLine ? (wasConnected ? 'reconnecting' : 'connecting') : 'offline');
			const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts);
			attempts += 1;
			setTimeout(open, wait);
		});
	}
	open();
}

/** @param {unknown} text @returns {Record<string, unknown>} */
export function parse(text) {
	try {
		const value = typeof text === 'string' ? JSON.parse(text) : text;
		return typeof value === 'object' && value !== null ? value : {};
	} catch {
		return {};
	}
}

/**
 * The envelope of an event, as it is or as the `payload` of `{event, payload}`.
 * @param {unknown} value
 * @returns {import('./describe.js').EventEnvelope | undefined}
 */
function envelopeIn(value) {
	const found = parse(value);
	const envelope = typeof found.id === 'string' ? found : parse(found.payload);
	const complete = ['id', 'source', 'type'].every((name) => typeof envelope[name] === 'string');
	return complete
		? /** @type {import('./describe.js').EventEnvelope} */ (/** @type {unknown} */ (envelope))
		: undefined;
}
