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

	/** Milliseconds since 1970; what is under way when the circuit opens does not open it again. */
	openedAt = 0;

	private failures = 0;

	constructor(private readonly threshold: number) {}

	/** The host works. */
	succeeded(): void {
		this.failures = 0;
		if (this.state !== 'givenUp') this.state = 'closed';
	}

	/** @returns whether the circuit is to open now */
	failed(now: number): boolean {
		this.failures += 1;
		if (this.state !== 'closed' || this.failures < this.threshold) return false;
		this.state = 'open';
		this.openedAt = now;
		this.probes = 0;
		return true;
	}
}
