import type { Soketi } from '../../test/support/soketi.mts';
import { broadcast, listen } from './nodes.mts';

/**
 * Events that Realtime Trigger takes in while soketi is flooded with batches, until the last one.
 *
 * @returns events per second
 */
export async function intake(soketi: Soketi, items: readonly object[]): Promise<number> {
	let left = items.length;
	let all = () => {};
	const done = new Promise<void>((resolve) => (all = resolve));
	const close = await listen(
		{ transport: 'pusher', preset: 'none', channels: 'intake', events: '*', options: {} },
		{ realtimeWebhooksPusherApi: soketi.credential },
		() => {
			left -= 1;
			if (left === 0) all();
		},
	);
	const started = performance.now();
	await broadcast(
		items,
		{ transport: 'pusher', operation: 'send', channels: 'intake', event: 'tick', payload: 'item' },
		{ realtimeWebhooksPusherApi: soketi.credential },
	);
	await done;
	const seconds = (performance.now() - started) / 1000;
	await close();
	return items.length / seconds;
}
