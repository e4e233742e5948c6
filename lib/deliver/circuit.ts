/**
 * `closed`: requests go out. `open`: none do. `probing`: one may, to see whether the host is back.
 * `givenUp`: nothing more in this run.
 */
export type CircuitState = 'closed' | 'open' | 'probing' | 'givenUp';

/** Counts failures in a row of one host, or of one subscriber. */
export class Circuit {
	state: CircuitState = 'closed';

	/** Requests that asked whether the host is back, since the circuit opened. */
	probes = 0;

	/** Milliseconds since 1970. */
	openedAt = 0;

	private failures = 0;

	/** Number of the last request, in the order of sending, that succeeded. */
	private lastGood = 0;

	constructor(private readonly threshold: number) {}

	/**
	 * The host works.
	 *
	 * @param request number of the request, in the order of sending
	 */
	succeeded(request: number): void {
		this.lastGood = Math.max(this.lastGood, request);
		this.failures = 0;
		if (this.state !== 'givenUp') this.state = 'closed';
	}

	/**
	 * A failure counts where nothing that was sent after it has succeeded: those that hang all fail
	 * together, long after others have shown that the host works.
	 *
	 * @returns whether the circuit is to open now
	 */
	failed(request: number, now: number): boolean {
		if (request < this.lastGood) return false;
		this.failures += 1;
		if (this.state !== 'closed' || this.failures < this.threshold) return false;
		this.state = 'open';
		this.openedAt = now;
		this.probes = 0;
		return true;
	}
}
