import { randomUUID } from 'node:crypto';
import {
	NodeHelpers,
	type INode,
	type INodeCredentialDescription,
	type INodeType,
} from 'n8n-workflow';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { findChromium, launchChromium, openPage } from '../support/chromium.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';
import { packageNodes } from '../support/packageNodes.mts';

/** A node with one choice of its first selector, such as a transport; the rest by default. */
interface Choice {
	node: INode;
	type: INodeType;
}

/** A parameter that decides which others are shown: the node's first list of options. */
const selectorOf = ({ description }: INodeType) =>
	description.properties.find(
		({ type, displayOptions }) => type === 'options' && displayOptions === undefined,
	);

function choicesOf(type: INodeType, row: number): Choice[] {
	const selector = selectorOf(type);
	const values = (selector?.options ?? []).flatMap((option) =>
		'value' in option ? [option.value] : [],
	);
	const { name, version } = type.description;
	return (selector ? values : [undefined]).map((value, column) => ({
		type,
		node: {
			id: randomUUID(),
			webhookId: randomUUID(),
			name: value === undefined ? name : `${name} ${value}`,
			type: `${PACKAGE_NAME}.${name}`,
			typeVersion: [version].flat().at(-1) ?? 1,
			position: [column * 220, row * 160],
			parameters: selector ? { [selector.name]: value } : {},
		},
	}));
}

/** Nodes that may name a Redis: the choice is an option in a collection. */
function anotherRedisOf(type: INodeType, row: number): Choice[] {
	const [choice] = choicesOf(type, row);
	const { credentials = [], name } = type.description;
	const another = { deduplicationStore: 'anotherRedis' };
	const parameters: INode['parameters'] =
		name === 'eventHistory'
			? { operation: 'recover', recoverOptions: another }
			: { ...choice?.node.parameters, options: another };
	const asks = ({ displayOptions }: INodeCredentialDescription) =>
		Object.keys(displayOptions?.show ?? {}).some((key) => key.endsWith('.deduplicationStore'));
	if (choice === undefined || !credentials.some(asks)) return [];
	const node = { ...choice.node, id: randomUUID(), name: `${name} with another Redis`, parameters };
	return [{ type, node: { ...node, position: [-220, row * 160] } }];
}

/** What n8n's own rules say is to be seen of the node: labels of parameters, and credentials. */
function expected({ node, type: { description } }: Choice) {
	const parameters =
		NodeHelpers.getNodeParameters(
			description.properties,
			node.parameters,
			true,
			false,
			node,
			description,
		) ?? {};
	const shown = (what: Parameters<typeof NodeHelpers.displayParameter>[1]) =>
		NodeHelpers.displayParameter(parameters, what, node, description);
	return {
		labels: description.properties
			.filter((property) => property.type !== 'notice' && property.type !== 'hidden')
			.filter(shown)
			.map(({ displayName }) => displayName),
		credentials: (description.credentials ?? []).filter(shown).length,
	};
}

describe.skipIf(!findChromium())('the editor of a real n8n (needs Chromium)', () => {
	const choices = packageNodes().flatMap(choicesOf);
	const withRedis = packageNodes().flatMap(anotherRedisOf);
	let n8n: TestN8n;
	let browser: Browser;
	let page: Page;

	const seen = (id: string) => page.locator(`[data-test-id="${id}"]:visible`);
	/** The first line is the parameter's name; what follows belongs to its field. */
	const labels = async () =>
		(await seen('input-label').allInnerTexts()).map((text) => text.split('\n')[0]);

	beforeAll(async () => {
		n8n = await startTestN8n({ whole: true });
		browser = await launchChromium();
		page = await openPage(browser, { viewport: { width: 1400, height: 1200 } });
		const { email, password } = n8n.owner;
		const data = { emailOrLdapLoginId: email, password };
		const login = await page.request.post(`${n8n.url}/rest/login`, { data });
		expect(login.status()).toBe(200);
		const { id } = await n8n.client.createWorkflow({
			name: 'Each node with each of its choices',
			nodes: [...choices, ...withRedis].map(({ node }) => node),
			connections: {},
		});
		await page.goto(`${n8n.url}/workflow/${id}`, { waitUntil: 'domcontentloaded' });
	});
	afterEach(async () => {
		await page.keyboard.press('Escape');
		await seen('ndv').waitFor({ state: 'hidden' });
	});
	afterAll(async () => {
		await browser?.close();
		await n8n?.close();
	});

	test.each(choices.map((choice) => [choice.node.name, choice] as const))(
		'%s: shows each parameter that fits, and asks for its credentials',
		async (name, choice) => {
			await page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
			const { labels: wanted, credentials } = expected(choice);
			await expect.poll(labels).toEqual(wanted);
			expect(await seen('credentials-label').count()).toBe(credentials);
		},
	);

	test.each(withRedis.map((choice) => [choice.node.name, choice] as const))(
		'%s: asks for the credential of that Redis too',
		async (name, choice) => {
			await page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
			const { credentials } = expected(choice);
			expect(credentials).toBe(2);
			await expect
				.poll(async () => await seen('credentials-label').allInnerTexts())
				.toContainEqual(expect.stringContaining('Realtime Redis API'));
			expect(await seen('credentials-label').count()).toBe(credentials);
		},
	);

	test('there are six of them', () => {
		expect(withRedis).toHaveLength(6);
	});
});
