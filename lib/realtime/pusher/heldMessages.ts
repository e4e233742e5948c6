import type { RealtimeMessage, RealtimeSink } from '../source';

/** More must not wait in memory: a history that takes so long is asked again. */
const MOST_HELD = 10_000;

/** Holds messages back until what was missed before them has been handed over. */
export class HeldMessages implements RealtimeSink {
	private held: RealtimeMessage[] | undefined;

	private over = false;

	private lost = 0;

	constructor(
		private readonly sink: RealtimeSink,
		holds: boolean,
	) {
		this.held = holds ? [] : undefined;
	}

	message(message: RealtimeMessage): void {
		if (this.over) return;
		if (this.held === undefined) this.sink.message(message);
		else if (this.held.length < MOST_HELD) this.held.push(message);
		else this.lost += 1;
	}

	warn(problem: string): void {
		if (!this.over) this.sink.warn(problem);
	}

	/** From now on everything goes through, what was held first. */
	release(): void {
		const held = this.held ?? [];
		this.held = undefined;
		for (const message of held) this.message(message);
		if (this.lost === 0) return;
		this.warn(`${this.lost} events came faster than the missed ones could be read, and are lost`);
	}

	/** Nothing goes through any more. */
	drop(): void {
		this.over = true;
		this.held = undefined;
	}
}
