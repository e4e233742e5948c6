import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startHub } from '../../examples/live-hub/hub.mts';
import { findChromium, launchChromium } from '../support/chromium.mts';
import { lowContrast } from '../support/contrast.mts';
import { inState, openLivePage, textMessage, type LivePage } from '../support/livePage.mts';
import { connectPublisher } from '../support/publisher.mts';
import { sampleEvents } from '../support/sampleEvents.mts';

/** A slow machine starts a page in seconds; in milliseconds. */
const timeout = 240_000;
const SUITE = 'live page (needs Chromium: apt-get install chromium)';

describe.skipIf(!findChromium())(SUITE, { timeout }, () => {
	let browser: Browser;
	let live: LivePage;

	const open = async (options: Parameters<typeof openLivePage>[1] = {}) =>
		(live = await openLivePage(browser, options));

	beforeAll(async () => {
		browser = await launchChromium();
	}, 60_000);
	afterEach(async () => await live.close());
	afterAll(async () => await browser.close());

	it('says how to send the first message', async () => {
		const { page, rows } = await open();
		await expect(page.locator('#empty').innerText()).resolves.toContain('npm run send -- "hola"');
		expect(await rows.count()).toBe(0);
	});

	it('lists an event with its type, who sent it, its text and its verification', async () => {
		const { page, publisher, rows } = await open();
		const event = textMessage('A1', { text: 'hola 👋' });
		expect(await publisher.publish(event)).toEqual({ ok: true, position: 1 });
		await rows.first().waitFor();

		const shown = await rows.first().innerText();
		for (const part of [
			'Message received',
			event.type,
			'Lucía Fernández',
			'hola 👋',
			'hmac-sha256',
		]) {
			expect(shown).toContain(part);
		}
		expect(await rows.first().locator('time').getAttribute('datetime')).toBe(event.time);
		expect(await page.locator('#empty').isVisible()).toBe(false);
		expect(await page.locator('.figure').first().innerText()).toMatch(/^1\s+event$/);
		await page.locator('#announcer', { hasText: 'Lucía Fernández' }).waitFor({ state: 'attached' });
	});

	it.each(['en-US', 'es-PE', 'hi-IN'])('a time of day stays on one line (%s)', async (locale) => {
		const { publisher, rows } = await open({ locale });
		await publisher.publish({ ...textMessage('T1'), time: '2026-03-01T22:58:59.000Z' });
		await rows.first().waitFor();
		const clock = rows.first().locator('.clock');
		const lines = await clock.evaluate((element) => {
			const range = document.createRange();
			range.selectNodeContents(element);
			return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
		});
		expect(lines, await clock.innerText()).toBe(1);
	});

	it('tells a shop’s order and a payment in words', async () => {
		const { page, publisher, rows } = await open();
		const event = (type: string, data: object) => ({
			...textMessage(`C-${type}`),
			type,
			subject: undefined,
			data,
		});
		const order = { number: '#4711', total: '1250.00', currency: 'MXN', customer: { name: 'Ana' } };
		await publisher.publish(event('kometia.order.created', { store: 'demo', object: order }));
		await publisher.publish(
			event('yape.payment.received', { amount: '50.00', currency: 'PEN', payerName: 'JUAN PEREZ' }),
		);
		await rows.nth(1).waitFor();
		const [payment, bought] = await rows.allInnerTexts();
		for (const part of ['Order created', 'Ana', '#4711 · 1250.00 MXN', 'demo']) {
			expect(bought).toContain(part);
		}
		for (const part of ['Yape payment received', 'JUAN PEREZ', 'S/ 50.00']) {
			expect(payment).toContain(part);
		}
		expect(await page.locator('#families').innerText()).toMatch(/Payments[^]*Orders/);
		expect(await lowContrast(page)).toEqual([]);
	});

	it('writes names as they are written, in a type without words of its own too', async () => {
		const { publisher, rows } = await open();
		for (const type of ['github.push', 'whatsapp.other.message.received']) {
			await publisher.publish({ ...textMessage(`N-${type}`), type });
		}
		await rows.nth(1).waitFor();
		const [message, push] = await rows.allInnerTexts();
		expect(push).toContain('GitHub push');
		expect(message).toContain('WhatsApp other message received');
	});

	it('shows refused deliveries in red, and an app in place of the number of a phone', async () => {
		const { page, publisher, rows } = await open();
		await publisher.publish({
			...textMessage('P1'),
			source: '/yape/0b9c5a64-6c1f-4c37-9a3e-5d2f1e8c7b6a',
			type: 'yape.payment.received',
			subject: 'JUAN PEREZ',
			data: { app: 'yape', amount: '50.00', currency: 'PEN', payerName: 'JUAN PEREZ' },
		});
		await publisher.publish({
			...textMessage('R1'),
			source: '/inbox-hub',
			type: 'webhook.refused',
			verification: 'none',
			data: { refused: 3, reasons: [{ reason: 'signature_mismatch', count: 3, whatToDo: '' }] },
		});
		await rows.nth(1).waitFor();
		const [refused, payment] = await rows.allInnerTexts();
		expect(refused).toContain('3 refused: signature_mismatch');
		expect(payment).toContain('via Yape');
		expect(payment).not.toContain('0b9c5a64');
		const red = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(
			await rows
				.first()
				.locator('.label')
				.evaluate((label) => getComputedStyle(label).color),
		);
		expect(Number(red?.[1])).toBeGreaterThan(2 * Number(red?.[2]));
		expect(await lowContrast(page)).toEqual([]);
		expect(await page.locator('#hour-bad').innerText()).toBe('3 refused');
		expect(await page.locator('#hour-total').innerText()).toBe('1');
		expect(await page.locator('#hour-bars .bad').count()).toBe(1);
	});

	it('links a row to its execution, where a workflow says which, and to nothing else', async () => {
		const { publisher, rows } = await open();
		const executionurl = 'http://127.0.0.1:5678/workflow/w1/executions/7';
		await publisher.publish({ ...textMessage('X1'), executionurl });
		await publisher.publish({ ...textMessage('X2'), executionurl: 'javascript:alert(1)' });
		await rows.nth(1).waitFor();
		for (const row of await rows.all()) await row.locator('summary').click();
		expect(await rows.last().locator('a').getAttribute('href')).toBe(executionurl);
		expect(await rows.first().locator('.facts').count()).toBe(1);
		expect(await rows.first().locator('a').count()).toBe(0);
	});

	it('counts what arrived within the last hour and day, whenever it happened', async () => {
		const { page, publisher, rows } = await open();
		const yesterday = new Date(Date.now() - 24 * 3_600_000).toISOString();
		await publisher.publish({ ...textMessage('O1'), time: yesterday });
		await rows.first().waitFor();
		await page.locator('#hour-total', { hasText: '1' }).waitFor();
		await page.locator('#day-total', { hasText: '1' }).waitFor();
		expect(await page.locator('#hour-bars .busy').count()).toBe(1);
	});

	it('lists newest first, marks what is not verified, and names the kind of media', async () => {
		const { publisher, rows } = await open();
		await publisher.publish(textMessage('B1'));
		const image = textMessage('B2', { kind: 'image', text: 'foto' });
		await publisher.publish({ ...image, verification: 'none' });
		await rows.nth(1).waitFor();
		expect(await rows.first().locator('.is-unverified').innerText()).toContain('none');
		expect(await rows.first().locator('.kind').innerText()).toBe('Image');
		expect(await rows.last().innerText()).toContain('texto B1');
	});

	it('lists an event once, and a replay as a renewed and marked row', async () => {
		const { publisher, rows } = await open();
		const event = textMessage('C1');
		await publisher.publish(event);
		await publisher.publish(textMessage('C2'));
		expect(await publisher.publish(event)).toEqual({ ok: true, duplicate: true, position: 1 });
		const replay = { ...event, replayof: '41', replayedat: '2026-11-07T12:30:00.000Z' };
		expect(await publisher.publish(replay)).toEqual({ ok: true, position: 3 });
		await rows.locator('.is-replayed').waitFor();
		expect(await rows.count()).toBe(2);
		expect(await rows.first().innerText()).toContain('texto C1');
	});

	it('opens a row by keyboard and shows the event as JSON', async () => {
		const { page, publisher, rows } = await open();
		const event = textMessage('D1', { text: 'una "cita" \\ y\nmás' });
		await publisher.publish(event);
		await rows.locator('summary').focus();
		await page.keyboard.press('Enter');
		expect(JSON.parse(await rows.locator('pre').innerText())).toEqual(event);
	});

	it('filters by words and by family, and says how many are left', async () => {
		const { page, publisher, rows } = await open();
		const events = sampleEvents(new Date());
		for (const event of events) await publisher.publish(event);
		await rows.nth(events.length - 1).waitFor();
		await page.getByLabel('Filter events').fill('mariana paquete');
		await page.getByText(`1 of ${events.length} events`).waitFor();
		await page.getByRole('button', { name: 'Messages' }).click();
		await page.getByRole('button', { name: 'Show all events' }).click();
		expect(await page.locator('#list > li:visible').count()).toBe(events.length);
	});

	it('says when the hub is gone, and goes on with the next one on the same port', async () => {
		const { hub, page, publisher, rows, status } = await open();
		await publisher.publish(textMessage('E1'));
		await rows.first().waitFor();
		await hub.close();
		await inState(status, 'reconnecting');
		expect(await status.innerText()).toContain('Not connected');

		const next = await startHub({ port: hub.port });
		onTestFinished(async () => await next.close());
		const second = await connectPublisher(next.url);
		onTestFinished(() => second.close());
		await second.publish(textMessage('E2'));
		await rows.filter({ hasText: 'texto E2' }).waitFor();
		await inState(status, 'connected');
		expect(await rows.count()).toBe(2);
		expect(await page.locator('#notice').innerText()).toContain('restarted');
	});

	it('catches up after this device was offline, each event once', async () => {
		const { context, publisher, rows, status } = await open();
		await publisher.publish(textMessage('F1'));
		await rows.first().waitFor();
		await context.setOffline(true);
		await inState(status, 'offline');
		for (const id of ['F2', 'F3', 'F4']) await publisher.publish(textMessage(id));
		expect(await rows.count()).toBe(1);

		await context.setOffline(false);
		await inState(status, 'connected');
		await publisher.publish(textMessage('F5'));
		await rows.filter({ hasText: 'texto F5' }).waitFor();
		const texts = await rows.locator('.text').allInnerTexts();
		expect(texts).toEqual(['F5', 'F4', 'F3', 'F2', 'F1'].map((id) => `texto ${id}`));
	});

	it('says how many events it missed and the hub no longer has', async () => {
		const { context, page, publisher, rows, status } = await open({ historySize: 3 });
		await publisher.publish(textMessage('G0'));
		await rows.first().waitFor();
		await context.setOffline(true);
		await inState(status, 'offline');
		for (let n = 1; n <= 5; n++) await publisher.publish(textMessage(`G${n}`));
		await context.setOffline(false);
		await page.locator('#notice', { hasText: '2 missed events' }).waitFor();
		expect(await rows.locator('.text').allInnerTexts()).toEqual([
			'texto G5',
			'texto G4',
			'texto G3',
		]);
	});

	it('takes a burst and keeps the newest 500', async () => {
		const { publisher, rows, page } = await open();
		const burst = Array.from({ length: 1000 }, (_, n) => textMessage(`H${n}`));
		await Promise.all(burst.map(async (event) => await publisher.publish(event)));
		await rows.filter({ hasText: 'texto H999' }).waitFor();
		const newest = burst.slice(-500).map(({ id }) => `texto ${id}`);
		expect(await rows.locator('.text').allInnerTexts()).toEqual(newest.reverse());
		await page.getByRole('button', { name: 'Messages 500' }).waitFor();
	});

	it('shows hostile text as text', async () => {
		const { page, publisher, rows } = await open();
		const hostile = '<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>';
		const names = ['text', 'pushName', 'from', 'session', 'kind'];
		const data = Object.fromEntries(names.map((name) => [name, hostile]));
		await publisher.publish({
			...textMessage(hostile, { ...data, media: { filename: hostile } }),
			type: hostile,
			source: hostile,
			verification: hostile,
			replayof: hostile,
		});
		await rows.locator('summary').click();
		await rows.locator('pre').waitFor();
		expect(await rows.locator('.text').innerText()).toBe(hostile);
		expect(await rows.locator('.who').innerText()).toBe(hostile);
		expect(await page.locator('#events img, #events script').count()).toBe(0);
		expect(await page.evaluate(() => 'pwned' in globalThis)).toBe(false);
	});

	it('fits a phone, whatever arrives', async () => {
		const { page, publisher, rows } = await open({ width: 375 });
		const long = 'x'.repeat(900);
		const data = { text: long, pushName: long, session: long, kind: 'document' };
		await publisher.publish({ ...textMessage(long, data), type: long, verification: long });
		for (const event of sampleEvents(new Date())) await publisher.publish(event);
		await rows.filter({ hasText: long }).locator('summary').click();
		await rows.locator('pre').waitFor();
		const widths = await page.evaluate(() => {
			const { scrollWidth, clientWidth } = document.documentElement;
			return { scrollWidth, clientWidth };
		});
		expect(widths).toEqual({ scrollWidth: 375, clientWidth: 375 });
		for (const box of await page.locator('.badge, .text, .clock').all()) {
			const { x = 0, width = 0 } = (await box.boundingBox()) ?? {};
			expect(x + width).toBeLessThanOrEqual(375);
		}
	});

	it.each(['light', 'dark'] as const)('is readable in the %s scheme (AA)', async (colorScheme) => {
		const { hub, page, publisher, rows, status } = await open();
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		expect(await lowContrast(page)).toEqual([]);
		const events = sampleEvents(new Date());
		for (const event of events) await publisher.publish(event);
		await publisher.publish({ ...textMessage('R', { amount: '5' }), replayof: '7', type: 'x.y' });
		await publisher.publish({ ...textMessage('Y'), type: 'yape.payment.received' });
		await rows.nth(events.length + 1).waitFor();
		await rows.first().locator('summary').click();
		expect(await lowContrast(page)).toEqual([]);
		await hub.close();
		await inState(status, 'reconnecting');
		expect(await lowContrast(page)).toEqual([]);
	});
});
