/**
 * Writes the picture that opens the README, `docs/canvas.png`: an example in the editor of a real n8n,
 * after a signed payment went through it. Run it when labels or icons change, after `npm run build`:
 * `node test/support/canvasScreenshot.mts`.
 */
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startHub } from '../../examples/live-hub/hub.mts';
import { launchChromium } from './chromium.mts';
import { exampleWorkflow } from './exampleWorkflow.mts';
import { startTestN8n } from './n8n.mts';
import { signers, yapeNotification } from './yape.mts';

const PICTURE = fileURLToPath(new URL('../../docs/canvas.png', import.meta.url));
/** A README that loads slowly is not read. */
const MOST_BYTES = 200_000;
const SECRET = randomUUID();

const hub = await startHub({ port: 0 });
const n8n = await startTestN8n({ whole: true });
const browser = await launchChromium();
try {
	const { client } = n8n;
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
		url: hub.url,
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
	const { id } = await n8n.createPublished({ ...draft, nodes }, path);
	const body = JSON.stringify(yapeNotification({ posted_at: new Date().toISOString() }));
	const answer = await fetch(client.webhookUrl(path), {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...signers.hmac(body, SECRET) },
		body,
	});
	if (!answer.ok) throw new Error(`n8n answered ${answer.status}: ${await answer.text()}`);
	const [execution] = await client.waitForExecutions(id);
	if (execution?.status !== 'success') throw new Error(`The workflow is ${execution?.status}`);

	const page = await browser.newPage({
		viewport: { width: 1280, height: 560 },
		colorScheme: 'light',
		reducedMotion: 'reduce',
	});
	const data = { emailOrLdapLoginId: n8n.owner.email, password: n8n.owner.password };
	await page.request.post(`${n8n.url}/rest/login`, { data });
	await page.goto(`${n8n.url}/workflow/${id}/executions/${execution.id}`, {
		waitUntil: 'domcontentloaded',
	});
	const canvas = page.locator('[data-test-id="canvas-node"]');
	await canvas.nth(nodes.length - 1).waitFor({ timeout: 60_000 });
	await page.locator('[data-test-id="canvas-node-status-success"]').nth(2).waitFor();
	// Icons are loaded after the nodes are drawn.
	await page.waitForLoadState('networkidle');
	// The canvas without n8n's own panels around it.
	await page.screenshot({ path: PICTURE, clip: { x: 420, y: 128, width: 860, height: 338 } });
	if (process.argv[2]) await page.screenshot({ path: process.argv[2] });
	const { size } = statSync(PICTURE);
	if (size > MOST_BYTES) throw new Error(`${PICTURE} has ${size} bytes, of ${MOST_BYTES} at most`);
} finally {
	await browser.close();
	await n8n.close();
	await hub.close();
}
