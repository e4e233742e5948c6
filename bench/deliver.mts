import { deliverCells, HTTP_REQUEST, LIST, REGISTRY, SVIX, UNDICI } from './deliver/cells.mts';
import { Receivers } from './deliver/receivers.mts';
import { openBenchRegistry } from './deliver/registry.mts';
import { CONCURRENCY, DELIVERIES, EVENTS, SUBSCRIBERS } from './deliver/work.mts';
import { measure, report } from './rounds.mts';

export interface DeliverBenchOptions {
	readonly rounds: number;
}

/** Measures deliveries against what others do, and prints medians and ratios. */
export async function benchDeliver({ rounds }: DeliverBenchOptions): Promise<void> {
	// Whoever reads the environment's proxy would measure that.
	process.env.no_proxy = '127.0.0.1';
	process.env.NO_PROXY = '127.0.0.1';
	const receivers = await Receivers.start(SUBSCRIBERS);
	const registry = await openBenchRegistry(receivers.subscribers);
	console.log(
		`${DELIVERIES} deliveries a run (${EVENTS} events to ${SUBSCRIBERS} subscribers, each a server of its own in another process), ${rounds} rounds after one that does not count, order turned round each time, the second of two runs counts; ${CONCURRENCY} at a time, but HTTP Request, which sends all at once; the nodes run in n8n-core's own execution. After each run the receivers have to have each delivery once, and signatures are verified.`,
	);
	try {
		const cells = deliverCells(receivers, registry);
		report('Deliveries', await measure(cells, DELIVERIES, rounds, { runs: 2 }), [
			[REGISTRY, HTTP_REQUEST, 3],
			[REGISTRY, UNDICI, 0.95],
			[REGISTRY, SVIX],
			[LIST, HTTP_REQUEST, 3],
			[LIST, UNDICI, 0.7],
			[LIST, SVIX],
		]);
	} finally {
		await registry.close();
		receivers.stop();
	}
}
