import type { Host } from './host';
import type { Lane } from './lane';
import { Queue } from './queue';

/** Whose turn it is: one host after the other, and within a host one subscriber after the other. */
export class Turns {
	private readonly hosts = new Queue<Host>();

	/** @param perSubscriber requests at a time to one subscriber, slow ones included */
	constructor(private readonly perSubscriber: number) {}

	/** Puts a subscriber in line, where it has something to send and may. */
	offer(lane: Lane, now: number): void {
		const may = lane.closedBy === undefined && lane.pausedUntil <= now;
		if (!lane.queued && may && lane.waiting > 0 && lane.inFlight < this.perSubscriber) {
			lane.queued = true;
			lane.host.turns.push(lane);
		}
		this.offerHost(lane.host);
	}

	/** Puts a host in line, where it has a subscriber in line and room. */
	offerHost(host: Host): void {
		if (host.queued || host.turns.size === 0 || !host.hasRoom) return;
		host.queued = true;
		this.hosts.push(host);
	}

	/** The next subscriber; it leaves the line. */
	next(): Lane | undefined {
		for (let host = this.hosts.shift(); host !== undefined; host = this.hosts.shift()) {
			host.queued = false;
			const lane = host.hasRoom ? host.turns.shift() : undefined;
			this.offerHost(host);
			if (lane === undefined) continue;
			lane.queued = false;
			return lane;
		}
		return undefined;
	}
}
