import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { findChromium, launchChromium } from '../../test/support/chromium.mts';
import { APP, type Soketi } from '../../test/support/soketi.mts';
import { broadcast } from './nodes.mts';

const require = createRequire(import.meta.url);

/** Milliseconds from the start of the node to the page's handler. */
export interface Latency {
	readonly p50: number;
	readonly p99: number;
}

/**
 * Broadcasts one item after the other to a page in a real browser, on one machine with one clock.
 *
 * @returns undefined where there is no Chromium
 */
export async function browserLatency(soketi: Soketi, count: number): Promise<Latency | undefined> {
	if (!findChromium()) return undefined;
	const client = readFileSync(require.resolve('pusher-js/dist/web/pusher.min.js'));
	const server = createServer((request, response) => {
		const isClient = request.url === '/pusher.js';
		response.setHeader('content-type', isClient ? 'text/javascript' : 'text/html');
		response.end(isClient ? client : '<!doctype html><script src="/pusher.js"></script>');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const browser = await launchChromium();
	try {
		const page = await browser.newPage();
		await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
		await page.evaluate(`(${SUBSCRIBE})(${JSON.stringify({ key: APP.key, port: soketi.port })})`);
		const parameters = {
			transport: 'pusher',
			operation: 'send',
			channels: 'page',
			payload: 'item',
		};
		for (let number = 0; number < count; number += 1) {
			const sentAt = performance.timeOrigin + performance.now();
			await broadcast(
				[{ number, sentAt }],
				{ ...parameters, event: 'tick' },
				{ realtimeWebhooksPusherApi: soketi.credential },
			);
		}
		const all = (await page.evaluate(`(${COLLECT})(${count})`)) as number[];
		const sorted = all.sort((a, b) => a - b);
		const at = (share: number) =>
			sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
		return { p50: at(0.5), p99: at(0.99) };
	} finally {
		await browser.close();
		server.close();
	}
}

/** In the page: resolves when subscribed, and notes how old each event is when it arrives. */
const SUBSCRIBE = `({ key, port }) => new Promise((resolve) => {
	window.ages = [];
	const pusher = new Pusher(key, { wsHost: '127.0.0.1', wsPort: port, forceTLS: false, cluster: '', enabledTransports: ['ws'] });
	const channel = pusher.subscribe('page');
	channel.bind('tick', ({ sentAt }) => window.ages.push(performance.timeOrigin + performance.now() - sentAt));
	channel.bind('pusher:subscription_succeeded', () => resolve());
})`;

const COLLECT = `(count) => new Promise((resolve) => {
	const look = () => window.ages.length >= count ? resolve(window.ages) : setTimeout(look, 20);
	look();
})`;
