import { LONGEST_KEPT_MS } from '../../../lib/receive/claims';

/**
 * n8n starts the first node at once after it stored the execution. Where that does not come, as where a
 * credential of the workflow may not be used, the run has ended without one.
 */
const LONGEST_START_MS = 60_000;

/** One answer that waits for its workflow's end. */
export class AwaitedRun {
	/** Whether the workflow did what it should. */
	readonly ended: Promise<boolean>;

	private resolve: (isDone: boolean) => void = () => undefined;

	private limit: NodeJS.Timeout | undefined;

	private hasBegun = false;

	private isOver = false;

	constructor(private readonly forget: () => void) {
		this.ended = new Promise((resolve) => {
			this.resolve = resolve;
		});
	}

	/** n8n has stored the execution, which must begin soon where it has not yet. */
	stored(): void {
		if (!this.hasBegun) this.limitTo(LONGEST_START_MS);
	}

	/** The first node runs: from now on the run may take its time. */
	begun(): void {
		this.hasBegun = true;
		this.limitTo(LONGEST_KEPT_MS);
	}

	/** The first call counts. */
	end(isDone: boolean): void {
		clearTimeout(this.limit);
		this.isOver = true;
		this.forget();
		this.resolve(isDone);
	}

	private limitTo(milliseconds: number): void {
		if (this.isOver) return;
		clearTimeout(this.limit);
		this.limit = setTimeout(() => this.end(false), milliseconds);
		this.limit.unref();
	}
}

/** The answers of one trigger node that wait for the end of their workflows, by event. */
export class AwaitedRuns {
	private readonly byKey = new Map<string, AwaitedRun>();

	/**
	 * Called when a delivery was accepted, before n8n knows of it.
	 *
	 * @param keys of its events, which are one execution
	 */
	expect(keys: readonly string[]): AwaitedRun {
		const run = new AwaitedRun(() => {
			for (const key of keys) if (this.byKey.get(key) === run) this.byKey.delete(key);
		});
		for (const key of keys) this.byKey.set(key, run);
		return run;
	}

	/** The answer that waits for this execution; undefined where nobody does. */
	find(key: string): AwaitedRun | undefined {
		return this.byKey.get(key);
	}
}
