import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gap } from '../../lib/history/gaps.ts';
import { ReportNumbers } from '../../lib/history/report/reportNumbers.ts';
import { findChromium, launchChromium, openPage } from '../support/chromium.mts';
import { lowContrast } from '../support/contrast.mts';
import { pageOf, sampleNumbers, storedEvent } from '../support/sampleReport.mts';

const PHONE = { width: 375, height: 800 };
/** What docs/event-report.png shows: `SCREENSHOTS=docs` makes it anew. */
const FIRST_SCREEN = { x: 0, y: 0, width: 1_100, height: 1_130 };

const SCREEN = { width: 1_100, height: 900 };

/** Markup that would show if it were taken for any. */
const MARKUP = `"><img src=x onerror="document.title='run'"><b>bold</b>'&amp;</style></svg><h1>`;

describe.skipIf(!findChromium())('the page of a report (needs Chromium)', () => {
	let browser: Browser;

	beforeAll(async () => void (browser = await launchChromium()), 120_000);
	afterAll(async () => await browser?.close());

	/** Opens a page, and notes everything that it asks for or complains of. */
	async function open(
		html: string,
		{
			viewport = SCREEN,
			colorScheme = 'light' as 'dark' | 'light',
			media = 'screen' as 'print' | 'screen',
		} = {},
	): Promise<{ page: Page; asked: string[] }> {
		const page = await openPage(browser, { viewport, colorScheme });
		const asked: string[] = [];
		page.on('request', (request) => asked.push(request.url()));
		page.on('console', (message) => asked.push(message.text()));
		page.on('pageerror', (error) => asked.push(error.message));
		await page.emulateMedia({ media, colorScheme });
		await page.setContent(html);
		return { page, asked };
	}

	test.each([
		['light', {}],
		['dark', { colorScheme: 'dark' }],
		['phone', { viewport: PHONE }],
		['phone in the dark', { viewport: PHONE, colorScheme: 'dark' }],
		['print', { media: 'print' }],
		['print in the dark', { media: 'print', colorScheme: 'dark' }],
	] as const)('%s: can be read, fits, and asks nobody for anything', async (name, how) => {
		const { page, asked } = await open(await pageOf(sampleNumbers().report()), how);
		try {
			expect(await lowContrast(page)).toEqual([]);
			const sizes = await page.evaluate(() => ({
				page: document.documentElement.scrollWidth,
				window: document.documentElement.clientWidth,
				texts: [...document.querySelectorAll('svg text')]
					.filter((text) => text.checkVisibility())
					.map((text) => {
						const { height, left, right } = text.getBoundingClientRect();
						const picture = text.closest('svg')?.getBoundingClientRect();
						const [from, to] = [picture?.left ?? 0, picture?.right ?? 0];
						return { height, left: left - from, right: to - right, words: text.textContent };
					}),
			}));
			expect(sizes.page).toBeLessThanOrEqual(sizes.window);
			expect(sizes.texts.length).toBeGreaterThan(20);
			const cutOff = sizes.texts.filter(
				({ height, left, right }) => height < 9 || left < 0 || right < 0,
			);
			expect(cutOff).toEqual([]);
			expect(await barContrast(page)).toBeGreaterThanOrEqual(3);
			expect(await page.locator('svg:visible').count()).toBe(3);
			expect(asked).toEqual([]);
			const folder = process.env.SCREENSHOTS;
			if (!folder) return;
			const path = `${folder}/event-report-${name.replaceAll(' ', '-')}.png`;
			await page.screenshot({ path, fullPage: true });
			if (name !== 'light') return;
			const clip = { clip: FIRST_SCREEN, fullPage: true };
			await page.screenshot({ path: `${folder}/event-report.png`, ...clip });
		} finally {
			await page.close();
		}
	});

	test('shows what senders wrote as text, wherever it stands', async () => {
		const numbers = new ReportNumbers('UTC');
		for (const status of ['success', 'error'] as const) {
			numbers.add(
				storedEvent(
					{ status, workflowName: MARKUP, executionId: MARKUP },
					{ type: MARKUP, id: MARKUP },
				),
			);
		}
		numbers.add(storedEvent({}, { type: '\u202Eevil\u0000\n'.repeat(99) }));
		const reasons = [{ reason: MARKUP, count: 3, whatToDo: MARKUP }];
		const dedupekey = 'webhook.refused|1';
		numbers.add(storedEvent({}, { type: 'webhook.refused', dedupekey, data: { reasons } }));
		numbers.addGap({ ...gap('running', { count: 1, workflowName: MARKUP }), hint: MARKUP });
		const { page, asked } = await open(await pageOf(numbers.report(), MARKUP));
		try {
			const found = await page.evaluate(() => ({
				markup: document.querySelectorAll('img, b, script, body h1 ~ h1').length,
				headings: document.querySelectorAll('h1').length,
				words: document.body.innerText,
				addresses: [...document.querySelectorAll('a')].map(({ href }) => href),
			}));
			expect(found.markup).toBe(0);
			expect(found.headings).toBe(1);
			expect(found.words.split('<b>bold</b>').length).toBeGreaterThan(7);
			expect(found.words).not.toMatch(/[\u202E\u0000]/);
			for (const address of found.addresses)
				expect(address).toMatch(/^https:\/\/n8n\.example\.com\//);
			expect(await page.title()).toContain('<b>bold</b>');
			expect(asked).toEqual([]);
		} finally {
			await page.close();
		}
	});

	test('says so where nothing came in', async () => {
		const { page } = await open(await pageOf(new ReportNumbers('UTC').report()));
		try {
			expect(await page.locator('main').innerText()).toContain('No events in this time.');
			expect(await page.locator('svg').count()).toBe(0);
		} finally {
			await page.close();
		}
	});
});

/** The lowest contrast of a bar or its mark in the legend with the paper. */
async function barContrast(page: Page): Promise<number> {
	return await page.evaluate(() => {
		const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
		if (!canvas) throw new Error('This browser has no canvas');
		const luminance = (colour: string) => {
			canvas.fillStyle = colour;
			canvas.fillRect(0, 0, 1, 1);
			const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map(
				(byte) => (byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4),
			);
			return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
		};
		const paper = luminance(getComputedStyle(document.body).backgroundColor);
		const bars = [...document.querySelectorAll('svg path')]
			.filter((path) => path.checkVisibility() && getComputedStyle(path).fill !== 'none')
			.map((path) => luminance(getComputedStyle(path).fill));
		if (bars.length === 0) throw new Error('There are no bars');
		return Math.min(
			...bars.map((bar) => (Math.max(bar, paper) + 0.05) / (Math.min(bar, paper) + 0.05)),
		);
	});
}
