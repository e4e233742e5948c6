import { Soketi } from '../test/support/soketi.mts';
import { tellFigure } from './figures.mts';
import { intake } from './realtime/intake.mts';
import { browserLatency } from './realtime/latency.mts';
import { LIMIT, LOOP, OURS, pusherCells } from './realtime/pusher.mts';
import { measure, report } from './rounds.mts';
import { BARE, EMITS, socketIoCells } from './realtime/socketIo.mts';

export interface RealtimeBenchOptions {
	readonly items: number;
	readonly rounds: number;
}

/** Rounds that do not count: before them Node.js still compiles, and both sides take several times as long. */
const WARM_UPS = { pusher: 5, socketIo: 15 };

/** A round with Socket.IO takes a twentieth of a second. */
const SHORT_ROUNDS = 3;

/** Measures broadcasts and intake against what others do, and prints medians and ratios. */
export async function benchRealtime({ items, rounds }: RealtimeBenchOptions): Promise<void> {
	const order = (number: number) => ({
		number,
		customer: 'Lucía Fernández',
		total: '1250.00',
		status: 'paid',
	});
	const orders = Array.from({ length: items }, (_, number) => order(number));
	console.log(
		`${items} items a run, ${rounds} rounds after ${WARM_UPS.pusher} that do not count, with Socket.IO ${rounds * SHORT_ROUNDS} after ${WARM_UPS.socketIo}, order turned round each time; the nodes run in n8n-core's own execution.`,
	);
	const soketi = await Soketi.start({
		SOKETI_DEFAULT_APP_MAX_BACKEND_EVENTS_PER_SEC: '-1',
	});
	try {
		const toSoketi = await measure(pusherCells(soketi, orders), items, rounds, {
			warmUps: WARM_UPS.pusher,
		});
		report('Pusher: to soketi', toSoketi, [
			[OURS, LOOP, 1.5],
			[OURS, LIMIT, 0.9],
		]);
		const socketIo = await socketIoCells(orders);
		report(
			'Socket.IO: until the server has them all',
			await measure(socketIo.cells, items, rounds * SHORT_ROUNDS, {
				warmUps: WARM_UPS.socketIo,
			}),
			[[EMITS, BARE, 0.85]],
		);
		await socketIo.close();
		await intake(soketi, orders);
		const rate = await intake(soketi, orders);
		console.log('');
		const group = 'Realtime Trigger';
		const flooded = 'from a soketi that Realtime Broadcast floods';
		tellFigure({ group, name: flooded, value: rate, unit: 'events/s' });
		const latency = await browserLatency(soketi, 300);
		if (latency === undefined) {
			console.log('  Broadcast to browser: not measured, since there is no Chromium.');
			return;
		}
		const { p50, p99 } = latency;
		const way = 'from Realtime Broadcast to a page in Chromium, one at a time';
		tellFigure({ group, name: `${way}, p50`, value: p50, unit: 'ms' });
		tellFigure({ group, name: `${way}, p99`, value: p99, unit: 'ms' });
	} finally {
		await soketi.stop();
	}
}
