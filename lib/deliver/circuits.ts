import type { SharedCircuit } from '../cluster/sharedCircuits';
import type { RunSettings, SharedLimits } from './delivery';
import type { Host, Job, Lane } from './host';
import { retryWaitMs } from './retryWait';
import { circuitOpen, type Verdict } from './verdict';

/** Whose failures they were, in words. */
const ELSEWHERE = 'in other executions';

/** What the circuits of a run need of its scheduler. */
interface RunHooks {
	/** A host may have room again. */
	offer(host: Host): void;
	/** Nothing more is sent to this subscriber in this run. */
	close(lane: Lane, verdict: Verdict): void;
	after(milliseconds: number, act: () => void): void;
	isDone(): boolean;
	/** Something may be sent, or have ended. */
	wake(): void;
}

/**
 * Leaves alone who only fails: a host gets a few single requests before the rest of its deliveries is put off.
 * Where several processes deliver, what one has found holds for all, and one of them asks at a time.
 */
export class Circuits {
	constructor(
		private readonly settings: RunSettings,
		private readonly run: RunHooks,
	) {}

	/** Before the first request: what other processes know of these hosts. */
	take(hosts: readonly Host[], states: readonly SharedCircuit[]): void {
		const now = this.settings.now();
		for (const [index, host] of hosts.entries()) {
			const state = states[index] ?? 'closed';
			if (state === 'closed') continue;
			host.circuit.foundOpen(now);
			if (state === 'mayProbe') this.probeNow(host);
			else this.probeLater(host, now);
		}
	}

	/** The same of these subscribers. */
	takeLanes(lanes: readonly Lane[], states: readonly SharedCircuit[]): void {
		for (const [index, lane] of lanes.entries()) {
			const state = states[index] ?? 'closed';
			if (state === 'open') this.run.close(lane, circuitOpen(lane.host.origin, ELSEWHERE));
			if (state !== 'mayProbe') continue;
			lane.isOnTrial = true;
			lane.circuit.onTrial();
		}
	}

	/**
	 * Slows down a host that has too much to do, and leaves alone whoever only fails.
	 *
	 * @param last number of the run's last request
	 */
	judge({ lane, number, isProbe }: Job, verdict: Verdict, last: number): void {
		const { host } = lane;
		const { shared } = this.settings;
		const now = this.settings.now();
		if (verdict.slowsDown) host.lower(number, last);
		if (verdict.delivered) {
			host.raise();
			lane.circuit.succeeded(number);
			if (lane.isOnTrial) shared?.circuitClosed(lane.key);
			lane.isOnTrial = false;
		}
		if (!verdict.blamesHost) {
			if (host.circuit.state !== 'closed') shared?.circuitClosed(host.origin);
			host.circuit.succeeded(number);
		} else if (host.circuit.failed(number, now) || (isProbe && host.circuit.state === 'open')) {
			shared?.circuitOpened(host.origin);
			this.probeLater(host, now);
		}
		if (verdict.delivered || host.circuit.state !== 'closed') return;
		if (!lane.circuit.failed(number, now)) return;
		shared?.circuitOpened(lane.key);
		this.run.close(lane, circuitOpen(host.origin));
	}

	/** Asks as long as a delivery would be tried again, and at least once. */
	private probeLater(host: Host, now: number): void {
		const { budgetMs, random } = this.settings;
		const { probes, openedAt } = host.circuit;
		const waitMs = retryWaitMs(probes + 1, random);
		const probe = () => this.probe(host);
		if (probes === 0) this.run.after(Math.min(waitMs, budgetMs), probe);
		else if (now + waitMs <= openedAt + budgetMs) this.run.after(waitMs, probe);
		else this.giveUp(host);
	}

	private probe(host: Host): void {
		if (host.circuit.state !== 'open') return;
		const { shared } = this.settings;
		if (shared === undefined) this.probeNow(host);
		else void this.probeTogether(host, shared);
	}

	/** Leaves it to another process where that one has just asked the host. */
	private async probeTogether(host: Host, shared: SharedLimits): Promise<void> {
		const [state] = (await shared.askCircuits([host.origin])) ?? [];
		if (this.run.isDone() || host.circuit.state !== 'open') return;
		if (state === 'open') {
			host.circuit.probes += 1;
			this.probeLater(host, this.settings.now());
		} else this.probeNow(host);
		this.run.wake();
	}

	private probeNow(host: Host): void {
		host.circuit.state = 'probing';
		host.rotate(Math.floor(this.settings.random() * host.turns.size));
		this.run.offer(host);
	}

	private giveUp(host: Host): void {
		const { circuit, origin, lanes } = host;
		circuit.state = 'givenUp';
		const verdict = circuitOpen(origin, circuit.isFromElsewhere ? ELSEWHERE : undefined);
		for (const lane of lanes) this.run.close(lane, verdict);
	}
}
