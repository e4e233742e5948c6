import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, launchChromium, openPage } from '../support/chromium.mts';
import {
	allExamples,
	canvasProblems,
	measureExamples,
	openCanvas,
	signIn,
	type Canvas,
} from '../support/exampleCanvas.mts';
import { exampleNames } from '../support/examplePictures.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';

const SUITE = 'examples in the editor (needs Chromium: apt-get install chromium)';

describe.skipIf(!findChromium())(SUITE, () => {
	let n8n: TestN8n;
	let browser: Browser;
	let page: Page;
	let examples: Map<string, Canvas>;

	beforeAll(async () => {
		n8n = await startTestN8n({ whole: true });
		browser = await launchChromium();
		page = await openPage(browser, { viewport: { width: 1400, height: 1000 } });
		await signIn(page, n8n);
		const draft = allExamples();
		const { id } = await n8n.client.createWorkflow(draft);
		await openCanvas(page, `${n8n.url}/workflow/${id}`, draft.nodes.length);
		examples = await measureExamples(page);
	});
	afterAll(async () => {
		await browser?.close();
		await n8n?.close();
	});

	test.each(exampleNames())('%s: nothing is cut, and nothing lies on anything else', (name) => {
		const canvas = examples.get(`${name}.json`);
		expect(canvas?.nodes.length).toBeGreaterThan(1);
		expect(canvas && canvasProblems(canvas)).toEqual([]);
	});
});
