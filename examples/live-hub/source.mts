/** Where the page gets its events from, if not from the hub itself. */
export interface PageSource {
	readonly protocol: 'pusher' | 'actionCable';
	/** Address of the WebSocket. */
	readonly url: string;
	/** Channel of a Pusher server, or identifier (JSON) of an Action Cable channel. */
	readonly channel: string;
}

/**
 * Reads `HUB_SOURCE`: `pusher+ws://127.0.0.1:6001/app/KEY?channel=live`, or
 * `actioncable+wss://example.com/cable?channel=LiveChannel`; further parameters of an Action Cable
 * source are those of its channel.
 *
 * @throws in words for whoever starts the hub
 */
export function readSource(text: string): PageSource {
	const [, name, address = ''] = /^(pusher|actioncable)\+(wss?:\/\/.+)$/.exec(text.trim()) ?? [];
	const url = URL.canParse(address) ? new URL(address) : undefined;
	const channel = url?.searchParams.get('channel');
	if (url === undefined || !channel) {
		throw new Error(
			'HUB_SOURCE must be such as pusher+ws://127.0.0.1:6001/app/KEY?channel=live or actioncable+wss://example.com/cable?channel=LiveChannel',
		);
	}
	const parameters = Object.fromEntries(url.searchParams);
	url.search = '';
	if (name === 'actioncable') {
		return { protocol: 'actionCable', url: url.href, channel: JSON.stringify(parameters) };
	}
	url.search = 'protocol=7&client=live-hub&version=1';
	return { protocol: 'pusher', url: url.href, channel };
}
