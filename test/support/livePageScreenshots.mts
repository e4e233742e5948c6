/** Writes the picture of the live page: `node test/support/livePageScreenshots.mts [folder]`. */
import { fileURLToPath } from 'node:url';
import { startHub } from '../../examples/live-hub/hub.mts';
import { launchChromium } from './chromium.mts';
import { connectPublisher } from './publisher.mts';
import { sampleEvents } from './sampleEvents.mts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));
/** A Thursday noon in Madrid, so that the picture shows the same whenever it is taken. */
const NOW = new Date('2026-11-05T11:42:38Z');
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

const hub = await startHub({ port: 0 });
const publisher = await connectPublisher(hub.url);
const browser = await launchChromium();
try {
	const events = sampleEvents(NOW);
	for (const event of events) await publisher.publish(event);
	for (const { path, width, colorScheme } of PICTURES) {
		const page = await browser.newPage({
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
		await page.screenshot({ path });
		await page.close();
	}
} finally {
	await browser.close();
	publisher.close();
	await hub.close();
}
