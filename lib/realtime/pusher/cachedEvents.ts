import { createHash } from 'node:crypto';
import { isCache } from './channel';
import type { PusherFrame } from './frame';

/**
 * Cache channels greet every new subscriber with their newest event (or `pusher:cache_miss`): after a
 * reconnect that is as a rule one that was handed over before.
 *
 * @see https://pusher.com/docs/channels/using_channels/cache-channels/
 */
export class CachedEvents {
	private readonly newest = new Map<string, string>();

	private readonly expected = new Set<string>();

	/** A subscription to the channel begins. */
	expect(channel: string): void {
		if (isCache(channel)) this.expected.add(channel);
	}

	/** Whether this is the greeting, and was the channel's newest event before. */
	isRepeat({ event, channel }: PusherFrame, text: string): boolean {
		if (channel === undefined || !isCache(channel)) return false;
		if (event.startsWith('pusher_internal:')) return false;
		const isGreeting = this.expected.delete(channel);
		if (event === 'pusher:cache_miss') return false;
		const digest = createHash('sha256').update(text).digest('base64');
		const isRepeat = isGreeting && this.newest.get(channel) === digest;
		this.newest.set(channel, digest);
		return isRepeat;
	}
}
