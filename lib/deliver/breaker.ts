import type { Host } from './host';
import type { Lane } from './lane';
import type { Ledger } from './ledger';
import { retryWaitMs } from './retryWait';
import type { RunSettings } from './runSettings';
import type { Timers } from './timers';
import type { Turns } from './turns';
import { circuitOpen } from './unsent';
import type { Verdict } from './verdict';

/** Which request of the run it was. */
export interface RequestPlace {
	readonly number: number;
	/** Number of the last request that was sent until the answer. */
	readonly last: number;
	/** Whether it asked if the host is back. */
	readonly isProbe: boolean;
}

/**
 * Slows hosts down that have too much to do, and leaves hosts and subscribers alone that only fail. A
 * host gets a few single requests before the rest of its deliveries is put off.
 */
export class Breaker {
	constructor(
		private readonly settings: Pick<RunSettings, 'now' | 'random' | 'budgetMs'>,
		private readonly turns: Turns,
		private readonly timers: Timers,
		private readonly ledger: Ledger,
	) {}

	/** @returns whether the request that goes out now is to tell if the host is back */
	sending({ circuit }: Host): boolean {
		if (circuit.state !== 'probing') return false;
		circuit.state = 'open';
		circuit.probes += 1;
		return true;
	}

	answered(lane: Lane, verdict: Verdict, { number, last, isProbe }: RequestPlace): void {
		const { host } = lane;
		const now = this.settings.now();
		if (verdict.slowsDown) host.lower(number, last);
		if (verdict.delivered) {
			host.raise();
			lane.circuit.succeeded(number);
		}
		if (!verdict.blamesHost) host.circuit.succeeded(number);
		else if (host.circuit.failed(number, now) || (isProbe && host.circuit.state === 'open')) {
			this.probeLater(host, now);
		}
		if (verdict.delivered || host.circuit.state !== 'closed') return;
		if (lane.circuit.failed(number, now)) this.ledger.close(lane, circuitOpen(host.origin));
	}

	/** Asks as long as a delivery would be tried again, and at least once. */
	private probeLater(host: Host, now: number): void {
		const { budgetMs, random } = this.settings;
		const { probes, openedAt } = host.circuit;
		const waitMs = retryWaitMs(probes + 1, random);
		if (probes === 0) this.timers.after(Math.min(waitMs, budgetMs), () => this.probe(host));
		else if (now + waitMs <= openedAt + budgetMs) this.timers.after(waitMs, () => this.probe(host));
		else this.giveUp(host);
	}

	private probe(host: Host): void {
		if (host.circuit.state !== 'open') return;
		host.circuit.state = 'probing';
		host.rotate(Math.floor(this.settings.random() * host.turns.size));
		this.turns.offerHost(host);
	}

	private giveUp(host: Host): void {
		host.circuit.state = 'givenUp';
		for (const lane of host.lanes) this.ledger.close(lane, circuitOpen(host.origin));
	}
}
