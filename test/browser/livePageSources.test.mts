import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSource } from '../../examples/live-hub/source.mts';
import { findChromium, launchChromium } from '../support/chromium.mts';
import { openLivePage, textMessage } from '../support/livePage.mts';
import { RAILS_PACKAGES, railsIsInstalled, RailsServer } from '../support/rails.mts';
import { freePort, RedisServer } from '../support/redisServer.mts';
import { APP, Soketi } from '../support/soketi.mts';

describe.skipIf(!findChromium())('live page on other servers (needs Chromium)', () => {
	let browser: Browser;

	beforeAll(async () => void (browser = await launchChromium()), 60_000);
	afterAll(async () => await browser?.close());

	test('shows the events of a Pusher channel, and comes back after the server was away', async () => {
		const soketi = await Soketi.start();
		const source = readSource(`pusher+ws://127.0.0.1:${soketi.port}/app/${APP.key}?channel=live`);
		const live = await openLivePage(browser, { source });
		try {
			await soketi.pusher.trigger('live', 'event', textMessage('P1', { text: 'por Pusher' }));
			await live.rows.first().waitFor();
			expect(await live.rows.first().innerText()).toContain('por Pusher');
			await soketi.kill();
			await live.page.locator('#status:not([data-state="connected"])').waitFor();
			await soketi.run();
			await live.page.locator('#status[data-state="connected"]').waitFor();
			expect(await live.page.locator('#notice').innerText()).toContain('not listed');
			await soketi.pusher.trigger('live', 'event', textMessage('P2', { text: 'de nuevo' }));
			await live.rows.nth(1).waitFor();
		} finally {
			await live.close();
			await soketi.stop();
		}
	});

	test.skipIf(!railsIsInstalled)(
		`shows the events of an Action Cable channel (needs ${RAILS_PACKAGES})`,
		async () => {
			const redis = await RedisServer.start();
			// The page's own origin, which Rails has to allow.
			const port = await freePort();
			const rails = await RailsServer.start(redis.url, `http://127.0.0.1:${port}`);
			const address = `actioncable+ws://127.0.0.1:${rails.port}/cable?channel=RoomChannel&room=live`;
			const source = { ...readSource(address), url: rails.url };
			const live = await openLivePage(browser, { source, port });
			try {
				const event = textMessage('A1', { text: 'por Action Cable' });
				await rails.broadcast('room_live', { event: 'event', payload: event });
				await live.rows.first().waitFor();
				expect(await live.rows.first().innerText()).toContain('por Action Cable');
			} finally {
				await live.close();
				await rails.stop();
				await redis.stop();
			}
		},
	);
});

describe('HUB_SOURCE', () => {
	test('names a channel of a Pusher server, or one of Action Cable with its parameters', () => {
		expect(readSource('pusher+wss://ws.example.com/app/KEY?channel=live')).toEqual({
			protocol: 'pusher',
			url: 'wss://ws.example.com/app/KEY?protocol=7&client=live-hub&version=1',
			channel: 'live',
		});
		expect(readSource('actioncable+ws://a.example.com/cable?channel=Room&room=1')).toEqual({
			protocol: 'actionCable',
			url: 'ws://a.example.com/cable',
			channel: '{"channel":"Room","room":"1"}',
		});
	});

	test.each(['', 'http://x', 'pusher+ws://x/app/KEY', 'pusher+http://x/app/K?channel=a'])(
		'"%s" is refused with an example',
		(text) => {
			expect(() => readSource(text)).toThrow('pusher+ws://127.0.0.1:6001/app/KEY?channel=live');
		},
	);
});
