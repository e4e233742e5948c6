/** Writes the picture of the live page: `node test/support/livePageScreenshots.mts [folder]`. */
import { fileURLToPath } from 'node:url';
import type { EventEnvelope } from '../../examples/live-hub/envelope.mts';
import { startHub } from '../../examples/live-hub/hub.mts';
import { launchChromium, openPage } from './chromium.mts';
import { PageWorkflows, type HistoryItem } from './pageWorkflows.mts';
import { sampleEvents } from './sampleEvents.mts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));
/** A Thursday noon in Madrid, so that the picture shows the same whenever it is taken. */
const NOW = new Date('2026-11-05T11:42:38Z');
const HOUR_MS = 3_600_000;
const [, , folder] = process.argv;

/** Only the first goes into the documentation; the others are to look at when the design changes. */
const PICTURES = [
	{ path: `${DOCS}live-page.png`, width: 1280, colorScheme: 'light' },
	...(folder
		? ([
				{ path: `${folder}/live-page-dark.png`, width: 1280, colorScheme: 'dark' },
				{ path: `${folder}/live-page-phone.png`, width: 375, colorScheme: 'light' },
				{ path: `${folder}/live-page-phone-dark.png`, width: 375, colorScheme: 'dark' },
			] as const)
		: []),
] as const;

/** An item of n8n's history. What arrived longer ago than the list reaches is only counted. */
function item(event: EventEnvelope, execution: number, status = 'success'): HistoryItem {
	const executionUrl = `http://127.0.0.1:5678/workflow/live/executions/${execution}`;
	return { event, status, startedAt: String(event.time), executionUrl };
}

/** The day before: many in the evening, few in the night. */
function dayBefore(): HistoryItem[] {
	const perHour = [3, 5, 9, 12, 7, 8, 14, 18, 21, 17, 9, 4, 1, 0, 0, 1, 0, 2, 6, 8, 11, 7];
	return perHour.flatMap((count, hour) =>
		Array.from({ length: count }, (_, place) => {
			const time = new Date(NOW.getTime() - (23 - hour) * HOUR_MS + place * 120_000).toISOString();
			const kind = { id: `${hour}-${place}`, source: '/inbox-hub/tienda', type: 'x' };
			return item({ ...kind, time }, 1, hour === 7 && place < 3 ? 'error' : 'success');
		}),
	);
}

// The hub counts by its own clock.
Date.now = () => NOW.getTime();
const n8n = await PageWorkflows.start();
const events = sampleEvents(NOW);
const isFailed = ({ type }: EventEnvelope) => type === 'yape.payment.received';
n8n.items = [
	...events
		.map((event, place) => item(event, 100 + place, isFailed(event) ? 'error' : 'success'))
		.reverse(),
	...dayBefore(),
];
const hub = await startHub({ port: 0, n8n: n8n.addresses });
const browser = await launchChromium();
try {
	for (const { path, width, colorScheme } of PICTURES) {
		const page = await openPage(browser, {
			viewport: { width, height: 800 },
			colorScheme,
			locale: 'es-ES',
			timezoneId: 'Europe/Madrid',
			reducedMotion: 'reduce',
		});
		await page.clock.setFixedTime(NOW);
		await page.goto(hub.url);
		await page
			.locator('.row')
			.nth(events.length - 1)
			.waitFor({ state: 'attached' });
		// The page counts and dates what it lists a moment later, by a clock that stands still here.
		await page.clock.runFor(1_000);
		await page.getByText('just now').first().waitFor();
		await page
			.locator('.row', { has: page.locator('.is-broken') })
			.locator('summary')
			.click();
		await page.locator('.replay').waitFor();
		await page.screenshot({ path });
		await page.close();
	}
} finally {
	await browser.close();
	await hub.close();
	await n8n.stop();
}
