import type { RealtimeFailure } from '../../net/failure';
import { PusherClosure } from './closeFailure';

/** Of what a limit lets through, the part that subscriptions take: pings count as well. */
const SHARE = 0.75;

/**
 * How many channels a server lets one connection subscribe at once. Most have no limit; Laravel Reverb
 * can have one that ends the connection without a word (`terminate_on_limit`), which is seen by its
 * ending twice at the same place. Kept over connections.
 */
export class SubscriptionPace {
	/** Channels at once; then the window of the limit has to pass. */
	atOnce = Infinity;

	private endedAfter: number | undefined;

	/**
	 * A connection ended while it subscribed.
	 *
	 * @param confirmed channels that it had subscribed
	 * @returns whether it will go more slowly from now on
	 */
	ended(failure: RealtimeFailure, confirmed: number): boolean {
		if (!(failure instanceof PusherClosure) || !failure.isUnexplained || confirmed === 0) {
			return false;
		}
		const isSame = this.endedAfter === confirmed;
		this.endedAfter = confirmed;
		if (!isSame) return false;
		this.endedAfter = undefined;
		this.atOnce = Math.max(1, Math.floor(Math.min(confirmed, this.atOnce) * SHARE));
		return true;
	}
}
