import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { findChromium, launchChromium, openPage } from '../support/chromium.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';

/** What somebody types who does not know this package, and the nodes that they look for. */
const WORDS: ReadonlyArray<readonly [node: string, words: readonly string[]]> = [
	[
		'Realtime Broadcast',
		[
			...['pusher', 'reverb', 'laravel', 'echo', 'soketi', 'rails', 'action cable', 'anycable'],
			...['frappe', 'erpnext', 'broadcast', 'channel', 'pub/sub'],
		],
	],
	[
		'Signed Webhook',
		[
			...['signed', 'verify', 'hmac', 'idempotent', 'duplicate', 'svix', 'stripe', 'github'],
			...['shopify', 'mercado pago'],
		],
	],
	['Webhook Notifier', ['resend', 'outgoing webhook']],
	['Event History', ['dead letter', 'failed executions', 'execution history', 'backfill']],
	['Yape', ['wallet', 'pago']],
	['Kometia Trigger', ['tienda']],
];

/** A node that is further down is not found. */
const SEEN_AT_ONCE = 6;

const node = (name: string, type: string, typeVersion: number, y: number, parameters = {}) => ({
	...{ id: randomUUID(), webhookId: randomUUID(), name, typeVersion, parameters },
	...{ type: type.includes('.') ? type : `${PACKAGE_NAME}.${type}` },
	position: [y % 2 === 0 ? 0 : 300, y * 160] as [number, number],
});

describe.skipIf(!findChromium())('found and understood in the editor (needs Chromium)', () => {
	let n8n: TestN8n;
	let browser: Browser;
	let page: Page;

	const seen = (id: string) => page.locator(`[data-test-id="${id}"]:visible`);
	const namesIn = async (id: string) =>
		(await seen(id).allInnerTexts()).map((text) => text.split('\n')[0]?.trim());

	beforeAll(async () => {
		n8n = await startTestN8n({ whole: true });
		browser = await launchChromium();
		page = await openPage(browser, { viewport: { width: 1400, height: 1200 } });
		const { email, password } = n8n.owner;
		const data = { emailOrLdapLoginId: email, password };
		expect((await page.request.post(`${n8n.url}/rest/login`, { data })).status()).toBe(200);
	});
	afterAll(async () => {
		await browser?.close();
		await n8n?.close();
	});

	describe('the list of nodes', () => {
		beforeAll(async () => {
			await page.goto(`${n8n.url}/workflow/new`, { waitUntil: 'domcontentloaded' });
			await seen('canvas-add-button').first().click();
			await seen('node-creator-search-bar').waitFor();
		});

		test.each(WORDS.flatMap(([name, words]) => words.map((word) => [word, name] as const)))(
			"'%s' finds %s",
			async (word, name) => {
				await seen('node-creator-search-bar').fill(word);
				const found = async () => (await namesIn('node-creator-item-name')).slice(0, SEEN_AT_ONCE);
				await expect.poll(found).toContain(name);
			},
		);

		test('Realtime Broadcast has an action for each transport, which sets it', async () => {
			await seen('node-creator-search-bar').fill('realtime broadcast');
			await seen('node-creator-item-name').filter({ hasText: 'Realtime Broadcast' }).click();
			const actions = async () => await namesIn('node-creator-item-name');
			await expect
				.poll(actions)
				.toEqual(
					expect.arrayContaining([
						'Send an event to Action Cable or AnyCable',
						'Send an event to Frappe or ERPNext',
						'Send an event to Laravel Reverb or Pusher',
						'Send an event over Socket.IO',
					]),
				);
			await seen('node-creator-item-name').filter({ hasText: 'Laravel Reverb or Pusher' }).last();
			await page.getByText('Send an event to Laravel Reverb or Pusher').click();
			await seen('ndv').waitFor();
			await expect
				.poll(
					async () =>
						await seen('ndv')
							.locator('input')
							.evaluateAll((inputs) => inputs.map((one) => (one as { value?: unknown }).value)),
				)
				.toContain('Pusher / Laravel Reverb');
			await page.keyboard.press('Escape');
		});
	});

	describe('on the canvas and in the panel', () => {
		beforeAll(async () => {
			const { id } = await n8n.client.createWorkflow({
				name: 'Before the first run',
				nodes: [node('Yape', 'yapeTrigger', 2, 0), node('Fields', 'n8n-nodes-base.set', 3.4, 1)],
				connections: { Yape: { main: [[{ node: 'Fields', type: 'main', index: 0 }]] } },
			});
			await page.goto(`${n8n.url}/workflow/${id}`, { waitUntil: 'domcontentloaded' });
			await seen('canvas-node').first().waitFor();
		});

		const onCanvas = (name: string) =>
			page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);

		test('the output of a trigger says why nothing may be arriving', async () => {
			await onCanvas('Yape').dblclick();
			await expect
				.poll(async () => await seen('ndv').first().innerText())
				.toContain('Nothing arriving?');
			await page.keyboard.press('Escape');
		});
	});
});
