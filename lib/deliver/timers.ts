/** The timers of a run, so that none outlives it. */
export class Timers {
	private readonly running = new Set<NodeJS.Timeout>();

	/** @param afterEach is called after each of them */
	constructor(private readonly afterEach: () => void) {}

	/** Never early: timers of Node.js may be, by up to a millisecond. */
	after(milliseconds: number, act: () => void): NodeJS.Timeout {
		const timer = setTimeout(
			() => {
				this.running.delete(timer);
				act();
				this.afterEach();
			},
			Math.ceil(milliseconds) + 1,
		);
		this.running.add(timer);
		return timer;
	}

	clear(): void {
		for (const timer of this.running) clearTimeout(timer);
		this.running.clear();
	}
}
