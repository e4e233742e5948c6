// @ts-check
import { listen, parse } from './webSocketSource.js';

/** The server says after how many seconds of silence to ask; twice the usual 120 is surely dead. */
const STALE_MS = 240_000;
/** In between, a ping keeps proxies from closing the connection. */
const PING_MS = 60_000;

/**
 * Listens on a public channel of a Pusher server (soketi, Laravel Reverb).
 *
 * @param {{ url: string, channel: string }} source
 * @param {import('./connection.js').Page} page
 */
export function listenPusher(source, page) {
	/** @type {ReturnType<typeof setInterval> | undefined} */
	let pinging;
	listen(
		source,
		{
			subprotocols: [],
			staleMs: STALE_MS,
			hear({ event, channel, data }, send) {
				if (event === 'pusher:connection_established') {
					send({ event: 'pusher:subscribe', data: { channel: source.channel } });
					clearInterval(pinging);
					pinging = setInterval(() => send({ event: 'pusher:ping', data: {} }), PING_MS);
				}
				if (event === 'pusher:ping') send({ event: 'pusher:pong', data: {} });
				if (event === 'pusher:error') return { refused: String(parse(data).message ?? 'refused') };
				if (event === 'pusher_internal:subscription_succeeded') return { subscribed: true };
				const isOurs = channel === source.channel && !String(event).startsWith('pusher');
				return isOurs ? { event: data } : {};
			},
		},
		page,
	);
}
