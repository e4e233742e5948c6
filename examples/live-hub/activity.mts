import type { EventEnvelope } from './envelope.mts';

/** Events of one minute: when it began, in milliseconds; events; how many of them failed; deliveries refused. */
export type Minute = [start: number, events: number, failed: number, refused: number];

interface Arrival {
	at: number;
	failed: boolean;
	/** Deliveries that this event says were refused; it is no event of its own then. */
	refused: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Most arrivals remembered: a day with one every 2 seconds has 43,200. */
const MOST = 50_000;
const FAILED = ['error', 'crashed'];

/** What arrived within a day, by arrival: also what is no longer kept. */
export class Activity {
	readonly #arrivals = new Map<string, Arrival>();

	/** Counts an event once, whatever is told of it later. */
	count(identity: string, event: EventEnvelope, receivedAt: string, status?: string): void {
		const at = this.#arrivals.get(identity)?.at ?? Date.parse(receivedAt);
		if (Number.isNaN(at)) return;
		const failed = status !== undefined && FAILED.includes(status);
		this.#arrivals.set(identity, { at, failed, refused: refusedBy(event) });
		for (const oldest of this.#arrivals.keys()) {
			if (this.#arrivals.size <= MOST) break;
			this.#arrivals.delete(oldest);
		}
	}

	/** The minutes of the last day in which something arrived. */
	perMinute(): Minute[] {
		const earliest = Date.now() - DAY_MS;
		const minutes = new Map<number, Minute>();
		for (const [identity, { at, failed, refused }] of this.#arrivals) {
			if (at < earliest) {
				this.#arrivals.delete(identity);
				continue;
			}
			const start = at - (at % MINUTE_MS);
			const minute = minutes.get(start) ?? [start, 0, 0, 0];
			if (refused === 0) minute[1] += 1;
			if (failed) minute[2] += 1;
			minute[3] += refused;
			minutes.set(start, minute);
		}
		return [...minutes.values()];
	}
}

/** An event `webhook.refused` tells of several deliveries that came to nothing. */
function refusedBy({ type, data }: EventEnvelope): number {
	if (type !== 'webhook.refused') return 0;
	const count = typeof data === 'object' && data !== null && 'refused' in data ? data.refused : 1;
	return typeof count === 'number' && count > 0 ? count : 1;
}
