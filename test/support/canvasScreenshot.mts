/**
 * Writes the pictures of canvases, from the editor of a real n8n: `docs/canvas.png`, which opens the README, after
 * a signed payment went through, and one for each example workflow in `docs/examples`. Run it when labels,
 * icons or examples change, after `npm run build`: `node test/support/canvasScreenshot.mts`.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startHub, type Hub } from '../../examples/live-hub/hub.mts';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { launchChromium, openPage } from './chromium.mts';
import {
	allExamples,
	canvasProblems,
	measureCanvas,
	measureExamples,
	openCanvas,
	showExample,
	signIn,
} from './exampleCanvas.mts';
import { exampleNames, PICTURES, TAKEN_OF, visibleDigest } from './examplePictures.mts';
import { exampleWorkflow } from './exampleWorkflow.mts';
import { startTestN8n, type TestN8n } from './n8n.mts';
import { signers, yapeNotification } from './yape.mts';

/** A README that loads slowly is not read. */
const MOST_BYTES = 200_000;
/** Longer workflows are shown smaller; in pixels. */
const WIDEST = 1_600;
const SECRET = randomUUID();

const hub = await startHub({ port: 0 });
const n8n = await startTestN8n({ whole: true });
const browser = await launchChromium();
try {
	const page = await openPage(browser, {
		// As large as the largest picture: n8n moves its canvas when the window changes.
		viewport: { width: 3_200, height: 1_600 },
		colorScheme: 'light',
		reducedMotion: 'reduce',
	});
	await signIn(page, n8n);
	await takeReadme(page, n8n, hub);
	await takeExamples(page, n8n);
} finally {
	await browser.close();
	await n8n.close();
	await hub.close();
}

/** An example after a payment went through it. */
async function takeReadme(
	page: Page,
	{ client, url, createPublished }: TestN8n,
	{ url: hubUrl }: Hub,
) {
	const credential = async (name: string, type: string, data: Record<string, unknown>) => {
		const { id } = await client.createCredential(name, type, data);
		return { [type]: { id, name } };
	};
	const yape = await credential('Yape Notifier', 'realtimeWebhooksYapeNotifierApi', {
		baseUrl: 'https://api.notificaciones.space',
		signatureScheme: 'hmac',
		webhookSecret: SECRET,
	});
	const liveHub = await credential('Live page', 'realtimeWebhooksSocketIoApi', {
		url: hubUrl,
		path: '/socket.io',
	});
	const draft = exampleWorkflow('yape-payment-to-live-page.json', {
		credentialsOf: { yapeTrigger: yape, realtimeBroadcast: liveHub },
	});
	const path = randomUUID();
	// The note says what the README says.
	const nodes = draft.nodes
		.filter(({ type }) => !type.endsWith('.stickyNote'))
		.map((node) => (node.type.endsWith('.yapeTrigger') ? { ...node, webhookId: path } : node));
	const { id } = await createPublished.call(n8n, { ...draft, nodes }, path);
	const body = JSON.stringify(yapeNotification({ posted_at: new Date().toISOString() }));
	const answer = await fetch(client.webhookUrl(path), {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...signers.hmac(body, SECRET) },
		body,
	});
	if (!answer.ok) throw new Error(`n8n answered ${answer.status}: ${await answer.text()}`);
	const [execution] = await client.waitForExecutions(id);
	if (execution?.status !== 'success') throw new Error(`The workflow is ${execution?.status}`);

	await openCanvas(page, `${url}/workflow/${id}/executions/${execution.id}`, nodes.length);
	await page.locator('[data-test-id="canvas-node-status-success"]').nth(2).waitFor();
	const picture = join(CHECKOUT, 'docs', 'canvas.png');
	const size = await showExample(page, await measureCanvas(page));
	await page.screenshot({ path: picture, clip: { x: 0, y: 0, ...size } });
	const bytes = statSync(picture).size;
	if (bytes > MOST_BYTES)
		throw new Error(`${picture} has ${bytes} bytes, of ${MOST_BYTES} at most`);
}

/** Every example as it is imported. */
async function takeExamples(page: Page, { client, url }: TestN8n): Promise<void> {
	const draft = allExamples();
	const { id } = await client.createWorkflow(draft);
	await openCanvas(page, `${url}/workflow/${id}`, draft.nodes.length);
	const examples = await measureExamples(page);
	mkdirSync(PICTURES, { recursive: true });
	for (const file of readdirSync(PICTURES)) rmSync(join(PICTURES, file));
	const browserSession = await page.context().newCDPSession(page);
	for (const [file, canvas] of examples) {
		for (const problem of canvasProblems(canvas)) console.error(`${file}: ${problem}`);
		const { width, height } = await showExample(page, canvas);
		const { data } = await browserSession.send('Page.captureScreenshot', {
			format: 'webp',
			quality: 80,
			clip: { x: 0, y: 0, width, height, scale: Math.min(1, WIDEST / width) },
		});
		const picture = join(PICTURES, file.replace(/\.json$/, '.webp'));
		writeFileSync(picture, Buffer.from(data, 'base64'));
	}
	const digests = exampleNames().map((name) => [name, visibleDigest(name)]);
	writeFileSync(TAKEN_OF, `${JSON.stringify(Object.fromEntries(digests), null, 2)}\n`);
}
