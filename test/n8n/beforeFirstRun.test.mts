import { randomUUID } from 'node:crypto';
import type { INodeProperties, INodeType } from 'n8n-workflow';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { findChromium, launchChromium, openPage } from '../support/chromium.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { packageNodes } from '../support/packageNodes.mts';
import { eventStoreCredential, inARow, nodeOf } from '../support/replayWorkflow.mts';

/** A machine with other work takes its time. */
const PATIENCE_MS = 120_000;

/** Where n8n's editor asks for the fields of each operation, as it builds the path. */
function schemaPaths({ description }: INodeType): string[] {
	const { name, version } = description;
	// What is never shown is there for n8n's list of actions.
	const properties = description.properties.filter(
		({ displayOptions }) => displayOptions?.hide?.['@version'] === undefined,
	);
	const latest = [version].flat().at(-1) ?? 1;
	const valuesOf = (all: readonly INodeProperties[]) => [
		...new Set(
			all.flatMap(({ type, options = [], default: only }) =>
				type === 'hidden'
					? [String(only)]
					: options.flatMap((one) => ('value' in one ? [one.value] : [])),
			),
		),
	];
	const operations = properties.filter((one) => one.name === 'operation');
	const resources = valuesOf(properties.filter((one) => one.name === 'resource'));
	const parts = (resources.length === 0 ? [undefined] : resources).flatMap((resource) =>
		valuesOf(
			operations.filter(
				({ displayOptions }) =>
					resource === undefined || displayOptions?.show?.resource?.includes(resource) !== false,
			),
		).map((operation) => [resource, operation].filter((part) => part !== undefined)),
	);
	return parts.map((part) => ['schemas', `${PACKAGE_NAME}.${name}`, latest, ...part].join('/'));
}

describe('before the first run, in a real n8n', () => {
	const actions = packageNodes().filter(
		({ description }) => !description.group.includes('trigger'),
	);
	let n8n: TestN8n;

	beforeAll(async () => {
		n8n = await startTestN8n({ whole: true });
	});
	afterAll(async () => await n8n?.close());

	test.each(actions.flatMap(schemaPaths))('%s.json names the fields', async (path) => {
		const answer = await fetch(`${n8n.url}/${path}.json`);
		expect(answer.status).toBe(200);
		const schema = (await answer.json()) as { type: string; properties: object };
		expect(schema.type).toBe('object');
		expect(schema.properties).toBeTypeOf('object');
	});

	describe.skipIf(!findChromium())('the editor (needs Chromium)', () => {
		let browser: Browser;
		let page: Page;
		const seen = (id: string) => page.locator(`[data-test-id="${id}"]:visible`);

		beforeAll(async () => {
			browser = await launchChromium();
			page = await openPage(browser, { viewport: { width: 1400, height: 1000 } });
			const { email, password } = n8n.owner;
			const data = { emailOrLdapLoginId: email, password };
			const login = await page.request.post(`${n8n.url}/rest/login`, { data });
			expect(login.status()).toBe(200);
			const credentials = { realtimeWebhooksN8nEventStoreApi: await eventStoreCredential(n8n) };
			const nodes = [
				nodeOf('Start', 'n8n-nodes-base.manualTrigger', 1, {}),
				nodeOf(
					'History',
					`${PACKAGE_NAME}.eventHistory`,
					1,
					{ resource: 'event', operation: 'getMany' },
					{ credentials },
				),
				nodeOf('Broadcast', `${PACKAGE_NAME}.realtimeBroadcast`, 1, {}),
				nodeOf(
					'Subscribers',
					`${PACKAGE_NAME}.webhookSubscription`,
					1,
					{
						resource: 'subscriber',
						operation: 'getAll',
						dataTable: { __rl: true, mode: 'list', value: '' },
					},
					{ credentials },
				),
			];
			const { id } = await n8n.client.createWorkflow({
				name: `Before the first run ${randomUUID()}`,
				nodes: nodes.map((node, index) => ({ ...node, position: [index * 260, 0] })),
				connections: inARow(nodes),
			});
			await page.goto(`${n8n.url}/workflow/${id}`, { waitUntil: 'domcontentloaded' });
		});
		afterEach(async () => {
			await seen('ndv-close-button').click();
			await seen('ndv').waitFor({ state: 'hidden' });
		});
		afterAll(async () => await browser?.close());

		const open = async (name: string) =>
			await page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();

		test('the node behind Event History is shown the fields of an event, to be mapped', async () => {
			await open('Broadcast');
			const fields = async () => (await seen('ndv-input-panel').allInnerTexts()).join('\n');
			await expect.poll(fields, { timeout: PATIENCE_MS }).toMatch(/\bsubject\b[\s\S]*\btime\b/);
			expect(await fields()).toContain('verification');
		});

		test('Webhook Subscription offers the data tables that there are', async () => {
			const name = `customers_${Date.now()}`;
			const columns = [{ name: 'email', type: 'string' }];
			await n8n.client.api('POST', '/data-tables', { name, columns });
			await open('Subscribers');
			await seen('resource-locator-dataTable').locator('input').last().click();
			await expect
				.poll(async () => (await seen('rlc-item').allInnerTexts()).join('\n'), {
					timeout: PATIENCE_MS,
				})
				.toContain(name);
		});
	});
});
