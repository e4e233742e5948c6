/** The timers of a run, so that none outlives it. */
export class Timers {
	private readonly running = new Set<NodeJS.Timeout>();

	/** @param afterEach is called after each of them */
	constructor(private readonly afterEach: () => void) {}

	after(milliseconds: number, act: () => void): NodeJS.Timeout {
		const timer = setTimeout(() => {
			this.running.delete(timer);
			act();
			this.afterEach();
		}, milliseconds);
		this.running.add(timer);
		return timer;
	}

	clear(): void {
		for (const timer of this.running) clearTimeout(timer);
		this.running.clear();
	}
}
