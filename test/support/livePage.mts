import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import type { EventEnvelope } from '../../examples/live-hub/envelope.mts';
import { startHub, type Hub, type HubOptions } from '../../examples/live-hub/hub.mts';
import { connectPublisher, type Publisher } from './publisher.mts';

/** What a test of the live page works with; `close` ends all of it. */
export interface LivePage {
	hub: Hub;
	publisher: Publisher;
	context: BrowserContext;
	page: Page;
	rows: Locator;
	/** The line that says whether the page is connected. */
	status: Locator;
	close(): Promise<void>;
}

/** Starts a hub on a free port, opens its page in a new browser context and waits for its rows. */
export async function openLivePage(
	browser: Browser,
	{
		width = 1280,
		locale = 'es-ES',
		...hubOptions
	}: Partial<HubOptions> & { width?: number; locale?: string } = {},
): Promise<LivePage> {
	const hub = await startHub({ port: 0, ...hubOptions });
	const publisher = await connectPublisher(hub.url, hubOptions.token);
	const context = await browser.newContext({ viewport: { width, height: 800 }, locale });
	const page = await context.newPage();
	page.setDefaultTimeout(90_000);
	await page.goto(hub.url);
	const status = page.locator('#status');
	await inState(status, 'connected');
	return {
		hub,
		publisher,
		context,
		page,
		rows: page.locator('#list > li'),
		status,
		close: async () => {
			await context.close();
			publisher.close();
			await hub.close();
		},
	};
}

/** Waits until the page says it is in that state. */
export async function inState(status: Locator, state: string): Promise<void> {
	await status.and(status.page().locator(`[data-state="${state}"]`)).waitFor();
}

/** A received WhatsApp text; what is given in `data` takes its place. */
export function textMessage(id: string, data: Record<string, unknown> = {}): EventEnvelope {
	return {
		specversion: '1.0',
		id,
		source: '/inbox-hub/tienda',
		type: 'whatsapp.message.received',
		time: new Date().toISOString(),
		verification: 'hmac-sha256',
		data: {
			messageId: id,
			session: 'tienda',
			from: '34600000000@s.whatsapp.net',
			pushName: 'Lucía Fernández',
			kind: 'text',
			text: `texto ${id}`,
			...data,
		},
	};
}
