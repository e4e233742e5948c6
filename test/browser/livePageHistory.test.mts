import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EventEnvelope } from '../../examples/live-hub/envelope.mts';
import { findChromium, launchChromium } from '../support/chromium.mts';
import { lowContrast } from '../support/contrast.mts';
import { openLivePage, textMessage, type LivePage } from '../support/livePage.mts';
import { PageWorkflows, type HistoryItem } from '../support/pageWorkflows.mts';

/** A slow machine starts a page in seconds; in milliseconds. */
const timeout = 240_000;
const MINUTE_MS = 60_000;
const SUITE = 'live page with the history of n8n (needs Chromium: apt-get install chromium)';

const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS).toISOString();
const executionUrl = (id: number) => `http://127.0.0.1:5678/workflow/w1/executions/${id}`;

function past(execution: number, minutes: number, changes: Partial<HistoryItem> = {}): HistoryItem {
	const event = { ...textMessage(`E${execution}`), time: ago(minutes) };
	return {
		event,
		status: 'success',
		startedAt: ago(minutes),
		executionUrl: executionUrl(execution),
		...changes,
	};
}

describe.skipIf(!findChromium())(SUITE, { timeout }, () => {
	let browser: Browser;
	let n8n: PageWorkflows;
	let live: LivePage;

	const open = async (options: Parameters<typeof openLivePage>[1] = {}) =>
		(live = await openLivePage(browser, { n8n: n8n.addresses, ...options }));
	const texts = async () => await live.rows.locator('.text').allInnerTexts();

	beforeAll(async () => {
		browser = await launchChromium();
	}, 60_000);
	beforeEach(async () => void (n8n = await PageWorkflows.start()));
	afterEach(async () => {
		await live.close();
		await n8n.stop();
	});
	afterAll(async () => await browser.close());

	it('lists what came in before the hub was started, newest first, with its execution', async () => {
		n8n.items = [past(3, 1), past(2, 5, { status: 'error' }), past(1, 300)];
		const { page, rows } = await open();
		await rows.nth(2).waitFor();
		expect(await texts()).toEqual(['texto E3', 'texto E2', 'texto E1']);
		expect(await rows.nth(1).innerText()).toContain('workflow failed');
		expect(await rows.locator('.is-broken').count()).toBe(1);
		await rows.nth(1).locator('summary').click();
		expect(await rows.nth(1).locator('a').getAttribute('href')).toBe(executionUrl(2));
		expect(await page.locator('#hour-total').innerText()).toBe('2');
		expect(await page.locator('#hour-bad').innerText()).toBe('1 failed');
		expect(await page.locator('#day-total').innerText()).toBe('3');
		expect(await page.locator('#day-bars .busy').count()).toBe(2);
		expect(await page.locator('#notice').isVisible()).toBe(false);
		expect(await lowContrast(page)).toEqual([]);
	});

	it('an event that the hub has already is listed once, at its place, and known to have failed', async () => {
		const { page, publisher, rows } = await open();
		const event = textMessage('L1');
		await publisher.publish({ ...event, executionurl: executionUrl(8) });
		await publisher.publish(textMessage('L2'));
		await rows.nth(1).waitFor();
		n8n.items = [
			past(8, 0, { event, status: 'error' }),
			past(7, 20, { event: textMessage('older') }),
		];
		live.hub.connectN8n(n8n.addresses);
		await rows.nth(2).waitFor();
		await rows.locator('.is-broken').waitFor();
		expect(await texts()).toEqual(['texto L2', 'texto L1', 'texto older']);
		await page.reload();
		await rows.nth(2).waitFor();
		expect(await texts()).toEqual(['texto L2', 'texto L1', 'texto older']);
		expect(await page.locator('#hour-total').innerText()).toBe('3');
		expect(await page.locator('#hour-bad').innerText()).toBe('1 failed');
	});

	it('a replay that the history tells renews the row of its event', async () => {
		const event = textMessage('A1');
		const replay: EventEnvelope = { ...event, replayof: '4', replayedat: ago(2) };
		n8n.items = [
			past(6, 2, { event: replay }),
			past(5, 3),
			past(4, 9, { event, status: 'crashed' }),
		];
		const { rows } = await open();
		await rows.nth(1).waitFor();
		expect(await texts()).toEqual(['texto A1', 'texto E5']);
		expect(await rows.first().innerText()).toContain('replayed');
		expect(await rows.locator('.is-broken').count()).toBe(0);
	});

	it('counts what is too old for the list, and lists no more than 500', async () => {
		const slim = ({ id, source, type }: EventEnvelope) => ({ id, source, type });
		n8n.items = Array.from({ length: 700 }, (_, n) => {
			const item = past(1000 - n, 70 + n);
			return n < 500 ? item : { ...item, event: slim(textMessage(`slim ${n}`)) };
		});
		const { page, rows } = await open();
		await rows.nth(499).waitFor({ state: 'attached' });
		await page.locator('#day-total', { hasText: '700' }).waitFor();
		expect(await rows.count()).toBe(500);
		expect(await page.locator('#hour-total').innerText()).toBe('0');
	});

	it('says why the history cannot be read, and reads it as soon as it can', async () => {
		n8n.failing = 404;
		n8n.items = [past(1, 1)];
		const { page, rows } = await open();
		const problem = page.locator('#history-problem');
		await problem.filter({ hasText: 'live-page-history is not published' }).waitFor();
		n8n.failing = undefined;
		await rows.first().waitFor();
		await problem.waitFor({ state: 'hidden' });
	});

	it('a key that n8n does not accept is told', async () => {
		const { history, replay } = n8n.addresses;
		const { page } = await open({ n8n: { history: { ...history, key: 'another' }, replay } });
		await page.locator('#history-problem', { hasText: "does not accept the hub's key" }).waitFor();
	});

	describe('Replay', () => {
		const openRow = async () => {
			n8n.items = [past(7, 1)];
			const { page, rows } = await open();
			await rows.first().locator('summary').click();
			const button = rows.first().getByRole('button', { name: 'Replay' });
			const dialog = page.locator('#replay-dialog');
			const give = async (password: string) => {
				await dialog.getByLabel('Password').fill(password);
				await dialog.getByRole('button', { name: 'Replay' }).click();
			};
			return { page, rows, button, dialog, give, outcome: rows.first().locator('.replay-outcome') };
		};

		it('asks for the password once, keeps it in this tab only, and says what became of it', async () => {
			const { page, button, dialog, give, outcome } = await openRow();
			const addresses: string[] = [];
			page.on('request', (request) => addresses.push(request.url()));
			await button.click();
			expect(await lowContrast(page)).toEqual([]);
			await give('wrong');
			await dialog.getByText('The password is wrong').waitFor();
			await give(PageWorkflows.password);
			await outcome.filter({ hasText: 'Replayed (execution 9).' }).waitFor();

			n8n.replay = () => ({ outcome: 'skipped', message: 'already_replayed', execution: '9' });
			await button.click();
			await outcome.filter({ hasText: 'Already replayed successfully (execution 9)' }).waitFor();
			expect(await dialog.isVisible()).toBe(false);
			const replays = n8n.asked.filter(({ path }) => path === '/replay');
			expect(replays.map(({ body }) => body)).toEqual(Array(3).fill({ executionId: '7' }));
			for (const address of [...addresses, page.url()]) {
				expect(decodeURIComponent(address)).not.toContain(PageWorkflows.password);
			}
			expect(await page.evaluate(() => ({ ...localStorage }))).toEqual({});
			expect(await page.evaluate(() => Object.values({ ...sessionStorage }))).toEqual([
				PageWorkflows.password,
			]);
		});

		it('tells in the row that the replay has renewed', async () => {
			const { rows, button, give, outcome } = await openRow();
			const [{ event } = past(7, 1)] = n8n.items;
			n8n.replay = async () => {
				await live.publisher.publish({ ...event, replayof: '7', replayedat: ago(0) });
				await rows.locator('.is-replayed').waitFor();
				return { outcome: 'replayed', message: '', execution: '10' };
			};
			await button.click();
			await give(PageWorkflows.password);
			await outcome.filter({ hasText: 'Replayed (execution 10).' }).waitFor();
			expect(await rows.count()).toBe(1);
		});

		it.each([
			[
				'failed',
				'The node HTTP Request failed',
				'Not replayed (execution 9): The node HTTP Request',
			],
			['notFound', 'n8n deleted it', 'Not replayed: n8n deleted it'],
			['started', 'waiting', 'is still running (execution 9)'],
		])('says that it %s', async (outcome, message, words) => {
			const opened = await openRow();
			const execution = outcome === 'notFound' ? '' : '9';
			n8n.replay = () => ({ outcome, message, execution });
			await opened.button.click();
			await opened.give(PageWorkflows.password);
			await opened.outcome.filter({ hasText: words }).waitFor();
		});

		it('can be left, and needs no password then', async () => {
			const { page, button, dialog } = await openRow();
			await button.click();
			await page.keyboard.press('Escape');
			await expect.poll(async () => await button.isEnabled()).toBe(true);
			await button.click();
			await dialog.getByRole('button', { name: 'Cancel' }).click();
			await expect.poll(async () => await button.isEnabled()).toBe(true);
			expect(n8n.asked.filter(({ path }) => path === '/replay')).toEqual([]);
		});

		it('is not offered for refusals, for what has no execution, and without the workflow', async () => {
			const { event } = past(1, 1);
			n8n.items = [past(1, 1, { event: { ...event, type: 'webhook.refused' } })];
			const { publisher, rows, page } = await open();
			await publisher.publish(textMessage('none'));
			await rows.nth(1).waitFor();
			for (const row of await rows.all()) await row.locator('summary').click();
			expect(await rows.locator('pre').count()).toBe(2);
			expect(await rows.locator('.replay').count()).toBe(0);
			await publisher.publish({ ...textMessage('some'), executionurl: executionUrl(3) });
			await rows.nth(2).locator('summary').waitFor();
			await rows.first().locator('summary').click();
			await rows.locator('.replay:visible').waitFor();
			const { history } = n8n.addresses;
			live.hub.connectN8n({ history });
			await page.locator('.replay').waitFor({ state: 'hidden' });
		});

		it.each(['light', 'dark'] as const)('fits a phone, and is readable in %s', async (scheme) => {
			const refused = { refused: 120, reasons: [{ reason: 'signature_mismatch', count: 120 }] };
			n8n.items = [
				past(9, 1, { status: 'error' }),
				past(8, 2, { event: { ...textMessage('R'), type: 'webhook.refused', data: refused } }),
			];
			const { page, rows } = await open({ width: 375 });
			await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
			await rows.nth(1).waitFor();
			await rows.first().locator('summary').click();
			await rows.first().getByRole('button', { name: 'Replay' }).waitFor();
			expect(await lowContrast(page)).toEqual([]);
			await rows.first().getByRole('button', { name: 'Replay' }).click();
			expect(await lowContrast(page)).toEqual([]);
			const shapes = await page.evaluate(() =>
				['.chart', '#replay-dialog', '.clock', '.replay'].flatMap((selector) =>
					[...document.querySelectorAll(selector)].map((each) => {
						const { left, right } = each.getBoundingClientRect();
						return { selector, fits: left >= 0 && right <= innerWidth };
					}),
				),
			);
			expect(shapes.filter(({ fits }) => !fits)).toEqual([]);
			expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
		});
	});
});
