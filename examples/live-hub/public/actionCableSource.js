// @ts-check
import { listen } from './webSocketSource.js';

/** Action Cable pings every 3 seconds; two that are missing mean that nobody is there. */
const STALE_MS = 6_000;

/**
 * Listens on a channel of Rails' Action Cable.
 *
 * @param {{ url: string, channel: string }} source
 * @param {import('./connection.js').Page} page
 */
export function listenActionCable(source, page) {
	listen(
		source,
		{
			subprotocols: ['actioncable-v1-json', 'actioncable-unsupported'],
			staleMs: STALE_MS,
			hear({ type, identifier, message, reason }, send) {
				if (type === 'welcome') send({ command: 'subscribe', identifier: source.channel });
				if (type === 'disconnect') return { refused: `The server closed: ${String(reason)}` };
				if (type === 'reject_subscription') return { refused: 'The channel refused this page.' };
				if (type === 'confirm_subscription') return { subscribed: true };
				return identifier === source.channel ? { event: message } : {};
			},
		},
		page,
	);
}
