import { gap } from './hints';
import type { Gap } from './storedEvent';

/** Counts the ids that n8n has given out and shows nothing under. */
export class IdHoles {
	private seen = 0;

	private lowest = Number.POSITIVE_INFINITY;

	private highest = 0;

	/** @param newest later ids may belong to what has only just started */
	constructor(private readonly newest: number) {}

	/** Each id once. */
	see(id: number): void {
		if (id > this.newest) return;
		this.seen += 1;
		this.lowest = Math.min(this.lowest, id);
		this.highest = Math.max(this.highest, id);
	}

	gap(): Gap | undefined {
		const count = this.seen === 0 ? 0 : this.highest - this.lowest + 1 - this.seen;
		return count > 0 ? gap('missing', { count }) : undefined;
	}
}
